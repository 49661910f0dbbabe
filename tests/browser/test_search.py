"""The search as a member and a panelist use it: on a phone and on a desk, with keys and with a thumb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.player import DESK, PATIENCE_MS, PHONE, Player
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
TEXTS = ("좌측 폐 하엽 흉수, 3일째 늘었습니다. Drainage?", "New pleural effusion after drainage, nodules 8 mm")


@pytest.fixture(params=[("phone", PHONE), ("desk", DESK)], ids=["phone", "desk"])
def player(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Iterator[Player]:
    name, size = request.param
    playing = Player.at(
        browser, demo, artifacts, name=f"search-{name}", size=size, locale="ko-KR", touch=name == "phone"
    )
    yield playing
    assert playing.problems == []


def _ask(page: Page, text: str) -> None:
    sent = page.locator("[data-action=withdraw]")
    already = sent.count()
    page.fill("#message", text)
    page.click("[data-testid=send]")
    page.locator("[data-action=send_today]:enabled").last.click()
    expect(sent).to_have_count(already + 1)


def test_panelist_finds_a_question_while_typing(player: Player) -> None:
    member = player.open("member")
    for text in TEXTS:
        _ask(member, text)
    desk = player.open("panelist")
    box = desk.get_by_role("combobox")

    box.fill("폐하엽 흉")
    expect(desk.locator(".found-row")).to_have_count(1)
    expect(desk.locator("mark.hit").first).to_have_text("폐 하엽")
    player.picture(desk, "found")
    box.fill("effus")
    expect(desk.locator("mark.hit").first).to_have_text("effusion")
    box.press("ArrowDown")
    expect(desk.locator(".found-row[aria-selected=true]")).to_have_count(1)
    box.press("Enter")

    expect(desk.locator(".question-text")).to_contain_text("pleural effusion")
    assert player.fits(desk)
    player.picture(desk, "opened")


def test_search_says_what_it_did_not_find_and_what_failed(player: Player) -> None:
    desk = player.open("panelist")
    box = desk.get_by_role("combobox")

    box.fill("석")
    expect(desk.locator(".found-status")).to_be_visible()
    box.fill("석면폐증")
    expect(desk.locator(".found-status")).to_have_text(re.compile("Nothing found"))
    player.picture(desk, "nothing")
    desk.route("**/api/search", lambda route: route.fulfill(status=503, json={"error": "busy", "message": "잠시 뒤에"}))
    box.fill("석면폐증1")
    expect(desk.locator(".found-status .failure")).to_have_text("잠시 뒤에")
    player.picture(desk, "failed")
    desk.unroute("**/api/search")
    desk.locator(".found-status button").click()
    expect(desk.locator(".found-status .failure")).to_have_count(0)
    box.press("Escape")

    expect(desk.locator(".worklist")).to_be_visible()
    player.problems.clear()


def test_member_finds_their_own_from_any_page(player: Player) -> None:
    member = player.open("member")
    for text in TEXTS:
        _ask(member, text)

    member.locator(".bar-search").click()
    member.locator("dialog .search-input").fill("흉수")
    expect(member.locator("dialog .found-row")).to_have_count(1)
    player.picture(member, "member")
    assert player.fits(member)
    member.locator("dialog .found-row").first.click()
    expect(member.locator(".question-text")).to_contain_text("하엽 흉수")
    member.go_back()
    member.fill("#message", "찾기 effusion")
    member.click("[data-testid=send]")

    expect(member.locator(".found-lines a")).to_have_count(1)
    player.picture(member, "conversation")
