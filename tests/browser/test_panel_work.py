"""The panel's work in a real browser: pass, the answer form with its counter, a second opinion, the chart's text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.lengths import cp949_bytes_of, septets_of
from tests.browser.player import DESK, PATIENCE_MS, Player, ask_urgently
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
_MEASURE = """async () => {
    const url = document.querySelector('script[src*="desk.js"]').src.replace("desk.js", "lengths.js");
    const { lengthOf } = await import(url);
    const all = Array.from({ length: 0xd800 - 0x20 }, (_, place) => String.fromCharCode(place + 0x20));
    return all.map((text) => [lengthOf(text).septets, lengthOf(text).bytes]);
}"""


def test_panelist_answers_by_the_form_and_the_asker_copies_it(player: Player) -> None:
    asker = player.open("member")
    label = ask_urgently(asker)
    desk = player.open("panelist")
    desk.locator(".worklist button", has_text=label).first.click()
    desk.locator("[data-action=claim]").click()
    player.picture(desk, "panel-card")

    _fill_in(player, desk)
    expect(desk.locator(".entry.answer")).to_contain_text("1) OP pattern")
    player.picture(desk, "panel-answered")

    expect(asker.locator("body")).to_contain_text("PE not excluded")
    question = desk.url.split("#q/")[1]
    asker.goto(f"{asker.url.split('/as/')[0]}/as/member/questions/{question}")
    asker.locator("[data-action=copy_chart]").click()
    player.picture(asker, "panel-asker")
    assert player.fits(asker)
    assert player.fits(desk)
    assert player.problems == []


def _fill_in(player: Player, desk: Page) -> None:
    desk.locator(".tab-answer").click()
    desk.locator(".answer-form summary").click()
    desk.fill("[name=diagnoses]", "OP pattern\nPE not excluded")
    desk.fill("[name=ct_severity]", "9")
    desk.fill("[name=citations]", "#G6")
    desk.fill("[name=short]", "바이러스보다 OP 양상")
    expect(desk.locator(".sms-length")).to_have_text("12/70 · 20/90 bytes")
    player.picture(desk, "panel-form")
    desk.locator(".scale .step").nth(3).click()
    desk.click("[data-testid=reply-send]")


def test_length_is_counted_as_the_server_counts(browser: Browser, demo: Demo, artifacts: Path) -> None:
    desk = Player.at(browser, demo, artifacts, name="lengths", size=DESK).open("panelist")

    counted = desk.evaluate(_MEASURE)

    characters = [chr(code) for code in range(0x20, 0xD800)]
    wrong = [
        character
        for character, (septets, size) in zip(characters, counted, strict=True)
        if (septets, size) != (septets_of(character), cp949_bytes_of(character))
    ]
    assert wrong == []
