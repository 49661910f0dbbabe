"""What the door found is looked at, masked further and settled before it is sent; a wrong patient hides it all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deidentify.burned_in_samples import radiograph_of_another_patient, radiograph_with_text, screen_photo
from deidentify.samples import thorax_ct_zip
from tests.browser.player import PATIENCE_MS, PHONE, Player, ask_with_files, open_masking
from tests.fakes.marked_patient import RESIDENT_NUMBER
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
SLICES = 3


@pytest.fixture
def player(browser: Browser, demo: Demo, artifacts: Path) -> Player:
    return Player.at(browser, demo, artifacts, name="masks", size=PHONE)


@pytest.fixture
def member(player: Player) -> Page:
    return player.open("member")


def _sends(page: Page) -> Locator:
    return page.locator(".preview").last.locator("[data-action^=send_]:enabled")


def _masked_pixels(page: Page) -> list[int]:
    """Return how many masks each frame of the draft has."""
    counts: list[int] = page.evaluate(
        """async () => {
            const { draft_id: id } = await (await fetch(`${document.body.dataset.base}/api/lines?after=0`)).json();
            const question = await (await fetch(`${document.body.dataset.base}/api/questions/${id}`)).json();
            return question.series.flatMap((one) => one.frames.map((frame) => frame.masks.length));
        }"""
    )
    return counts


def _wait_until_loaded(picture: Locator) -> None:
    """While files are looked at the preview is drawn anew, and a picture of it with that."""
    seen = "(image) => { image.scrollIntoView(); return image.complete && image.naturalWidth > 40; }"
    ends_at = monotonic() + PATIENCE_MS / 1000
    while not picture.evaluate(seen):
        assert monotonic() < ends_at
        picture.page.wait_for_timeout(50)


def test_cut_resident_number_blocks_sending_until_confirmed(member: Page, player: Player) -> None:
    ask_with_files(member, text=f"58M {RESIDENT_NUMBER}, new effusion?")
    check = member.locator(".preview").last.locator(".check-resident_number")
    expect(check).to_be_visible()
    expect(_sends(member)).to_have_count(0)
    player.picture(member, "resident-number")

    check.locator("[data-action=confirm_check]").click()

    expect(_sends(member)).to_have_count(3)
    expect(member.locator(".preview").last.locator(".kind-resident-number")).to_be_visible()


def test_two_patients_stop_sending_until_one_is_removed(member: Page, player: Player) -> None:
    files = ("a.dcm", radiograph_with_text()), ("b.dcm", radiograph_of_another_patient())
    preview = ask_with_files(member, *files)
    expect(preview.locator(".check-two_patients")).to_contain_text("patient")
    expect(_sends(member)).to_have_count(0)
    player.picture(member, "two-patients")

    preview.locator(".check .series-thumb").last.click()
    member.locator("dialog.ask .danger").click()

    expect(_sends(member)).to_have_count(3)
    expect(member.locator(".preview").last.locator(".series-card")).to_have_count(1)


def test_kept_marker_and_masked_name_are_shown_enlarged(member: Page, player: Player) -> None:
    preview = ask_with_files(member, ("a.dcm", radiograph_with_text()))

    kept, masked = (preview.locator(f".cut.{kind} img") for kind in ("kept", "masked"))

    _wait_until_loaded(kept.first)
    _wait_until_loaded(masked.first)
    player.picture(member, "findings")


def test_drawn_box_is_masked_in_the_picture(member: Page, player: Player) -> None:
    ask_with_files(member, ("b.dcm", radiograph_of_another_patient()))
    dialog = open_masking(member)
    before = sum(_masked_pixels(member))
    box = dialog.locator("canvas").bounding_box()
    assert box is not None

    member.mouse.move(box["x"] + 120, box["y"] + 200)
    member.mouse.down()
    member.mouse.move(box["x"] + 200, box["y"] + 240, steps=4)
    member.mouse.up()
    player.picture(member, "mask-drawn")
    dialog.locator("[data-action=mask_more]").click()

    expect(dialog.locator(".mask-status")).to_contain_text("Masked.")
    expect(dialog.locator(".outline.mask-box")).to_have_count(0)
    player.picture(member, "mask-done")
    expect(dialog.locator(".viewer-stage .busy")).to_be_hidden()
    assert sum(_masked_pixels(member)) == before + 1


def test_edge_is_masked_in_all_slices_by_keyboard(member: Page) -> None:
    ask_with_files(member, ("study.zip", thorax_ct_zip(SLICES, edge=64)))
    member.locator(".preview").last.locator(".poster").click()
    dialog = member.locator("dialog.lightbox")
    expect(dialog.locator(".number")).to_have_text(f"1/{SLICES}")

    member.keyboard.press("m")
    dialog.locator("[data-preset=bottom]").press("Enter")
    expect(dialog.locator("[data-action=mask_more]")).to_be_enabled()
    dialog.locator("[data-action=mask_more]").press("Enter")

    expect(dialog.locator(".mask-status")).to_contain_text("Masked.")
    member.keyboard.press("Escape")
    expect(dialog.locator(".mask-panel")).to_be_hidden()
    assert _masked_pixels(member) == [1] * SLICES
    expect(member.locator(".preview").last.locator(".slice-thumb")).to_have_count(SLICES)


def test_screen_photo_says_what_it_cannot_show(member: Page, player: Player) -> None:
    preview = ask_with_files(member, ("photo.jpg", screen_photo()))

    expect(preview.locator(".note.quality")).to_contain_text("unreliable")
    player.picture(member, "screen-photo")


def _answered(player: Player, member: Page) -> Page:
    """A radiograph goes to the panel and is answered; return the panelist's page."""
    ask_with_files(member, ("b.dcm", radiograph_of_another_patient()))
    member.locator(".preview").last.locator(".poster").click()
    member.locator("dialog [data-action=confirm_series]:enabled").click()
    member.locator(".preview").last.locator("[data-action=send_urgent]:enabled").click()
    desk = player.open("panelist")
    desk.locator(".worklist button", has_text="Urgent").first.click()
    desk.locator(".case .poster").first.click()
    expect(desk.locator("dialog .viewer-stage .busy")).to_be_hidden()
    desk.keyboard.press("Escape")
    desk.locator(".case [data-action=claim]").click()
    expect(desk.locator(".case [data-action=release]")).to_be_visible()
    desk.locator(".case .tab-answer").click()
    desk.locator(".case .reply-body > textarea").fill("Small effusion on the right.")
    desk.locator(".case .scale label", has_text="4").click()
    desk.click("[data-testid=reply-send]")
    return desk


