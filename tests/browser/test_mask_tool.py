"""The tool that masks more, beside a question on the desk and in the preview; what lies over the preview's buttons."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deidentify.burned_in_samples import radiograph_of_another_patient, screen_photo
from tests.browser.player import PATIENCE_MS, Player, ask_with_files, open_masking
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
_NOTHING_COVERED = """() => {
    const placeOf = (name) => [...document.querySelectorAll(name)].at(-1)?.getBoundingClientRect();
    const [down, sends] = [".down", ".preview-send"].map(placeOf);
    return down?.height > 0 && sends?.height > 0 && down.bottom <= sends.top;
}"""


def _player(browser: Browser, demo: Demo, artifacts: Path, *, size: tuple[int, int]) -> Player:
    return Player.at(browser, demo, artifacts, name=f"mask-tool-{size[0]}", size=size)


def _sent_radiograph(page: Page) -> None:
    ask_with_files(page, ("b.dcm", radiograph_of_another_patient()))
    page.locator(".preview").last.locator(".poster").click()
    page.locator("dialog [data-action=confirm_series]:enabled").click()
    page.locator(".preview").last.locator("[data-action=send_urgent]:enabled").click()


def test_claimer_masks_more_beside_the_question(browser: Browser, demo: Demo, artifacts: Path) -> None:
    player = _player(browser, demo, artifacts, size=(1280, 800))
    _sent_radiograph(player.open("member"))
    desk = player.open("panelist")
    desk.locator(".worklist button", has_text="Urgent").first.click()
    viewer = desk.locator(".case .viewer")
    expect(viewer.locator("canvas")).to_be_visible()
    expect(viewer.locator(".mask-more")).to_be_hidden()

    desk.locator(".case [data-action=claim]").click()
    viewer.locator(".mask-more").click()
    viewer.locator("[data-preset=top_right]").click()
    player.picture(desk, "beside")
    room = viewer.evaluate("(node) => [node.scrollWidth - node.clientWidth, node.scrollLeft]")
    viewer.locator("[data-action=mask_more]").click()
    desk.locator("dialog.ask .danger").click()

    assert room == [0, 0]
    expect(desk.locator(".case-images")).to_contain_text("come back once the asker has looked")
    expect(desk.locator(".thread")).to_contain_text("You masked more")


def test_masking_what_is_masked_says_so_at_once(browser: Browser, demo: Demo, artifacts: Path) -> None:
    player = _player(browser, demo, artifacts, size=(390, 844))
    page = player.open("member")
    ask_with_files(page, ("b.dcm", radiograph_of_another_patient()))
    dialog = open_masking(page)
    dialog.locator("[data-preset=bottom]").click()
    dialog.locator("[data-action=mask_more]").click()
    expect(dialog.locator(".mask-status")).to_contain_text("Masked.")

    dialog.locator("[data-preset=bottom]").click()
    dialog.locator("[data-action=mask_more]").click()

    expect(dialog.locator(".mask-status")).to_contain_text("masked already")


def test_way_to_newest_covers_no_button(browser: Browser, demo: Demo, artifacts: Path) -> None:
    player = _player(browser, demo, artifacts, size=(390, 844))
    page = player.open("member")
    preview = ask_with_files(page, ("photo.jpg", screen_photo()))
    preview.locator(".poster").click()

    page.locator("dialog [data-action=confirm_series]:enabled").click()

    expect(page.locator(".down")).to_be_visible()
    expect(page.locator(".preview-send").last).to_be_visible()
    # The preview may be drawn anew in this moment.
    page.wait_for_function(_NOTHING_COVERED)
    player.picture(page, "newest")
