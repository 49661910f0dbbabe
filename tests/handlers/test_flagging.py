"""A flag: hidden everywhere at once, and a moderator paged until somebody has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import PageModerators, RemindOfIncident
from domain.member import Role
from domain.messages import Action
from domain.question import EntryKind
from tests.fakes.flagged import (
    MODERATOR,
    PAGE,
    answered,
    decide,
    flag_answer,
    incident_of,
    kinds_of,
    moderated,
)
from tests.fakes.marked_patient import marked_photo
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, SLICE, Society


async def test_flagged_answer_is_hidden_and_the_clock_runs(society: Society) -> None:
    question = await answered(society)

    incident = await flag_answer(society, question)

    hidden = await society.question(question.id)
    assert (hidden.is_under_review, len(hidden.taken_down)) == (True, 1)
    assert (incident.due_at - incident.opened_at, incident.reason.value) == (timedelta(hours=72), "names the ward")
    assert EntryKind.TAKEN_DOWN in await kinds_of(society, question)
    assert "incident.flagged" in await society.told(SECOND)
    assert ("incident.hidden" in await society.told(MEMBER), PAGE in await society.told(MODERATOR)) == (True, True)


async def test_nothing_flagged_is_found_by_anybody(society: Society) -> None:
    question = await answered(society)
    before = await society.read(lambda transaction: transaction.search.find(PANELIST, "effusion"))

    incident = await flag_answer(society, question)
    hidden = await society.read(lambda transaction: transaction.search.find(PANELIST, "effusion"))
    await decide(society, Action.PUT_BACK, incident, "No ward is named.")

    after = await society.read(lambda transaction: transaction.search.find(PANELIST, "effusion"))
    assert [len(before), len(hidden), len(after)] == [1, 0, 1]


async def test_moderators_are_paged_until_somebody_takes_it(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)

    await society.advance(timedelta(minutes=9))
    told = [(await society.told(member)).count(PAGE) for member in (MODERATOR, COORDINATOR)]
    await society.press(MODERATOR, Action.TAKE_INCIDENT, None, token=await society.token(MODERATOR, PAGE))
    await society.advance(timedelta(hours=2))

    assert told == [3, 1]
    assert [(await society.told(member)).count(PAGE) for member in (MODERATOR, COORDINATOR)] == [3, 1]
    assert (await incident_of(society, question.id)).taken_by == MODERATOR.id
    await decide(society, Action.TAKE_INCIDENT, incident, by=COORDINATOR)
    assert (await society.told(COORDINATOR))[-1] == "error.incident_taken"


async def test_paging_ends_by_itself(society: Society) -> None:
    question = await answered(society)
    await flag_answer(society, question)

    await society.advance(timedelta(hours=12))

    assert (await society.told(MODERATOR)).count(PAGE) == 20


async def test_coordinator_is_paged_where_nobody_moderates(society: Society) -> None:
    question = await society.ask()
    await society.change_member(EDITOR, roles=frozenset({Role.EDITOR}))

    await society.press(MEMBER, Action.FLAG, question.id, {"what": "text"})

    assert PAGE in await society.told(COORDINATOR)


async def test_flag_that_nobody_can_be_paged_about_stands_on_the_desk(society: Society) -> None:
    question = await society.ask()
    for member in (COORDINATOR, EDITOR):
        await society.change_member(member, active=False)

    await society.press(MEMBER, Action.FLAG, question.id, {"what": "text"})

    assert (await incident_of(society, question.id)).is_open
    assert "nobody_moderates" in str(society.log.events)


async def test_flag_by_a_word_hides_everything_so_far(society: Society) -> None:
    question = await answered(society, SLICE)

    await society.say(SECOND, f"🚩 {question.label} a name on the film")

    incident = await incident_of(society, question.id)
    assert (incident.what, len(incident.hidden)) == ("everything", 3)
    assert incident.reason.value == "a name on the film"


@pytest.mark.parametrize("text", ["flag", "/신고", "🚩"])
async def test_flag_without_a_number_asks_which(society: Society, text: str) -> None:
    await society.ask()

    await society.say(SECOND, text)

    assert (await society.told(SECOND))[-1] == "error.flag_which"


async def test_flag_in_a_thread_is_about_it(society: Society) -> None:
    question = await answered(society)

    await society.say(SECOND, "신고", to=question.id)

    assert (await incident_of(society, question.id)).what == "everything"


async def test_sentence_that_begins_with_the_word_is_none(society: Society) -> None:
    question = await answered(society)

    await society.say(SECOND, "flag sign positive, I think", to=question.id)

    assert await society.read(lambda transaction: transaction.incidents.of_question(question.id)) == ()
    assert EntryKind.NOTE in await kinds_of(society, question)


async def test_text_message_after_a_flag_carries_no_hidden_words(society: Society) -> None:
    question = await answered(society)
    await flag_answer(society, question)

    await society.advance(timedelta(minutes=4))

    repeated = [
        line for line in await society.lines(MEMBER) if line.payload["key"] == "question.answer_without_confidence"
    ]
    assert len(repeated) == 2
    assert ("CTPA" in str(repeated[0].payload), "CTPA" in str(repeated[1].payload)) == (True, False)
    assert "taken down" in str(repeated[1].payload["text"]) or "내렸습니다" in str(repeated[1].payload["text"])


async def test_later_answer_reaches_its_asker(society: Society) -> None:
    question = await answered(society)
    await flag_answer(society, question)

    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "Organising pneumonia."})

    assert "Organising pneumonia." in str((await society.lines(MEMBER))[-1].payload)


async def test_second_flag_on_the_same_thing_changes_nothing(society: Society) -> None:
    question = await answered(society)
    await flag_answer(society, question)

    await flag_answer(society, question, COORDINATOR)

    assert (await society.told(COORDINATOR))[-1] == "incident.already"
    assert len(await society.read(lambda transaction: transaction.incidents.of_question(question.id))) == 1


async def test_judged_flag_is_not_raised_again_by_the_same_member(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.PUT_BACK, incident, "Fine.")

    await flag_answer(society, question)
    refused = (await society.told(SECOND))[-1]
    again = await flag_answer(society, question, COORDINATOR)

    assert (refused, again.opened_by) == ("error.flag_judged", COORDINATOR.id)


async def test_flag_of_an_answer_hides_it_in_every_merged_question(society: Society) -> None:
    await moderated(society)
    lead = await society.ask("PE?")
    follower = await society.ask("PE as well?", member=COLLEAGUE)
    await society.press(PANELIST, Action.MERGE, follower.id, {"lead": lead.label})
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "CTPA now, please."})

    incident = await flag_answer(society, lead)

    assert {one.question_id for one in incident.hidden} == {lead.id, follower.id}
    assert "incident.hidden" in await society.told(COLLEAGUE)


async def test_flag_of_an_image_leaves_the_other_series(society: Society) -> None:
    question = await answered(society, SLICE, marked_photo())
    flagged, _ = await society.images(question.id)

    await society.press(SECOND, Action.FLAG, question.id, {"image": flagged.id})

    incident = await incident_of(society, question.id)
    assert [one.item for one in incident.hidden] == [f"series:{flagged.facts.series_uid}"]


async def test_short_clock_is_said_only_ahead(society: Society) -> None:
    society.services = replace(society.services, rules=replace(society.rules, incident_within=timedelta(hours=12)))
    question = await answered(society)
    await decide(society, Action.TAKE_INCIDENT, await flag_answer(society, question))

    await society.advance(timedelta(hours=13))

    told = await society.told(MODERATOR)
    assert (told.count("incident.due_soon"), told.count("incident.overdue")) == (1, 1)


async def test_clock_is_said_before_it_ends(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.TAKE_INCIDENT, incident)

    await society.advance(timedelta(hours=73))

    told = await society.told(MODERATOR)
    assert (told.count("incident.due_soon"), told.count("incident.overdue")) == (2, 1)
    assert "incident.overdue" in await society.told(COORDINATOR)


async def test_closed_incident_is_neither_paged_nor_reminded_of(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.PUT_BACK, incident, "Fine.")
    before = await society.told(MODERATOR)

    await dispatch(society.services, PageModerators(incident_id=incident.id, round=5))
    await dispatch(society.services, RemindOfIncident(incident_id=incident.id, hours_left=4))
    await society.work()

    assert await society.told(MODERATOR) == before


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"image": "none"}, "flag_nothing"), ({"entry": "999999"}, "flag_nothing")],
)
async def test_flag_on_nothing_changes_nothing(society: Society, fields: dict[str, str], refusal: str) -> None:
    question = await society.ask()

    await society.press(SECOND, Action.FLAG, question.id, fields)

    assert (await society.told(SECOND))[-1] == f"error.{refusal}"


async def test_draft_and_unseen_questions_are_not_flagged(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.press(MEMBER, Action.FLAG, draft.id)
    await society.press(COLLEAGUE, Action.FLAG, draft.id)

    assert (await society.told(MEMBER))[-1] == "error.flag_nothing"
    assert (await society.told(COLLEAGUE))[-1] == "error.question_unknown"
