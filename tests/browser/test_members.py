"""The page of members as a newcomer, a member and the coordinator use it, on a phone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.player import DESK, PATIENCE_MS, PHONE, Player
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
TELEGRAM = "https://t.me/HilumDemoBot?start=qW3-not-a-real-one-7Yk2Lm9"


@pytest.fixture(params=[("phone", PHONE), ("desk", DESK)], ids=["phone", "desk"])
def player(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Iterator[Player]:
    name, size = request.param
    locale = "ko-KR" if name == "phone" else "en-GB"
    playing = Player.at(
        browser, demo, artifacts, name=f"members-{name}", size=size, locale=locale, touch=name == "phone"
    )
    yield playing
    assert playing.problems == []


def _members(player: Player, role: str) -> Page:
    page = player.open(role)
    page.goto(f"{player.demo.url}/as/{role}/members")
    expect(page.locator(".own-channels li").first).to_be_visible()
    return page


def _apply(player: Player, name: str) -> None:
    """Apply as a newcomer does, with the code from the demo's letters."""
    page = player.context.new_page()
    page.goto(f"{player.demo.url}/join")
    for field, value in (("name", name), ("number", "K-77"), ("email", "somi@example.org")):
        page.fill(f"[name={field}]", value)
    player.picture(page, "apply")
    assert player.fits(page)
    page.click("button[type=submit]")
    page.fill("[name=code]", _letter(player, r"(?<!\d)(\d{6})(?!\d)"))
    player.picture(page, "code")
    page.click("button[type=submit]")
    expect(page.locator("[name=code]")).to_have_count(0)
    player.picture(page, "applied")
    page.close()


def _letter(player: Player, pattern: str) -> str:
    """Wait for a letter in the demo's outbox; returns what the pattern finds in the newest."""
    post = player.context.new_page()
    post.goto(f"{player.demo.url}/outbox")
    for _ in range(40):
        found = re.search(pattern, post.locator("main").inner_text())
        if found is not None:
            break
        post.wait_for_timeout(250)
        post.reload()
    assert found is not None
    player.picture(post, "letters")
    post.close()
    return found[1]


def test_newcomer_applies_and_is_let_in(player: Player) -> None:
    office = _members(player, "coordinator")
    _apply(player, "Han Somi")

    card = office.locator("[data-application]")
    expect(card).to_have_count(1)
    player.picture(office, "waiting")
    card.locator("[data-action=approve_member]").click()
    expect(card).to_have_count(0)
    newcomer = player.context.new_page()
    token = _letter(player, r"/join/([\w-]{20,})")
    newcomer.goto(f"{player.demo.url}/join/{token}")
    player.picture(newcomer, "invite")
    newcomer.locator("button[type=submit]").click()

    office.reload()
    expect(office.locator(".person", has_text="Han Somi")).to_have_count(1)
    assert player.fits(office)
    player.picture(office, "members")


def test_coordinator_invites_by_a_link_that_is_shown_once(player: Player) -> None:
    office = _members(player, "coordinator")
    office.route("**/api/members/invites/*/link", _as_with_telegram)

    office.locator(".members-invites > button.primary").click()
    office.fill("dialog input[name=name]", "Moon Jaewon")
    office.locator("dialog .role-box").first.click()
    player.picture(office, "inviting")
    office.locator("dialog button.primary").click()
    card = office.locator("[data-invite]")
    expect(card).to_have_count(1)
    card.locator("button").first.click()
    expect(office.locator("dialog input[readonly]").first).to_have_value(re.compile("/join/"))
    player.picture(office, "invite-link")

    expect(office.locator("dialog input[readonly]").last).to_have_value(TELEGRAM)
    expect(office.locator("dialog a")).to_have_count(0)
    assert player.fits(office)


def _as_with_telegram(route: Route) -> None:
    """Answer as a society with a bot does; who followed its link would be taken for the invited."""
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "starts": {"telegram": TELEGRAM}})


def test_member_links_another_phone_by_a_code(player: Player) -> None:
    page = _members(player, "member")

    page.locator(".members-mine button").first.click()
    expect(page.locator("output.code")).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    player.picture(page, "code-shown")
    page.locator("dialog button").last.click()

    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(".members-all")).to_have_count(0)
    assert player.fits(page)
    player.picture(page, "mine")


def test_offboarding_asks_once_and_cuts_off_at_once(player: Player) -> None:
    panelist = player.open("panelist")
    office = _members(player, "coordinator")
    person = office.locator("[data-member=demo-panelist]")

    person.locator("summary").click()
    player.picture(office, "more")
    person.locator("button.danger").click()
    player.picture(office, "really")
    office.locator("dialog button.danger").click()

    expect(office.locator("[data-member=demo-panelist].left")).to_have_count(1)
    player.picture(office, "left")
    answer = panelist.request.get(f"{player.demo.url}/as/panelist/api/me")
    assert answer.status == 401
