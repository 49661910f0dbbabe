"""Two panelists and an asker over one question, on a phone in Korean and on a desktop in English."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.player import DESK, PATIENCE_MS, PHONE, Player
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
SIZES = {"phone-ko": PHONE, "desktop-en": DESK}
expect.set_options(timeout=PATIENCE_MS)
_SPEAK = """async ([role, language]) => fetch(`/as/${role}/api/language`, {
    method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({language})})"""

_RECEIPT = """async () => (await (await fetch("/as/member/api/lines?after=0")).json())
    .lines.filter(({key}) => key === "question.receipt_urgent").at(-1).question_id"""


@dataclass(slots=True, kw_only=True)
class Round:
    """The open pages of one question."""

    player: Player
    asker: Page
    first: Page
    second: Page


@pytest.fixture(params=list(SIZES))
def around(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Round:
    """An urgent question has been asked; both panelists and its asker have it before them."""
    player = Player.at(browser, demo, artifacts, name=request.param, size=SIZES[request.param])
    asker, first, second = (_enter(player, role) for role in ("member", "panelist", "second"))
    question = _ask(asker)
    asker.goto(f"{demo.url}/as/member/questions/{question}")
    for role, desk in (("panelist", first), ("second", second)):
        desk.goto(f"{demo.url}/as/{role}/desk#q/{question}")
        desk.reload()
    return Round(player=player, asker=asker, first=first, second=second)


def _enter(player: Player, role: str) -> Page:
    page = player.open(role)
    page.evaluate(_SPEAK, [role, player.size[-2:]])
    page.reload()
    expect(page.locator("#app")).not_to_be_empty()
    return page


def _ask(page: Page) -> str:
    """Ask urgently, and return the question's id."""
    page.fill("#message", "M50s D8, O2 2->5 L, prior CT 5 days ago. New effusion? PE?")
    page.click("[data-testid=send]")
    page.locator(".preview").last.locator("[data-action=send_urgent]:enabled").click()
    expect(page.locator(".bubble.question-receipt-urgent").last).to_be_visible()
    return str(page.evaluate(_RECEIPT))


def _more(page: Page, action: str, *, words: str = "") -> None:
    """Choose something behind "More", and say in its dialog what it asks for."""
    page.locator(".deed-menu summary").click()
    page.locator(f".deed-list [data-action={action}]").click()
    if words:
        page.fill("dialog.deed textarea", words)
    page.click("dialog.deed button[type=submit]")
    expect(page.locator("dialog.deed")).to_have_count(0)


def _write(page: Page, kind: str, words: str) -> None:
    page.locator(f".tab-{kind}").click()
    page.locator(".reply-body > textarea").fill(words)
    page.click("[data-testid=reply-send]")
    entry = "asked_back" if kind == "ask_back" else kind
    expect(page.locator(f".entry.{entry}").last).to_contain_text(words)


def test_urgent_question_from_ask_back_to_outcome(around: Round) -> None:
    asker, desk, player = around.asker, around.first, around.player
    desk.click("[data-action=claim]")
    _write(desk, "ask_back", "D-dimer?")
    expect(desk.locator(".entry.asked_back .not-read")).to_be_visible()
    player.picture(desk, "panel-not-read")

    _reply(asker, "3.1 mg/L, no allergy")
    expect(desk.locator(".not-read")).to_have_count(0)
    _write(desk, "answer", "PE not excluded: CTPA now. #G6")
    asker.click("[data-action=changed_plan]")
    _tell_outcome(asker)

    expect(desk.locator(".entry.outcome")).to_contain_text("No embolism")
    _look_at_timeline(desk)
    player.picture(desk, "panel-timeline")
    player.picture(asker, "panel-outcome")
    assert (player.fits(desk), player.fits(asker), player.problems) == (True, True, [])


def _reply(asker: Page, words: str) -> None:
    asker.click("[data-action=add_information]")
    asker.fill("dialog.deed textarea", words)
    asker.click("dialog.deed button[type=submit]")
    expect(asker.locator(".entry.information")).to_contain_text(words)


def _tell_outcome(asker: Page) -> None:
    asker.click("[data-action=outcome_differs]")
    asker.fill("dialog.deed textarea", "No embolism; OP at biopsy")
    asker.click("dialog.deed button[type=submit]")


def _look_at_timeline(desk: Page) -> None:
    desk.locator(".timeline summary").click()
    kinds = desk.locator(".timeline tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.kind)")
    expected = ["opened", "claimed", "asked_back", "resumed", "answer", "changed_plan", "closed", "outcome"]
    assert [kind for kind in kinds if kind in expected] == expected


def test_two_panelists_share_one_question(around: Round) -> None:
    first, second, player = around.first, around.second, around.player
    first.click("[data-action=claim]")
    expect(second.locator(".case-head .who")).to_contain_text("Dr Kang Taeho")
    expect(second.locator("[data-action=claim]")).to_have_count(0)

    _more(first, "hand_over")
    second.click("[data-action=accept_handover]")
    expect(first.locator(".case-head .who")).to_contain_text("Dr Park Yuna")
    _more(second, "seal")
    _write(first, "opinion", "I would say OP")
    expect(second.locator(".entry.opinion")).to_have_count(0)
    player.picture(second, "panel-sealed")

    _more(second, "second_opinion")
    _write(second, "answer", "CTPA now.")
    first.click("[data-action=claim]")
    expect(first.locator(".entry.answer")).to_have_count(0)
    _write(first, "answer", "I agree.")
    expect(second.locator(".entry.opinion")).to_contain_text("I would say OP")
    expect(around.asker.locator(".entry.answer")).to_have_count(2)
    player.picture(around.asker, "panel-two-answers")
    assert player.problems == []


def test_lower_urgency_is_insisted_upon(around: Round) -> None:
    asker, desk, player = around.asker, around.first, around.player
    _more(desk, "downgrade", words="Stable since yesterday")
    expect(asker.locator(".urgency-today").first).to_be_visible()
    player.picture(asker, "panel-downgraded")

    asker.click("[data-action=insist]")

    expect(desk.locator(".case-head .urgency-urgent")).to_be_visible()
    desk.locator(".deed-menu summary").click()
    expect(desk.locator("[data-action=downgrade]")).to_have_count(0)
    assert (player.fits(desk), player.problems) == (True, [])