def test_wrong_patient_hides_images_and_pages_who_saw_them(member: Page, player: Player) -> None:
    desk = _answered(player, member)
    answer = desk.locator(".entry.answer", has_text="Small effusion")
    expect(answer).to_be_visible()

    member.locator("[data-action=wrong_patient]").last.click()
    member.locator("dialog.ask .danger").click()

    alarm = desk.locator("dialog.alarm")
    expect(alarm).to_be_visible()
    player.picture(desk, "red-page")
    desk.keyboard.press("Escape")
    alarm.locator("[data-action=acknowledge]").click()
    expect(alarm).to_have_count(0)
    expect(answer.locator(".stamp")).to_be_visible()
    expect(desk.locator(".case-images")).to_contain_text("Images hidden")
    expect(member.locator(".bubble.void .stamp")).to_be_visible()
    player.picture(desk, "wrong-patient")
    assert player.problems == []


def _toasted(page: Page) -> Callable[[str], dict[str, float]]:
    page.evaluate(
        """async () => {
            const { toast } = await import(`${document.body.dataset.base}/static/toasts.js`);
            toast("A question waits for you.");
        }"""
    )
    expect(page.locator(".toast")).to_be_visible()
    return lambda selector: page.locator(selector).first.bounding_box()  # type: ignore[return-value]  # both are shown


@pytest.mark.parametrize("width", [390, 1280])
def test_toast_covers_nothing_of_the_page(player: Player, width: int) -> None:
    desk = player.open("panelist")
    desk.set_viewport_size({"width": width, "height": 800})
    desk.locator(".worklist button").first.click()
    expect(desk.locator(".case h1")).to_have_text(re.compile("^Q"))

    box = _toasted(desk)

    toast, head = box(".toast"), box(".case-head")
    assert toast["y"] + toast["height"] <= head["y"] + 1
