"""Reading images as the panel does: stars, a prior, windows, the ruler, the margin, the keys (safety rules 7 to 10)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, Route, expect

from deidentify.samples import thorax_ct_zip
from tests.browser.player import PATIENCE_MS, Player, ask_with_files, wait_for_first_slice
from tests.deidentify.originals import photo
from tests.peers.demo import Demo
from tests.peers.forked import Forge

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
SLICES, STARRED, EDGE = 6, 3, 64
"""The asker marks the third slice of six."""
HOUNSFIELD = re.compile(r"^−?\d+ HU$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question with a CT, its prior and a photo, which the panel sees."""

    browser: Browser
    demo: Demo
    artifacts: Path

    def open(self, size: str, *, scheme: str = "light", language: str = "en") -> tuple[Player, Page]:
        """Open the question as a panelist does, in a browser of its own: a member has so many streams at once."""
        for former in self.browser.contexts:
            former.close()
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        player = Player(context, self.demo, self.artifacts, f"viewer-{size}-{language}-{scheme}")
        desk = player.open("panelist")
        _choose_language(desk, language)
        desk.locator(".worklist button").first.click()
        desk.locator(".viewer.inline canvas, .poster img").first.wait_for()
        return player, desk

    def full(self, size: str) -> tuple[Player, Page, Locator]:
        """Open its first series over the whole screen."""
        player, desk = self.open(size)
        if size == "phone":
            desk.locator(".poster").first.click()
        else:
            desk.locator(".viewer.inline .zooms button").last.click()
        dialog = desk.locator("dialog.lightbox")
        # A neighbour that arrives first is shown meanwhile: what is drawn then would be drawn on that one.
        expect(dialog.locator(f"canvas[data-slice='{STARRED}']")).to_be_visible()
        expect(dialog.locator(".number").first).to_have_text(f"{STARRED}/{SLICES}")
        return player, desk, dialog


@pytest.fixture(scope="module")
def reading(
    launched: Browser, forge: Forge, told_demo: Path, tmp_path_factory: pytest.TempPathFactory, artifacts: Path
) -> Iterator[Reading]:
    folder = tmp_path_factory.mktemp("reading") / "demo"
    shutil.copytree(told_demo, folder)
    with forge.running_demo(folder) as demo:
        context = launched.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        context.set_default_timeout(PATIENCE_MS)
        _send(Player(context, demo, artifacts, "viewer-asker").open("member"))
        yield Reading(browser=launched, demo=demo, artifacts=artifacts)


def _choose_language(page: Page, language: str) -> None:
    """The language is the member's, wherever they read."""
    if page.locator("body").get_attribute("data-language") == language:
        return
    page.locator(".bar .menu summary").click()
    page.locator(f".bar .menu [lang={language}]").click()
    expect(page.locator(f"body[data-language={language}]")).to_be_visible()


def _send(page: Page) -> None:
    """Ask with all three, a star on one slice, each looked through and confirmed."""
    preview = ask_with_files(
        page,
        ("new.zip", thorax_ct_zip(SLICES, edge=EDGE)),
        ("prior.zip", thorax_ct_zip(SLICES, edge=EDGE, days_before=34)),
        ("photo.jpg", photo()),
    )
    preview.locator(".poster").first.click()
    wait_for_first_slice(page, SLICES)
    dialog = page.locator("dialog.lightbox")
    _scroll(page, dialog, range(2, STARRED + 1))
    page.keyboard.press("s")
    expect(dialog.locator(".star")).to_have_attribute("aria-pressed", "true")
    _scroll(page, dialog, range(STARRED + 1, SLICES + 1))
    dialog.locator("[data-action=confirm_series]").click()
    wait_for_first_slice(page, SLICES)
    _scroll(page, dialog, range(2, SLICES + 1))
    dialog.locator("[data-action=confirm_series]").click()
    dialog.locator("[data-action=confirm_series]:enabled").click()
    expect(dialog).to_have_count(0)
    expect(preview.locator(".series-card.confirmed")).to_have_count(3)
    preview.locator("[data-action=send_urgent]:enabled").click()
    expect(page.locator("text=/Q\\d+ · URGENT/").last).to_be_visible()


def _scroll(page: Page, dialog: Locator, places: range) -> None:
    for place in places:
        page.keyboard.press("ArrowDown")
        expect(dialog.locator(".number").first).to_have_text(f"{place}/{SLICES}")


def _drag(page: Page, node: Locator, *, by: tuple[float, float]) -> None:
    box = node.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_reader_begins_at_the_askers_star(reading: Reading, size: str) -> None:
    player, desk, dialog = reading.full(size)

    expect(dialog.locator(".tick.asker")).to_have_count(1)
    desk.keyboard.press("End")
    expect(dialog.locator(".number").first).to_have_text(f"{SLICES}/{SLICES}")
    dialog.locator(".next-key").click()

    expect(dialog.locator(".number").first).to_have_text(f"{STARRED}/{SLICES}")
    expect(dialog.locator(".starred-sign").first).to_be_visible()
    assert player.problems == []


