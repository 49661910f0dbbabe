"""What a page does by itself when things change or fail under it: played against answers made up here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from deidentify.samples import thorax_ct_zip
from tests.browser.player import PATIENCE_MS, PHONE, SEARCH_MS, Player, wait_for_first_slice
from tests.peers.demo import Demo

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE_MS)
SLICES = 3


@pytest.fixture
def member(browser: Browser, demo: Demo, artifacts: Path) -> Page:
    return Player.at(browser, demo, artifacts, name="pages", size=PHONE).open("member")


def _preview(page: Page, folder: Path) -> None:
    """Ask with a small stack, until its preview is there."""
    study = folder / "study.zip"
    study.write_bytes(thorax_ct_zip(SLICES, edge=64))
    page.locator("input[type=file]").first.set_input_files(str(study))
    page.fill("#message", "New effusion? Call 010-1234-5678.")
    page.click("[data-testid=send]")
    page.locator(".preview .poster").wait_for(timeout=SEARCH_MS)


def _changed(change: Callable[[dict[str, object]], None]) -> Callable[[Route], None]:
    """Return how a question's answer is passed on with something changed."""

    def answer(route: Route) -> None:
        question = route.fetch().json()
        change(question)
        route.fulfill(json=question)

    return answer


def _look_through(page: Page, slices: int) -> None:
    wait_for_first_slice(page, slices)
    for place in range(2, slices + 1):
        page.keyboard.press("ArrowDown")
        expect(page.locator("dialog .number")).to_have_text(f"{place}/{slices}")


def test_draft_that_was_asked_elsewhere_is_looked_through_here(member: Page, tmp_path: Path) -> None:
    _preview(member, tmp_path)

    def without_its_lines(route: Route) -> None:
        came = route.fetch().json()
        came["lines"] = [line for line in came["lines"] if not str(line["key"]).startswith("draft.")]
        route.fulfill(json=came)

    member.route("**/api/lines?after=0", without_its_lines)
    member.reload()

    preview = member.locator(".preview").last
    expect(preview.locator(".series-card")).to_have_count(1)
    preview.locator("[data-action=send_today]:enabled").click()
    expect(preview).to_contain_text("images that wait for your check")


def test_slices_that_came_after_the_look_ask_for_another(member: Page, tmp_path: Path) -> None:
    _preview(member, tmp_path)
    confirm = member.locator(".series-card [data-action=confirm_series]")
    late = {"hidden": True}

    def hold_back_one(question: dict[str, object]) -> None:
        for series in question["series"]:  # type: ignore[attr-defined]  # JSON
            del series["frames"][SLICES - late["hidden"] :]

    member.route("**/api/questions/*", _changed(hold_back_one))
    member.reload()
    member.locator(".preview .poster").click()
    _look_through(member, SLICES - 1)
    member.keyboard.press("Escape")
    expect(confirm).to_be_enabled()

    late["hidden"] = False
    member.locator(".preview-text button").click()
    member.locator(".preview-text .primary").click()

    expect(member.locator(".series-card .hint").last).to_contain_text("New images have come")
    expect(member.locator(".series-card [data-action=confirm_series]").last).to_be_disabled()


def test_only_what_was_shown_is_confirmed(member: Page, tmp_path: Path) -> None:
    _preview(member, tmp_path)
    shown = member.evaluate(
        """async () => {
            const { draft_id: id } = await (await fetch(`${document.body.dataset.base}/api/lines?after=0`)).json();
            const question = await (await fetch(`${document.body.dataset.base}/api/questions/${id}`)).json();
            return question.series[0].frames.map((frame) => frame.image);
        }"""
    )
    member.locator(".preview .poster").click()
    _look_through(member, SLICES)

    with member.expect_request("**/api/actions") as asked:
        member.locator("dialog [data-action=confirm_series]").click()

    assert json.loads(asked.value.post_data or "")["fields"]["images"].split() == shown


def test_text_changed_elsewhere_gives_back_what_was_typed(member: Page, tmp_path: Path) -> None:
    _preview(member, tmp_path)
    other = member.context.new_page()
    other.goto(member.url)
    for page, words in ((member, "Mine: effusion on the left?"), (other, "Theirs: effusion on the right?")):
        page.locator(".preview-text button").click()
        page.locator(".preview-text textarea").fill(words)

    other.locator(".preview-text .primary").click()
    expect(member.locator(".preview").last).to_be_visible()
    expect(other.locator(".preview-text .quoted").last).to_have_text("Theirs: effusion on the right?")
    member.locator(".preview-text .primary").click()

    expect(member.locator(".preview-text .note")).to_contain_text("Theirs: effusion on the right?")
    expect(member.locator(".preview-text textarea")).to_have_value("Mine: effusion on the left?")


def test_file_whose_place_is_never_right_fails_in_the_end(member: Page, tmp_path: Path) -> None:
    tries: list[Request] = []

    def elsewhere(route: Route) -> None:
        tries.append(route.request)
        route.fulfill(status=409, json={"error": "upload_offset", "message": "elsewhere", "received": 0})

    member.clock.install()
    member.route("**/api/uploads/*", elsewhere)
    member.locator("input[type=file]").first.set_input_files({"name": "a.dcm", "mimeType": "", "buffer": b"x" * 100})
    retry = member.locator(".tray button", has_text="Retry")
    for _ in range(300):
        if not retry.is_visible():
            member.clock.run_for(5_000)

    expect(member.locator(".tray")).to_contain_text("1 of 1 files failed")
    assert len(tries) < 20


def test_placeholders_are_said_in_the_readers_language(member: Page, tmp_path: Path) -> None:
    member.locator(".bar .menu summary").click()
    member.locator(".bar .menu [lang=ko]").click()
    expect(member.locator("body[data-language=ko]")).to_be_visible()

    _preview(member, tmp_path)

    mark = member.locator(".preview-text .quoted .replaced")
    expect(mark).to_have_text("[전화번호]")
    expect(mark).to_have_attribute("title", "[phone]")


def test_call_for_a_question_goes_once_it_is_claimed(member: Page, demo: Demo, artifacts: Path) -> None:
    desk = Player(member.context, demo, artifacts, "pages").open("panelist")
    chat = member.context.new_page()
    chat.goto(desk.url.replace("/desk", "/chat"))
    member.fill("#message", "New effusion?")
    member.click("[data-testid=send]")
    member.locator(".preview [data-action=send_urgent]:enabled").click()
    expect(desk.locator(".toast.news", has_text="URGENT")).to_be_visible()

    chat.locator("[data-action=claim]:enabled").last.click()

    expect(desk.locator(".toast.news", has_text="URGENT")).to_have_count(0, timeout=8_000)
