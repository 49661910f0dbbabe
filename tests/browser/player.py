"""A newcomer with a browser: opens the demo's roles in tabs, and looks at what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.peers.demo import Demo

PATIENCE_MS = 20_000


@dataclass(slots=True)
class Player:
    """Plays several roles in tabs of one browser; remembers whatever went wrong in a page."""

    context: BrowserContext
    demo: Demo
    artifacts: Path
    size: str
    problems: list[str] = field(default_factory=list)

    def open(self, role: str) -> Page:
        """Click a role on the landing page and sign in."""
        landing = self.context.new_page()
        landing.goto(self.demo.url)
        with self.context.expect_page() as opened:
            landing.click(f".role-{role}")
        page = opened.value
        self._watch(page)
        page.locator("button[type=submit]").first.click()
        page.wait_for_url(f"**/as/{role}/**")
        expect(page.locator("#app")).not_to_be_empty(timeout=PATIENCE_MS)
        landing.close()
        return page

    def picture(self, page: Page, name: str) -> None:
        page.bring_to_front()
        page.screenshot(path=str(self.artifacts / f"{self.size}-{name}.png"))

    def fits(self, page: Page) -> bool:
        """Whether nothing sticks out to the side."""
        return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)


def wait_for_first_slice(page: Page, slices: int) -> None:
    """Until something is drawn the corner names the slice that is awaited."""
    dialog = page.locator("dialog.lightbox")
    expect(dialog.locator(".progress")).to_have_text(re.compile("^[1-9]"))
    expect(dialog.locator(".number")).to_have_text(f"1/{slices}")
