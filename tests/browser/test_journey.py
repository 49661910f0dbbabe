"""The whole job in a real browser, as a newcomer plays it: ask, preview, answer, release, digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deidentify.samples import thorax_ct_zip
from tests.browser.player import PATIENCE_MS, Player, wait_for_first_slice

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)


def _ask(player: Player, page: Page, study: Path, *, question: str) -> str:
    page.locator("input[type=file]").first.set_input_files(str(study))
    page.fill("#message", question)
    page.click("[data-testid=send]")
    preview = page.locator(".preview").last
    preview.locator(".poster").click()
    _look_at_everything(page, slices=12)
    player.picture(page, "preview-viewer")
    page.locator("dialog [data-action=confirm_series]").click()
    expect(preview.locator(".series-card.confirmed")).to_have_count(1)
    player.picture(page, "preview")
    preview.locator("[data-action=send_urgent]:enabled").click()
    receipt = page.locator("text=/Q\\d+ · URGENT/").last
    expect(receipt).to_be_visible()
    player.picture(page, "receipt")
    return receipt.inner_text().split(" ")[0]


def _look_at_everything(page: Page, *, slices: int) -> None:
    """The first and the last slice alone are no look at a stack."""
    dialog = page.locator("dialog.lightbox")
    confirm = dialog.locator("[data-action=confirm_series]")
    wait_for_first_slice(page, slices)
    page.keyboard.press("End")
    expect(dialog.locator(".number")).to_have_text(f"{slices}/{slices}")
    expect(confirm).to_be_disabled()
    for place in range(slices - 1, 0, -1):
        page.keyboard.press("ArrowUp")
        expect(dialog.locator(".number")).to_have_text(f"{place}/{slices}")
    expect(confirm).to_be_enabled()


def _answer(player: Player, page: Page, label: str) -> None:
    page.locator(".worklist button", has_text=label).first.click()
    player.picture(page, "desk-open")
    if player.size == "desktop":
        page.locator(".case canvas").first.wait_for()
        player.picture(page, "desk-case")
    else:
        _look_through(player, page)
    page.locator(".case [data-action=claim]").click()
    expect(page.locator(".case [data-action=release]")).to_be_visible()
    page.locator(".case .tab-answer").click()
    page.locator(".case .reply-body > textarea").fill("OP pattern; PE not excluded: CTPA now.")
    page.locator(".case .scale label", has_text="4").click()
    page.click("[data-testid=reply-send]")
    expect(page.locator(".case", has_text="CTPA now.")).to_be_visible()
    player.picture(page, "desk-answered")


def _look_through(player: Player, page: Page) -> None:
    """On a phone the stack opens over the whole page."""
    page.locator(".case .poster").first.click()
    canvas = page.locator("dialog canvas").first
    canvas.wait_for()
    page.keyboard.press("End")
    expect(page.locator("dialog", has_text="12/12")).to_be_visible()
    player.picture(page, "desk-case")
    page.keyboard.press("Escape")
    expect(page.locator("dialog canvas")).to_have_count(0)


def test_question_goes_all_the_way_to_the_digest(player: Player, tmp_path: Path) -> None:
    study = tmp_path / "study.zip"
    study.write_bytes(thorax_ct_zip(12, edge=128))
    member, panelist, editor = (player.open(role) for role in ("member", "panelist", "editor"))

    label = _ask(player, member, study, question="58M covid D8, O2 2->5L today. Call 010-1234-5678. PE?")
    _answer(player, panelist, label)
    expect(member.locator("text=CTPA now.").last).to_be_visible()
    member.locator("[data-action=helped]:enabled").last.click()
    member.locator("[data-action=consent_teaching]:enabled").last.click()

    _release(player, editor, label)
    colleague = player.open("colleague")
    _read_digest(player, colleague, label)

    assert all(player.fits(page) for page in (member, panelist, editor, colleague))
    assert player.problems == []


def _release(player: Player, page: Page, label: str) -> None:
    case = page.locator(".release", has_text=label)
    case.locator("textarea").fill(f"Opacities after viral pneumonia ({label})\nThe panel favours an OP pattern.")
    player.picture(page, "editor")
    case.locator("[data-action=publish]").click()
    expect(page.locator("[data-action=send_digest]")).to_be_enabled()
    page.locator("[data-action=send_digest]").click()
    page.locator("dialog.ask .danger").click()


def _read_digest(player: Player, page: Page, label: str) -> None:
    page.goto(page.url.split("/as/")[0] + "/as/colleague/digests")
    expect(page.locator("#app", has_text=f"Opacities after viral pneumonia ({label})")).to_be_visible()
    player.picture(page, "digest")
