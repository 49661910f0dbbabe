"""What pages are told so that nobody is misled: masks, concerns, checks, the wrong patient, who looked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.identity import Fingerprint, IdentityKind
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from domain.study import Area, Concern
from domain.text import DeidentifiedText, IdentifierKind, Replacement
from tests.fakes.web_world import ASKER, COLLEAGUE, COORDINATOR, EDITOR, PANELIST, WebWorld
from web.routes.images import PROJECTED_MASKED, PROJECTED_SLICES, sampled
from web.views.images import ViewLog

MASK = Area(x=1, y=2, width=3, height=4, frame=1)
EVERYWHERE = Area(x=5, y=6, width=7, height=8)
CUT = DeidentifiedText(
    value="[resident number] PE?", replacements=(Replacement(start=0, end=17, kind=IdentifierKind.RESIDENT_NUMBER),)
)


async def _json(world: WebWorld, person: Any, question: Question) -> dict[str, Any]:
    browser = await world.signed_in(person)
    answer = await browser.get(f"/api/questions/{question.id}")
    return dict(answer.json())


async def test_masks_kept_text_and_crop_stand_with_each_frame(world: WebWorld):
    question = await world.question()
    await world.image(question, masks=(MASK, EVERYWHERE), kept_text=(MASK,), crop=EVERYWHERE)

    first, second = (await _json(world, PANELIST, question))["series"][0]["frames"]

    everywhere = {"x": 5, "y": 6, "width": 7, "height": 8}
    assert first["masks"] == [{**everywhere, "frame": None}]
    assert second["masks"] == [{"x": 1, "y": 2, "width": 3, "height": 4, "frame": 1}, {**everywhere, "frame": None}]
    assert (first["kept_text"], second["kept_text"]) == ([], [{"x": 1, "y": 2, "width": 3, "height": 4}])
    assert first["crop"] == everywhere


async def test_quality_and_what_is_to_be_confirmed_are_sentences(world: WebWorld):
    question = await world.question()
    concerns = (Concern.SCREEN_PHOTO, Concern.MARKER_LOST)
    await world.image(question, confirmed=False, concerns=concerns)
    await world.image(question, concerns=concerns)

    waiting, confirmed = (await _json(world, ASKER, question))["series"]

    assert waiting["concerns"] == ["marker_lost", "screen_photo"]
    assert waiting["quality"].startswith("⚠ Photo of a screen: nodules, effusion")
    assert ("right and left" in waiting["to_confirm"][0], confirmed["to_confirm"]) == (True, [])
    assert (waiting["projection"], (await _json(world, PANELIST, question))["series"][0]["to_confirm"]) == (True, [])


async def test_image_without_concerns_says_nothing_of_quality(world: WebWorld):
    question = await world.question()
    await world.image(question, frames=1)

    (series,) = (await _json(world, PANELIST, question))["series"]

    assert (series["concerns"], series["quality"], series["projection"]) == ([], None, False)


async def test_every_frame_is_served_hatched(world: WebWorld):
    image = await world.image(await world.question(), masks=(MASK, EVERYWHERE))
    browser = await world.signed_in(PANELIST)

    for frame in (0, 1):
        await browser.get(f"/api/images/{image.id}/frames/{frame}")

    assert [request.hatched for request in world.renderer.asked] == [(EVERYWHERE,), (MASK, EVERYWHERE)]


async def test_part_of_a_frame_is_served(world: WebWorld):
    image = await world.image(await world.question())
    browser = await world.signed_in(PANELIST)
    path = f"/api/images/{image.id}/frames/0"

    part, whole = await browser.get(f"{path}?area=8,9,10,11"), await browser.get(path)

    assert world.renderer.asked[0].area == Area(x=8, y=9, width=10, height=11)
    assert part.headers["etag"] != whole.headers["etag"]


@pytest.mark.parametrize("area", ["1,2,3", "a,1,1,1", "0,0,0,1", "60,0,5,1", "-1,0,5,1", "1,1,1,9999999"])
async def test_part_that_there_is_not_is_refused(world: WebWorld, area: str):
    image = await world.image(await world.question())
    browser = await world.signed_in(PANELIST)

    answer = await browser.get(f"/api/images/{image.id}/frames/0?area={area}")

    assert (answer.status_code, answer.json()["field"]) == (422, "area")


async def test_projection_shows_a_stack_with_its_masks(world: WebWorld):
    question = await world.question()
    image = await world.image(question, frames=40, masks=(replace(MASK, frame=17),))
    browser = await world.signed_in(PANELIST)
    path = f"/api/questions/{question.id}/series/{image.facts.series_uid}/projection?edge=512"

    picture = await browser.get(path)
    again = await browser.get(path, headers={"if-none-match": picture.headers["etag"]})

    asked = world.renderer.asked
    assert (picture.status_code, picture.headers["content-type"], again.status_code) == (200, "image/png", 304)
    assert len(asked) == PROJECTED_SLICES + 1
    assert [request.frame for request in asked if request.hatched] == [17]


async def test_projection_of_what_one_may_not_see_is_not_there(world: WebWorld):
    question = await world.question()
    image = await world.image(question, confirmed=False)
    shredded = await world.image(question)
    await world.store.write(lambda transaction: transaction.objects.shred(shredded.object_id))
    browser = await world.signed_in(PANELIST)

    uids = (image.facts.series_uid, shredded.facts.series_uid, "2.25.9")
    answers = [await browser.get(f"/api/questions/{question.id}/series/{uid}/projection") for uid in uids]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("slices", [1, 2, 15, 16, 17, 300, 2000])
def test_sample_has_the_ends_and_is_bounded(slices: int):
    chosen = sampled([False] * slices)
    masked = sampled([True] * slices)

    assert (chosen[0], chosen[-1]) == (0, slices - 1)
    assert len(chosen) == min(slices, PROJECTED_SLICES)
    assert len(masked) <= PROJECTED_SLICES + PROJECTED_MASKED


async def test_open_check_takes_the_place_of_the_send_buttons(world: WebWorld):
    question = await world.question(QuestionState.DRAFT, text=CUT, previewed_at=world.clock())

    shown = await _json(world, ASKER, question)
    await world.entry(question, EntryKind.CHECK_CONFIRMED, actor=ASKER, details={"check": "resident_number"})
    confirmed = await _json(world, ASKER, question)

    (check,) = shown["checks"]
    assert (check["name"], check["by"], check["done"]) == ("resident_number", [], False)
    assert ("confirm_check" in shown["actions"], "send_urgent" in shown["actions"]) == (True, False)
    assert ("confirm_check" in confirmed["actions"], "send_urgent" in confirmed["actions"]) == (False, True)
    assert confirmed["checks"][0]["done"]


async def test_two_patients_are_told_apart_by_name(world: WebWorld):
    question = await world.question(QuestionState.DRAFT)
    marks = [frozenset({Fingerprint(kind=IdentityKind.SEX, digest=digest)}) for digest in ("aa", "bb")]

    def name_two(transaction: Transaction) -> None:
        for place, each in enumerate(marks):
            transaction.identities.add(question.id, f"message:{place}", each)

    await world.store.write(name_two)

    (check,) = (await _json(world, ASKER, question))["checks"]

    assert (check["name"], check["by"]) == ("two_patients", ["sex"])
    assert (
        check["sentence"]
        == "Two patients? What you sent does not agree by: sex. It cannot be sent before you have checked."
    )


async def test_checks_are_the_askers_own(world: WebWorld):
    question = await world.question(text=CUT)

    assert (await _json(world, PANELIST, question))["checks"] == []


async def test_whoever_looks_is_in_the_view_log(world: WebWorld):
    question = await world.question()
    image = await world.image(question)
    for person in (PANELIST, ASKER):
        await _json(world, person, question)
    browser = await world.signed_in(COORDINATOR)
    await browser.get(f"/api/images/{image.id}/frames/0")
    world.clock.advance(minutes=2)
    await browser.get(f"/api/images/{image.id}/frames/1")

    viewings = await world.store.read(lambda transaction: transaction.viewings.of_question(question.id))
    assert {viewing.member_id for viewing in viewings} == {PANELIST.id, ASKER.id, COORDINATOR.id}
    assert [viewing.last_at > viewing.first_at for viewing in viewings].count(True) == 1
    assert (await _json(world, PANELIST, question))["viewers"] == 3


async def test_reader_of_a_release_is_no_viewer_of_the_question(world: WebWorld):
    question = await world.released_question()

    shown = await _json(world, COLLEAGUE, question)

    assert shown["viewers"] == 0
    assert await world.store.read(lambda transaction: transaction.viewings.of_question(question.id)) == ()


async def test_images_of_a_wrong_patient_are_hidden_from_everybody(world: WebWorld):
    question = await world.question()
    image = await world.image(question)
    await world.entry(question, EntryKind.ANSWER, actor=PANELIST, text="CTPA")
    browsers = [await world.signed_in(person) for person in (ASKER, PANELIST)]
    await world.store.write(lambda t: t.questions.save(replace(question, wrong_patient_at=world.clock())))

    shown = [await browser.get(f"/api/questions/{question.id}") for browser in browsers]
    frames = [await browser.get(f"/api/images/{image.id}/frames/0") for browser in browsers]

    assert [answer.status_code for answer in frames] == [404, 404]
    assert [(each.json()["series"], each.json()["wrong_patient"]) for each in shown] == [([], True)] * 2
    assert [entry["do_not_use"] for entry in shown[1].json()["entries"]] == [True]


async def test_look_at_what_was_marked_meanwhile_is_noted_and_not_served(world: WebWorld):
    question = await world.question()
    await world.store.write(lambda t: t.questions.save(replace(question, wrong_patient_at=world.clock())))

    may_be_served = await ViewLog(world.store).note(PANELIST, question, world.clock(), series="2.25.1")

    viewings = await world.store.read(lambda transaction: transaction.viewings.of_question(question.id))
    assert (may_be_served, [viewing.member_id for viewing in viewings]) == (False, [PANELIST.id])


async def test_whoever_was_paged_may_acknowledge_once(world: WebWorld):
    question = await world.question()
    await _json(world, PANELIST, question)
    marked = replace(question, wrong_patient_at=world.clock())
    await world.store.write(lambda t: t.questions.save(marked))
    before = (await _json(world, PANELIST, marked))["actions"]

    await world.entry(question, EntryKind.ACKNOWLEDGED, actor=PANELIST)

    assert "acknowledge" in before
    assert "claim" not in before
    assert "acknowledge" not in (await _json(world, PANELIST, marked))["actions"]


@pytest.mark.parametrize(
    ("person", "changes", "may"),
    [
        (ASKER, {}, True),
        (PANELIST, {}, True),
        (PANELIST, {"claimed_by": PANELIST.id, "state": QuestionState.CLAIMED}, True),
        (COORDINATOR, {}, True),
    ],
)
async def test_wrong_patient_is_offered_to_whoever_may_mark_it(world: WebWorld, person, changes, may: bool):
    question = await world.question(**changes)
    await world.image(question, crop=EVERYWHERE)

    actions = (await _json(world, person, question))["actions"]

    assert (Action.WRONG_PATIENT in actions) == may
    assert (Action.CROP in actions and Action.MASK_MORE in actions) == (person is ASKER or bool(changes))


async def test_dropped_draft_offers_nothing_to_mark(world: WebWorld):
    question = await world.question(QuestionState.DRAFT)
    await world.store.write(lambda t: t.questions.save(replace(question, state=QuestionState.DISCARDED)))

    assert (await _json(world, ASKER, question))["actions"] == []


async def test_editor_may_mask_what_members_are_to_see(world: WebWorld):
    question = await world.released_question()
    await world.image(question)

    assert "mask_more" in (await _json(world, EDITOR, question))["actions"]