def test_panel_marks_a_slice_of_its_own(reading: Reading) -> None:
    _, desk, dialog = reading.full("desktop")
    desk.keyboard.press("Home")
    expect(dialog.locator(".number").first).to_have_text(f"1/{SLICES}")

    desk.keyboard.press("s")

    expect(dialog.locator(".tick.panel")).to_have_count(1)
    with desk.expect_response("**/api/actions"):
        desk.keyboard.press("s")
    expect(dialog.locator(".tick")).to_have_count(1)


def test_prior_beside_follows_the_table(reading: Reading) -> None:
    player, desk, dialog = reading.full("desktop")

    dialog.locator(".prior-button").first.click()
    beside = dialog.locator(".companion")
    desk.keyboard.press("ArrowDown")

    expect(beside.locator(".prior-words")).to_have_text("prior, 34 d before")
    expect(beside.locator(".number")).to_have_text(f"{STARRED + 1}/{SLICES}")
    expect(beside.locator(".position")).to_have_text(dialog.locator(".position").first.inner_text())
    desk.keyboard.press("l")
    desk.keyboard.press("ArrowDown")
    expect(dialog.locator(".number").first).to_have_text(f"{STARRED + 2}/{SLICES}")
    expect(beside.locator(".number")).to_have_text(f"{STARRED + 1}/{SLICES}")
    assert player.problems == []


def test_phone_shows_the_prior_in_its_place(reading: Reading) -> None:
    _, desk, dialog = reading.full("phone")
    place = dialog.locator(".position").inner_text()

    dialog.locator(".prior-button").click()

    expect(dialog.locator(".prior-words")).to_have_text("prior, 34 d before")
    expect(dialog.locator(".position")).to_have_text(place)
    desk.keyboard.press("p")
    expect(dialog.locator(".prior-words")).to_be_empty()
    expect(dialog.locator(".position")).to_have_text(place)


def test_windows_are_set_by_key_and_by_drag(reading: Reading) -> None:
    _, desk, dialog = reading.full("desktop")
    shown = dialog.locator(".top-right .window").first

    for key, words in {"1": "W 1500 L −600", "2": "W 400 L 40", "3": "W 2000 L 500", "4": "W 700 L 100"}.items():
        desk.keyboard.press(key)
        expect(shown).to_have_text(words)
    dialog.locator(".tool", has_text="W/L").first.click()
    _drag(desk, dialog.locator(".viewer-stage").first, by=(40, 0))

    expect(shown).to_have_text(re.compile(r"W 7[5-9]\d L 100|W 8\d\d L 100"))


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_line_is_measured_on_the_native_grid(reading: Reading, size: str) -> None:
    _, desk, dialog = reading.full(size)

    dialog.locator(".measure").first.click()
    desk.keyboard.press("Enter")

    # A quarter of 350 mm; one pixel of 64 is 5.5 mm, however large it is drawn.
    expect(dialog.locator(".measure-label")).to_have_text("87.5 mm")
    desk.keyboard.press("ArrowRight")
    expect(dialog.locator(".measure-label")).to_have_text("93 mm")
    expect(dialog.locator(".hounsfield")).to_have_text(HOUNSFIELD)
    desk.keyboard.press("+")
    expect(dialog.locator(".measure-label")).to_have_text("93 mm")
    desk.keyboard.press("Escape")
    desk.keyboard.press("ArrowDown")
    expect(dialog.locator(".measure-label")).to_have_count(0)


def _touch(session: CDPSession, *steps: tuple[str, list[tuple[float, float]]]) -> None:
    """Send what the fingers on the glass do, one after the other; those that are on it are numbered from the first."""
    for kind, points in steps:
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def test_finger_swipes_and_a_held_one_reads_hounsfield(reading: Reading) -> None:
    player, desk, dialog = reading.full("phone")
    session = desk.context.new_cdp_session(desk)

    _touch(session, ("touchStart", [(195, 400)]), ("touchMove", [(195, 370)]), ("touchMove", [(195, 300)]))
    _touch(session, ("touchEnd", []))
    expect(dialog.locator(".number").first).not_to_have_text(f"{STARRED}/{SLICES}")

    _touch(session, ("touchStart", [(195, 400)]))
    expect(dialog.locator(".probe-label")).to_have_text(HOUNSFIELD)
    _touch(session, ("touchEnd", []))
    dialog.locator(".series-chip").last.click()
    expect(dialog.locator(".hounsfield")).to_be_empty()
    assert player.problems == []


