"""A newcomer with a browser: opens the demo's roles in tabs, and looks at what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.peers.demo import Demo

PHONE, DESK = (390, 844), (1280, 800)
"""Width and height in CSS pixels of a phone and of a desk's screen."""
PATIENCE_MS = 20_000
SEARCH_MS = 60_000
"""Within which every file was searched for letters, also where the models are read for the first time."""


@dataclass(slots=True)
class Player:
    """Plays several roles in tabs of one browser; remembers whatever went wrong in a page."""

    context: BrowserContext
    demo: Demo
    artifacts: Path
    size: str
    problems: list[str] = field(default_factory=list)

    @classmethod
    def at(
        cls,
        browser: Browser,
        demo: Demo,
        artifacts: Path,
        *,
        name: str,
        size: tuple[int, int],
        locale: str = "en-US",
        touch: bool = False,
    ) -> Player:
        """Return a player at a screen of this size; `name` goes before the names of the pictures."""
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, has_touch=touch)
        context.set_default_timeout(PATIENCE_MS)
        return cls(context, demo, artifacts, name)

    def open(self, role: str) -> Page:
        """Click a role on the landing page and sign in, in a window of its own.

        Chromium draws a tab that lies behind another once a second, and every click waits for two drawings.
        """
        landing = self.context.new_page()
        landing.goto(self.demo.url)
        with self.context.expect_page() as opened:
            landing.click(f".role-{role}", modifiers=["Shift"])
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


def ask_with_files(page: Page, *files: tuple[str, bytes], text: str = "New effusion?") -> Locator:
    """Ask with files and return the preview, once all of them are in it."""
    named = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    if named:
        page.locator("input[type=file]").first.set_input_files(named)  # type: ignore[arg-type]  # names its own type
    page.fill("#message", text)
    page.click("[data-testid=send]")
    preview = page.locator(".preview").last
    expect(preview.locator(".series-card")).to_have_count(len(files), timeout=SEARCH_MS)
    return preview


def ask_urgently(page: Page, text: str = "M50s D8, O2 2->5 L, prior CT 5 days ago. New effusion? PE?") -> str:
    """Send an urgent question without a picture and return its label, such as Q417."""
    page.fill("#message", text)
    page.click("[data-testid=send]")
    page.locator(".preview").last.locator("[data-action=send_urgent]:enabled").click()
    receipt = page.locator("text=/Q\\d+ · URGENT/").last
    expect(receipt).to_be_visible()
    return receipt.inner_text().split(" ")[0]


def open_masking(page: Page) -> Locator:
    """Open the preview's first series full-size, with the tool that masks more."""
    page.locator(".preview").last.locator(".poster").first.click()
    dialog = page.locator("dialog.lightbox")
    expect(dialog.locator(".mask-more")).to_be_visible()
    expect(dialog.locator(".viewer-stage .busy")).to_be_hidden()
    dialog.locator(".mask-more").click()
    return dialog
