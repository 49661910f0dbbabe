"""Duplicates: the follower gets the answer and nothing else of the lead, and is never left waiting for nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.access import may_see_entry
from domain.member import Member
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society

LEAD_WORDS = "Reversed halo in the left lower lobe?"


async def _two(society: Society, action: Action = Action.SEND_TODAY) -> tuple[Question, Question]:
    lead = await society.ask(LEAD_WORDS, action=action)
    return lead, await society.ask("Halo sign, what now?", member=COLLEAGUE, action=action)


async def _merged(society: Society, action: Action = Action.SEND_TODAY) -> tuple[Question, Question]:
    lead, follower = await _two(society, action)
    await society.press(PANELIST, Action.MERGE, follower.id, {"lead": lead.label})
    return lead, await society.question(follower.id)


async def _said_to(society: Society, member: Member) -> str:
    return " ".join(str(line.payload) for line in await society.lines(member))


async def _answers(society: Society, question: Question) -> list[str]:
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    return [str(entry.text) for entry in entries if entry.kind is EntryKind.ANSWER]


async def test_follower_waits_for_the_answer_of_the_lead(society: Society) -> None:
    lead, follower = await _merged(society)

    assert (follower.state, follower.merged_into) == (QuestionState.MERGED, lead.id)
    assert (await society.told(COLLEAGUE))[-1] == "question.merged"


async def test_follower_gets_the_answer_and_nothing_else(society: Society) -> None:
    lead, follower = await _merged(society)

    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP pattern.", "short": "OP."})

    assert (await society.question(follower.id)).state is QuestionState.ANSWERED
    said = await _said_to(society, COLLEAGUE)
    assert "OP pattern." in said
    assert "eversed halo" not in said
    assert lead.label not in said
    assert lead.id not in said


async def test_answers_that_are_there_already_come_along(society: Society) -> None:
    lead, follower = await _two(society)
    for text in ("OP pattern.", "Right, not left."):
        await society.press(PANELIST, Action.ANSWER, lead.id, {"text": text})

    await society.press(SECOND, Action.MERGE, follower.id, {"lead": str(lead.number)})

    assert await _answers(society, follower) == ["OP pattern.", "Right, not left."]
    assert (await society.question(follower.id)).state is QuestionState.ANSWERED


async def test_broken_seal_of_the_lead_seals_no_follower(society: Society) -> None:
    lead, follower = await _two(society)
    await society.press(PANELIST, Action.SEAL, lead.id)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP pattern."})

    await society.press(SECOND, Action.MERGE, follower.id, {"lead": str(lead.number)})

    answered = await society.question(follower.id)
    given = [entry for entry in await society.entries(follower.id) if entry.kind is EntryKind.ANSWER]
    assert [may_see_entry(SECOND, answered, entry) for entry in given] == [True]


async def test_seal_of_the_lead_holds_in_its_follower(society: Society) -> None:
    lead, follower = await _two(society)
    for action in (Action.CLAIM, Action.SEAL, Action.SECOND_OPINION):
        await society.press(PANELIST, action, lead.id)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP pattern."})

    await society.press(SECOND, Action.MERGE, follower.id, {"lead": str(lead.number)})

    answered = await society.question(follower.id)
    given = [entry for entry in await society.entries(follower.id) if entry.kind is EntryKind.ANSWER]
    seen = [[may_see_entry(member, answered, entry) for entry in given] for member in (COLLEAGUE, SECOND)]
    assert seen == [[True], [False]]


async def test_correction_reaches_a_closed_follower_too(society: Society) -> None:
    lead, follower = await _merged(society)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "Left."})
    await society.press(COLLEAGUE, Action.HELPED, follower.id)

    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "Right, not left."})

    assert await _answers(society, follower) == ["Left.", "Right, not left."]
    assert (await society.told(COLLEAGUE))[-1] == "question.answer_merged"


async def test_withdrawn_lead_lets_its_follower_go(society: Society) -> None:
    lead, follower = await _merged(society)

    await society.press(MEMBER, Action.WITHDRAW, lead.id)
    await society.advance(timedelta(hours=30))

    freed = await society.question(follower.id)
    assert (freed.state, freed.merged_into) == (QuestionState.OPEN, None)
    assert "question.unmerged" in await society.told(COLLEAGUE)
    assert "panel.card_today" in await society.told(SECOND)


async def test_withdrawn_lead_leaves_what_it_has_answered(society: Society) -> None:
    lead, follower = await _merged(society)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP."})
    await society.press(MEMBER, Action.REOPEN, lead.id)

    await society.press(MEMBER, Action.WITHDRAW, lead.id)

    assert (await society.question(lead.id)).state is QuestionState.WITHDRAWN
    assert (await society.question(follower.id)).state is QuestionState.ANSWERED
    assert "question.unmerged" not in await society.told(COLLEAGUE)


async def test_lead_closed_without_an_answer_lets_it_go(society: Society) -> None:
    lead, follower = await _merged(society)
    await society.press(PANELIST, Action.ASK_BACK, lead.id, {"text": "Prior?"})

    await society.advance(timedelta(days=5))

    assert (await society.question(lead.id)).state is QuestionState.CLOSED
    assert (await society.question(follower.id)).state is QuestionState.OPEN


async def test_panel_takes_them_apart_again(society: Society) -> None:
    _, follower = await _merged(society)

    await society.press(SECOND, Action.UNMERGE, follower.id)
    await society.press(SECOND, Action.UNMERGE, follower.id)

    assert (await society.question(follower.id)).state is QuestionState.OPEN
    assert (await society.told(SECOND))[-1] == "error.not_now"


async def test_wrong_patient_voids_the_followers_answers(society: Society) -> None:
    lead, answered = await _merged(society)
    closed = await society.ask("Again?", member=COLLEAGUE, action=Action.SEND_TODAY)
    await society.press(PANELIST, Action.MERGE, closed.id, {"lead": lead.label})
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP."})
    await society.press(COLLEAGUE, Action.HELPED, closed.id)
    waiting = await society.ask("And again?", member=COLLEAGUE, action=Action.SEND_TODAY)
    await society.press(MEMBER, Action.REOPEN, lead.id)
    await society.press(PANELIST, Action.MERGE, waiting.id, {"lead": lead.label})

    await society.press(MEMBER, Action.WRONG_PATIENT, lead.id)

    states = [(await society.question(each.id)).state for each in (answered, closed, waiting)]
    assert states == [QuestionState.OPEN, QuestionState.CLOSED, QuestionState.OPEN]
    assert (await society.told(COLLEAGUE)).count("question.answer_void") == 2


async def test_reopened_follower_stands_alone(society: Society) -> None:
    lead, follower = await _merged(society)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP."})
    await society.press(COLLEAGUE, Action.REOPEN, follower.id)

    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP, sure."})

    assert await _answers(society, follower) == ["OP."]
    assert (await society.question(follower.id)).merged_into is None


@pytest.mark.parametrize("lead", ["", "Q999", "itself", "withdrawn"])
async def test_question_follows_only_what_is_being_answered(society: Society, lead: str) -> None:
    first, follower = await _two(society)
    if lead == "withdrawn":
        await society.press(MEMBER, Action.WITHDRAW, first.id)
    named = {"itself": follower.label, "withdrawn": first.label}.get(lead, lead)

    await society.press(PANELIST, Action.MERGE, follower.id, {"lead": named} if named else {})

    assert (await society.told(PANELIST))[-1] == "error.lead_unknown"
    assert (await society.question(follower.id)).state is QuestionState.OPEN


async def test_chains_of_followers_are_not_made(society: Society) -> None:
    lead, follower = await _merged(society)
    third = await society.ask("Third?", action=Action.SEND_TODAY)

    await society.press(PANELIST, Action.MERGE, lead.id, {"lead": third.label})
    has_followers = (await society.told(PANELIST))[-1]
    await society.press(PANELIST, Action.MERGE, third.id, {"lead": follower.label})

    assert has_followers == "error.has_followers"
    assert (await society.told(PANELIST))[-1] == "error.lead_unknown"


async def test_answered_question_is_not_merged(society: Society) -> None:
    lead, other = await _two(society)
    await society.press(PANELIST, Action.ANSWER, other.id, {"text": "OP."})

    await society.press(PANELIST, Action.MERGE, other.id, {"lead": lead.label})

    assert (await society.told(PANELIST))[-1] == "error.not_now"


async def test_what_a_follower_adds_reaches_whoever_has_the_lead(society: Society) -> None:
    lead, follower = await _two(society)
    await society.press(PANELIST, Action.CLAIM, lead.id)
    await society.press(PANELIST, Action.MERGE, follower.id, {"lead": lead.label})

    await society.say(COLLEAGUE, "SpO2 is 78% now", to=follower.id)

    (line,) = [each for each in await society.lines(PANELIST) if each.payload["key"] == "panel.information"]
    assert "SpO2 is 78% now" in str(line.payload)
    assert follower.label in str(line.payload)


async def test_while_nobody_has_the_lead_its_coordinator_hears(society: Society) -> None:
    _, follower = await _merged(society)

    await society.press(COLLEAGUE, Action.ADD_INFORMATION, follower.id, {"text": "SpO2 is 78% now"})

    assert (await society.told(COORDINATOR))[-1] == "panel.information"


async def test_images_of_a_follower_are_confirmed_and_told_of(society: Society) -> None:
    lead, follower = await _two(society)
    await society.press(PANELIST, Action.CLAIM, lead.id)
    await society.press(PANELIST, Action.MERGE, follower.id, {"lead": lead.label})
    await society.say(COLLEAGUE, "new CT", uploads=[await society.upload(COLLEAGUE, SLICE)], to=follower.id)
    asked = (await society.told(COLLEAGUE))[-1]

    await society.confirm_all(COLLEAGUE, follower.id)

    assert asked == "draft.images_held"
    assert all(image.is_visible for image in await society.images(follower.id))
    assert (await society.told(PANELIST))[-1] == "panel.images_added"
