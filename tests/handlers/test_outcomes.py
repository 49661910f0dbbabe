"""What it turned out to be: asked once after seven and once after thirty days, told to those who answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Action
from domain.question import EntryKind, Question
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society

WANTED = "question.outcome_wanted"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


async def _asked(society: Society) -> int:
    return (await society.told(MEMBER)).count(WANTED)


async def _closed(society: Society) -> Question:
    return await society.settle((await society.ask()).id)


async def test_asker_is_asked_once_after_a_week_and_once_after_a_month(society: Society) -> None:
    await _closed(society)

    asked = []
    for wait in (WEEK - timedelta(minutes=1), timedelta(minutes=1), MONTH - WEEK, MONTH):
        await society.advance(wait)
        asked.append(await _asked(society))

    assert asked == [0, 1, 2, 2]


async def test_closing_says_when_it_will_be_asked(society: Society) -> None:
    await _closed(society)

    lines = [line.payload for line in await society.lines(MEMBER) if line.payload["key"] == "question.closed_asks"]
    assert [str(line["text"]) for line in lines] == [
        "Thank you. Q1 closed 12:00. I will ask once on Nov 30 what it turned out to be."
    ]


@pytest.mark.parametrize("verdict", [Action.OUTCOME_AGREES, Action.OUTCOME_DIFFERS])
async def test_who_answered_is_told_and_nobody_asks_again(society: Society, verdict: Action) -> None:
    question = await _closed(society)
    await society.advance(WEEK)

    await society.press(MEMBER, verdict, token=await society.token(MEMBER, WANTED))
    await society.advance(MONTH)

    entries = await society.entries(question.id)
    told = [entry.details for entry in entries if entry.kind is EntryKind.OUTCOME]
    assert [f"panel.outcome_{each['verdict']}" for each in told] == [f"panel.{verdict}"]
    assert f"panel.{verdict}" in await society.told(PANELIST)
    assert await _asked(society) == 1


async def test_words_of_the_outcome_pass_the_door(society: Society) -> None:
    question = await _closed(society)
    fields = {"text": "Biopsy: OP. Call 010-1234-5678"}

    await society.press(MEMBER, Action.OUTCOME_DIFFERS, question.id, fields)

    said = [entry.text for entry in await society.entries(question.id) if entry.kind is EntryKind.OUTCOME]
    assert [text.value for text in said if text] == ["Biopsy: OP. Call [phone]"]
    line = next(each for each in await society.lines(PANELIST) if each.payload["key"] == "panel.outcome_differs")
    assert "Biopsy: OP" in str(line.payload["quoted"])


async def test_each_who_answered_is_told_once(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA today."})
    await society.press(SECOND, Action.ANSWER, question.id, {"text": "I agree."})
    await society.press(MEMBER, Action.HELPED, question.id)

    await society.press(MEMBER, Action.OUTCOME_AGREES, question.id)

    for member in (PANELIST, SECOND):
        assert (await society.told(member)).count("panel.outcome_agrees") == 1


@pytest.mark.parametrize(("days", "reply"), [(7, "question.outcome_later"), (30, "question.outcome_left")])
async def test_not_known_yet_is_asked_once_more_at_the_most(society: Society, days: int, reply: str) -> None:
    await _closed(society)
    await society.advance(timedelta(days=days))
    before = await _asked(society)

    await society.press(MEMBER, Action.OUTCOME_UNKNOWN, token=await society.token(MEMBER, WANTED))
    await society.advance(MONTH)

    assert reply in await society.told(MEMBER)
    assert await _asked(society) - before == (1 if days == 7 else 0)


async def test_button_under_the_close_keeps_it_from_being_asked(society: Society) -> None:
    await _closed(society)

    await society.press(MEMBER, Action.OUTCOME_NEVER, token=await society.token(MEMBER, "question.closed_asks"))
    await society.advance(MONTH)

    assert "question.outcome_never" in await society.told(MEMBER)
    assert await _asked(society) == 0


async def test_unwilling_asker_is_not_asked_after_another_close(society: Society) -> None:
    question = await _closed(society)
    await society.press(MEMBER, Action.OUTCOME_NEVER, question.id)
    await society.press(MEMBER, Action.REOPEN, question.id)

    await society.settle(question.id, "Still CTPA.")
    await society.advance(MONTH)

    assert "question.closed" in await society.told(MEMBER)
    assert await _asked(society) == 0


async def test_reopened_question_counts_from_its_last_close(society: Society) -> None:
    question = await _closed(society)
    await society.advance(timedelta(days=5))
    await society.press(MEMBER, Action.REOPEN, question.id)
    await society.settle(question.id, "Still CTPA.")

    await society.advance(timedelta(days=3))
    early = await _asked(society)
    await society.advance(timedelta(days=4))

    assert (early, await _asked(society)) == (0, 1)


@pytest.mark.parametrize("action", [Action.OUTCOME_AGREES, Action.OUTCOME_UNKNOWN, Action.OUTCOME_NEVER])
async def test_open_question_has_no_outcome(society: Society, action: Action) -> None:
    question = await society.ask()

    await society.press(MEMBER, action, question.id)

    assert (await society.told(MEMBER))[-1] == "error.not_now"


async def test_outcome_is_the_askers_to_tell(society: Society) -> None:
    question = await _closed(society)

    await society.press(PANELIST, Action.OUTCOME_AGREES, question.id)

    assert (await society.told(PANELIST))[-1] == "error.not_yours"


async def test_asker_who_left_is_not_asked(society: Society) -> None:
    await _closed(society)
    await society.change_member(MEMBER, active=False)

    await society.advance(MONTH)

    assert await _asked(society) == 0


async def test_wrong_patient_closes_without_the_offer(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    await society.press(PANELIST, Action.ACKNOWLEDGE, question.id)

    await society.press(MEMBER, Action.HELPED, question.id)
    await society.advance(MONTH)

    assert "question.closed" in await society.told(MEMBER)
    assert await _asked(society) == 0
