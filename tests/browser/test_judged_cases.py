"""A case that is flagged leaves the lists of cases that stand open in a browser; and how a question is withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.player import DESK, PATIENCE_MS, Player, ask_urgently
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def player(browser: Browser, demo: Demo, artifacts: Path) -> Player:
    """At a desk alone: nothing here depends on the size."""
    return Player.at(browser, demo, artifacts, name="judged", size=DESK)


def test_flagged_case_leaves_the_lists_that_stand_open(player: Player) -> None:
    chat = player.open("member")
    label = ask_urgently(chat)
    digests = player.context.new_page()
    digests.goto(f"{chat.url.split('/as/')[0]}/as/member/digests")
    expect(digests.locator(".digests")).not_to_be_empty()
    chat.fill("#message", "/find effusion")
    chat.click("[data-testid=send]")
    found = chat.locator(".line", has_text="found, newest first").last
    expect(found).to_contain_text(label)

    chat.fill("#message", f"/flag {label}")
    with digests.expect_response("**/api/digests"):
        chat.click("[data-testid=send]")

    expect(found).not_to_contain_text(label)
    assert player.problems == []


@pytest.mark.parametrize(("language", "said"), [("en", ["Cancel", "Withdraw"]), ("ko", ["취소", "철회"])])
def test_withdrawing_asks_with_two_different_buttons(player: Player, language: str, said: list[str]) -> None:
    asker = player.open("member")
    ask_urgently(asker)
    if language == "ko":
        asker.locator("details.menu summary").first.click()
        asker.locator(".menu-item[lang=ko]").click()
        expect(asker.locator("html")).to_have_attribute("lang", "ko")

    asker.locator("[data-action=withdraw]:enabled").last.click()

    assert asker.locator("dialog.ask button").all_inner_texts() == said
