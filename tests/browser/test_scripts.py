"""Scripts 1, 3 and 4 in a real browser, in both languages: what is given word for word is read there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deidentify.burned_in_samples import radiograph_of_another_patient
from tests.browser.player import DESK, PATIENCE_MS, PHONE, Player, ask_with_files, open_masking
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
SIZES = {"en": DESK, "ko": PHONE}
"""The pictures show a desk in one language and a phone in the other."""
TIME = r"\d\d:\d\d"
EN, KO = "en", "ko"
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(params=[EN, KO])
def player(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Player:
    return Player.at(browser, demo, artifacts, name=request.param, size=SIZES[request.param])


def _open(player: Player, role: str, *, path: str = "") -> Page:
    """Open a role, in the language of this run; `path` leads to another of its pages."""
    page = player.open(role)
    if player.size == KO:
        page.locator("details.menu summary").first.click()
        page.locator(".menu-item[lang=ko]").click()
        expect(page.locator("html")).to_have_attribute("lang", "ko")
    if path:
        page.goto(f"{page.url.split('/as/')[0]}/as/{role}{path}")
    expect(page.locator("#app")).not_to_be_empty()
    return page


def _reads(page: Page, english: str, korean: str, *, player: Player) -> None:
    """See a line that says this, word for word."""
    words = korean if player.size == KO else english
    line = page.locator(".line", has_text=re.compile(words)).last
    expect(line).to_be_visible()


def _ask(page: Page) -> None:
    page.fill("#message", "M50s covid D8, O2 2->5L today. New effusion? PE?")
    page.click("[data-testid=send]")
    preview = page.locator(".preview").last
    expect(preview.locator("[data-action=send_urgent]:enabled")).to_be_visible()


def test_asker_reads_the_script_word_for_word(player: Player) -> None:
    asker, panel = _open(player, "member"), _open(player, "panelist", path="/")
    _ask(asker)
    labels = asker.locator(".preview").last.locator(".choice")
    wanted = ["긴급 보내기", "오늘 안에", "급하지 않음 보내기", "버리기"]
    expect(labels).to_contain_text(wanted if player.size == KO else ["Urgent <1 h", "Today", "Routine", "Discard"])
    player.picture(asker, "script-preview")

    asker.locator("[data-action=send_urgent]:enabled").last.click()
    english = rf"Q\d+ · URGENT · sent {TIME} to chest on-call \(.+, then .+\)\.\s*Goal: someone takes it by {TIME}"
    _reads(asker, english, rf"Q\d+ 긴급 · {TIME} 흉부 당직\(.+ → .+\) 전달\. {TIME}까지 배정", player=player)
    head = rf"URGENT Q\d+ · {TIME} · due {TIME} · Member-73"
    _reads(panel, head, rf"긴급 Q\d+ · {TIME} · {TIME}까지 · Member-73", player=player)
    player.picture(panel, "script-card")

    _ask_back_in_words(player, asker, panel)
    assert player.problems == []
    assert player.fits(asker)
    assert player.fits(panel)


def _ask_back_in_words(player: Player, asker: Page, panel: Page) -> None:
    """The button of what needs words begins them; the same words answer in the thread."""
    panel.locator("[data-action=ask_back]:enabled").last.click()
    expect(panel.locator("#message")).to_have_value("추가질문 " if player.size == KO else "back ")
    panel.locator("#message").press_sequentially("Prior CT date?")
    panel.click("[data-testid=send]")
    _reads(asker, rf"{TIME} ✔ .+ took Q\d+\.", rf"선생님이 맡으셨습니다\({TIME}\)", player=player)
    _reads(
        asker, rf"{TIME} ❓ .+:\s*Prior CT date\?\s*\(clock paused\)", r"추가 질문:\s*Prior CT date\?", player=player
    )
    player.picture(asker, "script-asked-back")

    asker.fill("#message", "CT 5 days ago")
    asker.click("[data-testid=send]")
    resumed = rf"sent\. Clock running again, answer due {TIME}\."
    _reads(asker, resumed, rf"시계가 다시 갑니다\. {TIME}까지 답변 목표", player=player)


def test_draft_with_an_image_is_read_word_for_word(player: Player) -> None:
    """Script 3; what the images may be used for is asked after the close, as safety rule 6 has it."""
    asker = _open(player, "member")
    preview = ask_with_files(
        asker, ("chest.dcm", radiograph_of_another_patient()), text="/ask 58F covid D8, O2 2->5L today. PE?"
    )
    title = {EN: "Preview – this is exactly what the panel sees", KO: "미리보기 – 패널에게 보이는 그대로입니다"}
    expect(preview).to_contain_text(title[player.size])
    expect(preview).to_contain_text("F covid D8, O2 2->5L today. PE?")
    expect(preview).not_to_contain_text("58F")
    _reads_on(preview, player, (("Edit", "고치기"), ("Discard", "버리기")))
    player.picture(asker, "script-draft")
    dialog = open_masking(asker)
    expect(dialog.locator(".mask-more")).to_contain_text({EN: "Mask more", KO: "가리기"}[player.size])
    asker.keyboard.press("Escape")

    dialog.locator("[data-action=confirm_series]:enabled").click()
    preview.locator("[data-action=send_urgent]:enabled").click()

    _reads(asker, r"Q\d+ · URGENT · sent", r"Q\d+ 긴급 ·", player=player)
    assert player.problems == []


def _reads_on(place: Locator, player: Player, labels: tuple[tuple[str, str], ...]) -> None:
    """See a button for each pair of labels, in the language of this run."""
    for english, korean in labels:
        expect(place.get_by_role("button", name=korean if player.size == KO else english).last).to_be_visible()


def test_answer_is_read_with_what_it_is(player: Player) -> None:
    asker, desk = _open(player, "member"), _open(player, "panelist")
    _ask(asker)
    asker.locator("[data-action=send_urgent]:enabled").last.click()
    receipt = asker.locator(".line.theirs", has_text=re.compile(r"Q\d+ · URGENT|Q\d+ 긴급")).last
    (label,) = re.findall(r"Q\d+", receipt.inner_text())[:1]
    desk.locator(".worklist button", has_text=label).first.click()
    desk.locator(".case .tab-answer").click()
    desk.locator(".case .reply-body > textarea").fill("PE not excluded: CTPA now.")
    desk.locator(".case .scale label", has_text="4").click()
    desk.click("[data-testid=reply-send]")

    _reads(asker, rf"{TIME} ✅ ANSWER – .+ \(confidence 4/5\)", "답변이 도착했습니다\\.", player=player)
    closing = "Peer opinion on de-identified images; the treating doctor decides."
    korean = "정식 판독이 아닌 동료 의견입니다. 최종 판단은 담당 의료진에게 있습니다."
    expect(asker.locator(".closing").last).to_have_text(korean if player.size == KO else closing)
    buttons = ("helped", "changed_plan", "ask_more", "second_opinion")
    assert all(asker.locator(f"[data-action={name}]:enabled").count() for name in buttons)
    player.picture(asker, "script-answer")

    asker.locator("[data-action=changed_plan]:enabled").last.click()
    _reads(asker, rf"Thank you\. Q\d+ closed {TIME}\.", rf"감사합니다\. Q\d+ 종료\({TIME}\)", player=player)
    assert player.problems == []


def test_panel_reads_the_script_word_for_word(player: Player) -> None:
    asker, first, second = _open(player, "member"), _open(player, "panelist", path="/"), _open(player, "second")
    _ask(asker)
    asker.locator("[data-action=send_urgent]:enabled").last.click()
    question = _claimed(first)
    second.goto(f"{second.url.split('/as/')[0]}/as/second/")
    _says(second, f"/claim {question}")
    _reads(second, rf"already taken by .+ {TIME}", rf"이미 .+ 선생님이 맡으셨습니다\({TIME}\)", player=player)
    expect(second.locator("[data-action=follow]:enabled").last).to_be_visible()
    player.picture(second, "script-already-taken")

    _says(first, f"/a {question} Progression, OP pattern. CTPA now.")
    first.locator("[data-action=send_answer]:enabled").last.click()
    delivered = rf"Answer delivered {TIME} \(accepted by web page; \d+ min after asking\)"
    _reads(first, delivered, rf"{TIME} 답변 전달됨\(웹 접수, 질문 \d+분 뒤\)", player=player)
    asker.locator("[data-action=changed_plan]:enabled").last.click()

    _reads(first, r'Asker: "changed plan"\.', r'질문자: "진료방침 변경"\.', player=player)
    player.picture(first, "script-delivered")
    assert player.problems == []


def _claimed(panel: Page) -> str:
    """Press the card's button; returns the question's label."""
    urgent = panel.locator(".line", has_text=re.compile(r"(URGENT|긴급) Q\d+"))
    card = urgent.filter(has=panel.locator("[data-action=claim]:enabled")).last
    (label,) = re.findall(r"Q\d+", card.inner_text())[:1]
    card.locator("[data-action=claim]").click()
    expect(urgent.locator("[data-action=claim]:enabled")).to_have_count(0)
    return str(label)


def _says(page: Page, words: str) -> None:
    page.fill("#message", words)
    page.click("[data-testid=send]")
