"""Text blocks in a real browser: written on the page of settings, put in where the caret stands, by hand or keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.player import PATIENCE_MS, Player, ask_urgently

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
CTPA = "CT pulmonary angiography now if D-dimer is raised or hypoxia is sudden."
_BEHIND_THE_FIRST_WORD = "(node) => { node.focus(); node.setSelectionRange(3, 3); }"


def test_block_is_written_once_and_goes_in_at_the_caret(player: Player) -> None:
    asker, desk = player.open("member"), player.open("panelist")
    _write_blocks(player, desk)
    desk.goto(f"{desk.url.split('/as/')[0]}/as/panelist/desk")
    label = ask_urgently(asker)
    desk.locator(".worklist button", has_text=label).first.click()
    desk.locator("[data-action=claim]").click()

    desk.locator(".tab-answer").click()
    words = desk.locator(".reply-body > textarea")
    words.fill("OP.Call me.")
    words.evaluate(_BEHIND_THE_FIRST_WORD)
    desk.locator(".block-menu summary").click()
    expect(desk.locator(".block-list button")).to_have_count(1)
    player.picture(desk, "blocks-menu")
    assert _is_within(desk, "[data-testid=reply-send]")
    desk.locator("[data-block=ctpa]").press("Enter")

    expect(words).to_be_focused()
    expect(words).to_have_value(f"OP. {CTPA} Call me.")
    desk.keyboard.type("Now. ")
    expect(words).to_have_value(f"OP. {CTPA} Now. Call me.")
    assert player.fits(desk)
    assert player.problems == []


def test_panels_block_is_deleted_for_all_only_when_told_so(player: Player) -> None:
    page = player.open("coordinator")
    page.goto(f"{page.url.split('/as/')[0]}/as/coordinator/notifications#blocks")
    rows, really = page.locator(".block-row"), page.locator("dialog.ask p")
    _write(page, "ctpa", CTPA)

    page.get_by_role("button", name="Share: Chest, ctpa").click()
    expect(rows).to_have_count(2)
    expect(page.locator("[data-testid=block-add]")).to_be_focused()
    player.picture(page, "blocks-shared")
    page.get_by_role("button", name="Delete, ctpa", exact=True).click()
    expect(really).to_have_text("Delete the text block ctpa?")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete, ctpa, Chest").click()
    expect(really).to_have_text("Delete ctpa for the whole Chest panel?")
    page.click("[data-testid=block-delete]")

    expect(rows).to_have_count(1)
    assert player.problems == []


def test_refused_change_is_there_to_be_mended(player: Player) -> None:
    page = player.open("panelist")
    page.goto(f"{page.url.split('/as/')[0]}/as/panelist/notifications#blocks")
    change, words = page.get_by_role("button", name="Change, ctpa"), page.locator(".block-form textarea")
    _write(page, "ctpa", CTPA)

    change.click()
    words.fill(f"{CTPA} Call Dr Kim 010-1234-5678.")
    page.click("[data-testid=block-save]")
    expect(page.locator(".toast.error")).to_contain_text("Not saved")
    change.click()

    expect(words).to_have_value(f"{CTPA} Call Dr Kim 010-1234-5678.")
    words.fill(f"{CTPA} Call us.")
    page.click("[data-testid=block-save]")
    expect(page.locator(".block-row p")).to_have_text(f"{CTPA} Call us.")
    change.click()
    expect(words).to_have_value(f"{CTPA} Call us.")
    assert player.problems == []


def _is_within(page: Page, selector: str) -> bool:
    box, size = page.locator(selector).bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return box["x"] + box["width"] <= size["width"]


def _write_blocks(player: Player, page: Page) -> None:
    """Write one that is refused and mended, and one that is deleted again."""
    page.goto(f"{page.url.split('/as/')[0]}/as/panelist/notifications#blocks")
    _write(page, "ctpa", "Call Dr Kim 010-1234-5678.")
    expect(page.locator(".toast.error")).to_contain_text("Not saved")
    _write(page, "ctpa", CTPA)
    expect(page.locator(".block-row[data-block=ctpa] p")).to_have_text(CTPA)
    _write(page, "old", "Repeat the radiograph in 24 h.")
    expect(page.locator(".block-row")).to_have_count(2)
    player.picture(page, "blocks-list")
    assert player.fits(page)
    page.locator(".block-row[data-block=old]").get_by_role("button", name="Delete").click()
    page.click("[data-testid=block-delete]")
    expect(page.locator(".block-row")).to_have_count(1)


def _write(page: Page, name: str, text: str) -> None:
    page.click("[data-testid=block-add]")
    page.fill("[name=block]", name)
    page.fill(".block-form textarea", text)
    page.click("[data-testid=block-save]")
    expect(page.locator("dialog.ask")).to_have_count(0)