def test_line_lies_under_the_finger_after_a_pinch(reading: Reading) -> None:
    _, desk, dialog = reading.full("phone")
    session = desk.context.new_cdp_session(desk)
    dialog.locator(".measure").first.click()

    # What the first finger draws before the second one lands was on its way to the pinch.
    _touch(session, ("touchStart", [(150, 400)]), ("touchMove", [(162, 400)]))
    _touch(session, ("touchStart", [(162, 400), (242, 400)]), ("touchMove", [(122, 400), (282, 400)]))
    _touch(session, ("touchEnd", []))
    expect(dialog.locator(".measure-label")).to_have_count(0)
    _touch(session, ("touchStart", [(100, 400)]), ("touchMove", [(150, 400)]), ("touchMove", [(200, 400)]))
    _touch(session, ("touchEnd", []))

    # At twice the size the width of the screen, 390 px, is half of 350 mm.
    line = dialog.locator(".measure-line .over")
    assert [float(line.get_attribute(end) or 0) for end in ("x1", "x2")] == pytest.approx([100, 200], abs=1)
    assert float(dialog.locator(".measure-label").inner_text().split()[0]) == pytest.approx(44.9, abs=0.5)


def test_line_is_drawn_by_dragging(reading: Reading) -> None:
    _, desk, dialog = reading.full("desktop")
    stage = dialog.locator(".viewer-stage").first
    box = stage.bounding_box()
    assert box is not None

    dialog.locator(".measure").first.click()
    _drag(desk, stage, by=(box["height"] / 4, 0))

    millimetres = float(dialog.locator(".measure-label").inner_text().split()[0])
    assert millimetres == pytest.approx(87.5, rel=0.02)


def _with_spacing(kind: str) -> Callable[[Route], None]:
    """Return how a question's answer is passed on with pixels of another kind."""

    def answer(route: Route) -> None:
        question = route.fetch().json()
        for series in question["series"]:
            series["detail"]["spacing_kind"] = kind
        route.fulfill(json=question)

    return answer


@pytest.mark.parametrize(("kind", "words"), [("detector", "87.5 mm · detector plane"), ("captured", None)])
def test_kind_of_pixels_decides_what_a_line_says(reading: Reading, kind: str, words: str | None) -> None:
    _, desk = reading.open("desktop")
    desk.route("**/api/questions/*", _with_spacing(kind))
    desk.reload()
    viewer = desk.locator(".viewer.inline")
    expect(viewer.locator(".number").first).to_have_text(f"{STARRED}/{SLICES}")

    viewer.locator(".viewer-stage").first.focus()
    desk.keyboard.press("d")
    desk.keyboard.press("Enter")

    said = viewer.locator(".measure-label" if words else ".no-measure")
    expect(said).to_have_text(words or "Screen capture: cannot be measured")


def test_photo_says_why_it_is_neither_windowed_nor_measured(reading: Reading) -> None:
    _, _, dialog = reading.full("desktop")

    dialog.locator(".series-chip").last.click()

    expect(dialog.locator(".fixed-note").first).to_have_text("8-bit: cannot be windowed")
    expect(dialog.locator(".no-measure")).to_have_text("No pixel spacing: cannot be measured")
    expect(dialog.locator(".measure")).to_be_hidden()
    expect(dialog.locator(".viewer-quality").first).not_to_be_empty()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_watermark_stands_outside_the_pixels(reading: Reading, size: str) -> None:
    _, _, dialog = reading.full(size)

    mark = dialog.locator(".watermark").first
    expect(mark).to_have_text(re.compile(r"Seen by .+ · .*\d\d:\d\d"))
    stage, line = dialog.locator(".viewer-stage").first.bounding_box(), mark.bounding_box()

    assert stage is not None
    assert line is not None
    assert line["y"] >= stage["y"] + stage["height"]


def test_help_names_the_keys_and_gives_the_focus_back(reading: Reading) -> None:
    _, desk, dialog = reading.full("desktop")

    desk.keyboard.press("?")
    expect(desk.locator(".viewer-help")).to_contain_text("next key slice")
    desk.keyboard.press("Escape")
    desk.keyboard.press("End")

    expect(desk.locator(".viewer-help")).to_have_count(0)
    expect(dialog.locator(".number").first).to_have_text(f"{SLICES}/{SLICES}")


def test_every_tool_is_reached_by_tab_with_a_name(reading: Reading) -> None:
    _, desk, dialog = reading.full("desktop")
    nameless = dialog.locator("button:visible").evaluate_all(
        "nodes => nodes.filter((node) => !(node.innerText.trim() || node.getAttribute('aria-label'))).length"
    )
    dialog.locator(".viewer-stage").first.focus()
    visited = set()
    for _ in range(30):
        desk.keyboard.press("Tab")
        visited.add(desk.evaluate("document.activeElement.className"))

    assert nameless == 0
    assert {"tool star", "tool measure", "tool prior-button", "tool viewer-help-button"} <= visited


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_pages_fit_in_both_languages_and_schemes(reading: Reading, size: str, language: str, scheme: str) -> None:
    player, desk = reading.open(size, scheme=scheme, language=language)
    desk.locator(".viewer.inline .measure, .poster").first.wait_for()
    player.picture(desk, "desk")

    if size == "phone":
        desk.locator(".poster").first.click()
    else:
        desk.locator(".viewer.inline .prior-button").first.click()
    expect(desk.locator("dialog canvas[data-slice]")).to_have_count(1 if size == "phone" else 2)
    player.picture(desk, "reading")

    assert player.fits(desk)
    assert player.problems == []
