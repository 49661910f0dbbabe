"""A flag in a real browser: gone from every open page at once, decided by a moderator; settings, report, surge."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.player import PATIENCE_MS, Player, ask_urgently

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
SECRET = "CTPA now, seen on ward Alpha."


def _answer(desk: Page, label: str) -> None:
    desk.locator(".worklist button", has_text=label).first.click()
    desk.locator("[data-action=claim]").click()
    desk.locator(".tab-answer").click()
    desk.fill(".reply textarea", SECRET)
    desk.click("[data-testid=reply-send]")
    expect(desk.locator(".entry.answer")).to_contain_text(SECRET)


def _flag(desk: Page) -> None:
    desk.locator(".entry.answer [data-action=flag]").first.click()
    desk.fill("dialog [name=reason]", "names the ward")


def test_flagged_answer_leaves_every_page_and_a_moderator_puts_it_back(player: Player) -> None:
    asker, desk, moderator = player.open("member"), player.open("panelist"), player.open("editor")
    _answer(desk, ask_urgently(asker))
    expect(asker.locator("body")).to_contain_text(SECRET)

    _flag(desk)
    player.picture(desk, "flag-dialog")
    desk.click("[data-testid=flag-send]")

    expect(asker.locator(".line .taken-down")).to_be_visible()
    expect(asker.locator("body")).not_to_contain_text(SECRET)
    expect(desk.locator(".entry.answer .taken-down")).to_be_visible()
    player.picture(asker, "flag-asker")
    player.picture(desk, "flag-desk")
    _decide(player, moderator)
    expect(asker.locator("body")).to_contain_text(SECRET)
    assert all(player.fits(page) for page in (asker, desk, moderator))
    assert player.problems == []


def _decide(player: Player, moderator: Page) -> None:
    moderator.goto(f"{moderator.url.split('/as/')[0]}/as/editor/incidents")
    incident = moderator.locator(".incident")
    expect(incident.locator(".incident-clock")).to_contain_text(re.compile(r"7[12] h \d+ min left"))
    incident.locator("[data-action=take_incident]").click()
    expect(incident).to_contain_text("is looking after it")
    incident.locator("summary").click()
    expect(incident.locator(".quoted")).to_contain_text(SECRET)
    player.picture(moderator, "incident")
    incident.locator("[data-action=put_back]").click()
    moderator.fill("dialog textarea", "No ward is named.")
    moderator.click("[data-testid=words-send]")
    expect(moderator.locator(".incidents-closed")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_members_set_when_they_may_be_called(player: Player, language: str) -> None:
    page = player.open("panelist")
    if language == "ko":
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="한국어").click()
        expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.goto(f"{page.url.split('/as/')[0]}/as/panelist/notifications")
    page.fill("[name=begins]", "23:00")
    page.locator("[name=awake_pool]").check()
    page.locator("[name=hospital_has][value=icu]").check()
    page.click("[data-testid=settings-save]")
    expect(page.locator(".toast").first).to_be_visible()
    page.reload()

    expect(page.locator("[name=quiet][value=own]")).to_be_checked()
    expect(page.locator("[name=begins]")).to_have_value("23:00")
    expect(page.locator("[name=awake_pool]")).to_be_checked()
    player.picture(page, f"notifications-{language}")
    assert player.fits(page)
    assert player.problems == []


def test_report_and_audit_say_what_happened(player: Player) -> None:
    page = player.open("editor")
    place = f"{page.url.split('/as/')[0]}/as/editor"

    page.goto(f"{place}/report")
    expect(page.locator(".report p").first).to_be_visible()
    player.picture(page, "report")
    assert player.fits(page)
    page.goto(f"{place}/audit")
    expect(page.locator(".audit-event").first).to_be_visible()
    page.click("[data-testid=audit-verify]")
    expect(page.locator(".audit-chain output")).to_have_text(re.compile("[0-9a-f]{64}$"))

    player.picture(page, "audit")
    assert player.fits(page)
    assert player.problems == []
