"""Who sees what, walked over all states and readers, against the one rule in `domain/access.py`."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from domain.access import may_see, sees_full_card
from domain.consent import ConsentScope
from domain.member import Language, Member
from domain.question import EntryKind, QuestionState, Urgency
from tests.fakes.web_world import ASKER, COLLEAGUE, COORDINATOR, EDITOR, PANELIST, START, WebWorld
from web.problems import ProblemError
from web.site import Visit
from web.visits import lock_member

READERS = (ASKER, COLLEAGUE, PANELIST, EDITOR, COORDINATOR)
KINDS = tuple(
    (state, consent, released)
    for state, consent, released in itertools.product(QuestionState, ConsentScope, (None, START))
    if released is None or state is QuestionState.CLOSED
)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
async def test_reader_reaches_exactly_what_the_rule_allows(world: WebWorld, reader: Member):
    questions = [await world.question(s, consent=c, released_at=r) for s, c, r in KINDS]
    images = [await world.image(question) for question in questions]
    browser = await world.signed_in(reader)

    for question, image in zip(questions, images, strict=True):
        expected = 200 if may_see(reader, question) else 404
        assert (await browser.get(f"/api/questions/{question.id}")).status_code == expected
        assert (await browser.get(f"/questions/{question.id}")).status_code == expected
        assert (await browser.get(f"/api/images/{image.id}/frames/0")).status_code == expected


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
async def test_card_is_full_for_whom_the_rule_says(world: WebWorld, reader: Member):
    question = await world.released_question()

    answer = (await (await world.signed_in(reader)).get(f"/api/questions/{question.id}")).json()

    assert answer["full"] == sees_full_card(reader, question)
    assert (answer["text"]["value"] == question.text.value) == answer["full"]


async def test_reader_of_a_release_gets_the_editors_text_alone(world: WebWorld):
    question = await world.released_question()

    answer = (await (await world.signed_in(COLLEAGUE)).get(f"/api/questions/{question.id}")).json()

    assert answer["text"] == {"value": "Organising pneumonia", "replacements": []}
    assert [entry["kind"] for entry in answer["entries"]] == ["published"]
    assert "54M" not in str(answer)
    assert answer["opened_at"] is answer["closed_at"] is answer["claimed_by"] is None


async def test_what_was_published_before_is_nobodys_to_read(world: WebWorld):
    question = await world.released_question()
    await world.entry(question, EntryKind.PUBLISHED, actor=EDITOR, text="Organising pattern, second thoughts")

    answer = (await (await world.signed_in(COLLEAGUE)).get(f"/api/questions/{question.id}")).json()

    assert [entry["text"] for entry in answer["entries"]] == ["Organising pattern, second thoughts"]
    assert "Organising pneumonia" not in str(answer)


async def test_unconfirmed_images_are_the_askers_alone(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    image = await world.image(question, confirmed=False)
    frame = f"/api/images/{image.id}/frames/0"

    answers = {person.id: await (await world.signed_in(person)).get(frame) for person in READERS}

    assert {name for name, answer in answers.items() if answer.status_code == 200} == {ASKER.id}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
async def test_release_shows_no_image_that_came_after_it(world: WebWorld, reader: Member):
    question = await world.released_question()
    before = await world.image(question)
    world.clock.advance(minutes=1)
    after = await world.image(question)
    browser = await world.signed_in(reader)

    listed = (await browser.get(f"/api/questions/{question.id}")).json()["series"]
    frames = [(await browser.get(f"/api/images/{image.id}/frames/0")).status_code for image in (before, after)]

    expected = [before, after] if sees_full_card(reader, question) else [before]
    assert [series["uid"] for series in listed] == [image.facts.series_uid for image in expected]
    assert frames == [200, 200 if after in expected else 404]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
async def test_removed_image_is_gone_for_everybody(world: WebWorld, reader: Member):
    image = await world.image(await world.question(), removed=True)

    answer = await (await world.signed_in(reader)).get(f"/api/images/{image.id}/frames/0")

    assert answer.status_code == 404


async def test_series_list_leaves_out_what_was_not_confirmed(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    shown, held = await world.image(question), await world.image(question, confirmed=False)
    path = f"/api/questions/{question.id}"

    panel = (await (await world.signed_in(PANELIST)).get(path)).json()
    asker = (await (await world.signed_in(ASKER)).get(path)).json()

    assert [series["uid"] for series in panel["series"]] == [shown.facts.series_uid]
    assert [series["uid"] for series in asker["series"]] == [shown.facts.series_uid, held.facts.series_uid]


async def test_internal_notes_stay_with_the_panel(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    await world.entry(question, EntryKind.NOTE, actor=PANELIST, text="Not for the asker")
    path = f"/api/questions/{question.id}"

    seen = {person.id: (await (await world.signed_in(person)).get(path)).text for person in (ASKER, PANELIST)}

    assert "Not for the asker" in seen[PANELIST.id]
    assert "Not for the asker" not in seen[ASKER.id]


async def test_panel_is_told_the_askers_alias(world: WebWorld):
    question = await world.question(QuestionState.CLAIMED, claimed_by=PANELIST.id)
    await world.entry(question, EntryKind.OPENED, actor=ASKER)
    path = f"/api/questions/{question.id}"

    panel = (await (await world.signed_in(PANELIST)).get(path)).json()
    asker = (await (await world.signed_in(ASKER)).get(path)).json()

    assert panel["asker"] == panel["entries"][0]["actor"] == ASKER.alias
    assert ASKER.display_name not in str(panel)
    assert asker["claimed_by"] == PANELIST.display_name


@pytest.mark.parametrize(
    ("path", "welcome"), [("desk", {PANELIST.id, COORDINATOR.id}), ("editor", {EDITOR.id})], ids=["desk", "editor"]
)
async def test_rooms_are_for_their_roles(world: WebWorld, path: str, welcome: set[str]):
    browsers = {reader.id: await world.signed_in(reader) for reader in READERS}

    pages = {name for name, browser in browsers.items() if (await browser.get(f"/{path}")).status_code == 200}
    lists = {name for name, browser in browsers.items() if (await browser.get(f"/api/{path}")).status_code == 200}

    assert pages == lists == welcome


async def test_desk_leaves_out_drafts_and_puts_urgent_first(world: WebWorld):
    order = (Urgency.ROUTINE, Urgency.URGENT, Urgency.TODAY)
    routine, urgent, today = [await world.question(QuestionState.OPEN, urgency=urgency) for urgency in order]
    await world.question(QuestionState.DRAFT)

    answer = (await (await world.signed_in(PANELIST)).get("/api/desk")).json()

    assert [question["id"] for question in answer["questions"]] == [urgent.id, today.id, routine.id]


async def test_editor_sees_no_consult_only_question(world: WebWorld):
    await world.question(QuestionState.CLOSED, consent=ConsentScope.CONSULT_ONLY)
    open_to_teaching = await world.question(QuestionState.CLOSED, consent=ConsentScope.TEACHING)

    answer = (await (await world.signed_in(EDITOR)).get("/api/editor")).json()

    assert [question["id"] for question in answer["awaiting"]] == [open_to_teaching.id]


async def test_former_member_is_signed_out_at_once(world: WebWorld):
    browser = await world.signed_in(PANELIST)

    await world.save(replace(PANELIST, active=False))

    assert (await browser.get("/api/desk")).status_code == 401


def test_states_walked_are_all_there_are():
    assert {state for state, _, _ in KINDS} == set(QuestionState)


async def test_who_has_left_meanwhile_is_not_saved_again(world: WebWorld):
    """Their visit began before."""
    site, request = SimpleNamespace(), Request({"type": "http"})
    visit = Visit(site=site, request=request, member=PANELIST, token_hash="t")  # type: ignore[arg-type]  # nobody asks it
    await world.save(replace(PANELIST, language=Language.KOREAN))
    here = await world.store.write(lambda transaction: lock_member(transaction, visit))

    await world.save(replace(PANELIST, active=False))

    assert here.language is Language.KOREAN
    with pytest.raises(ProblemError, match="signed_out"):
        await world.store.write(lambda transaction: lock_member(transaction, visit))
