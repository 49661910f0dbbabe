"""The bar above every page: nothing in it is cut off, and every page is a tap away at any width."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.player import DESK, PATIENCE_MS, Player
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
WIDTHS = {"narrow": 320, "phone": 390, "desktop": 1280}
EVERY_ROLE = json.dumps(["panelist", "editor", "coordinator", "moderator", "board", "administrator"])


@pytest.fixture(params=["panelist", "everybody"])
def page(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Iterator[Page]:
    """A panelist's desk; of "everybody", with the links of all roles at once."""
    playing = Player.at(browser, demo, artifacts, name=f"bar-{request.param}", size=DESK)
    desk = playing.open("panelist")
    if request.param == "everybody":
        desk.route(
            "**/desk", lambda route: route.fulfill(response=(came := route.fetch()), body=_promoted(came.text()))
        )
        desk.reload()
    yield desk
    assert playing.problems == []


def _promoted(shell: str) -> str:
    return re.sub(r'"roles": ?\[[^\]]*\]', f'"roles": {EVERY_ROLE}', shell)


def _at(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _sticks_out(page: Page) -> bool:
    """Whether the page, or the row of links in the bar, is wider than what is seen of it."""
    wide = "[document.documentElement, document.querySelector('.bar-links')].some((e) => e.scrollWidth > e.clientWidth)"
    return bool(page.evaluate(wide))


def test_every_page_stays_within_reach_at_any_width(page: Page, artifacts: Path) -> None:
    everything = page.locator(".bar-links a, .menu-pages a").all_inner_texts()

    for name, width in WIDTHS.items():
        _at(page, width)
        page.locator(".menu summary").click()
        page.screenshot(path=str(artifacts / f"bar-{len(everything)}-{name}.png"))
        assert not _sticks_out(page)
        assert page.locator(".bar-links a, .menu-pages a").all_inner_texts() == everything
        expect(page.locator(".bar-links [aria-current=page]")).to_be_in_viewport(ratio=1)
        page.locator(".menu summary").click()


def test_page_that_found_no_room_opens_from_the_menu(page: Page) -> None:
    _at(page, WIDTHS["narrow"])
    page.locator(".menu summary").click()

    page.get_by_role("link", name="Digests").click()

    expect(page).to_have_url(re.compile(r"/digests$"))
    expect(page.locator(".bar-links [aria-current=page]")).to_have_text("Digests")
    assert not _sticks_out(page)
