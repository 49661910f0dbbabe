"""Digests: new released cases once a day, in each member's own morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.commands import StartDigest
from domain.ids import QuestionId
from domain.messages import Action
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, Society

SEVEN_THIRTY_SEOUL = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
"""Tuesday morning in Seoul, the day after the society's first noon."""


async def _released(society: Society, text: str = "Nodule\nSolid nodule.") -> QuestionId:
    question = await society.ask()
    await society.settle(question.id, "CT in 3 months.")
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": text})
    return question.id


async def _tick(society: Society, at: datetime) -> None:
    society.now = max(society.now, at)
    command = StartDigest(name="daily", at=at)
    await society.change(lambda transaction: transaction.jobs.add(command))
    await society.work()


async def test_released_case_is_in_the_morning_digest(society: Society) -> None:
    await _released(society)

    await _tick(society, SEVEN_THIRTY_SEOUL)

    line = (await society.lines(COLLEAGUE))[-1]
    assert line.payload["key"] == "digest.daily"
    assert "Q1 Nodule" in str(line.payload["quoted"])


async def test_nothing_new_sends_nothing(society: Society) -> None:
    await _tick(society, SEVEN_THIRTY_SEOUL)

    assert await society.told(COLLEAGUE) == []


async def test_one_digest_a_day_however_often_the_clock_ticks(society: Society) -> None:
    await _released(society)

    for quarter in range(8):
        await _tick(society, SEVEN_THIRTY_SEOUL + quarter * timedelta(minutes=15))

    assert (await society.told(COLLEAGUE)).count("digest.daily") == 1


async def test_tick_before_the_members_morning_waits(society: Society) -> None:
    await _released(society)

    await _tick(society, SEVEN_THIRTY_SEOUL - timedelta(minutes=15))

    assert "digest.daily" not in await society.told(COLLEAGUE)


async def test_late_tick_catches_up_once(society: Society) -> None:
    await _released(society)

    await _tick(society, SEVEN_THIRTY_SEOUL + timedelta(hours=5))

    assert (await society.told(COLLEAGUE)).count("digest.daily") == 1


async def test_weekend_has_no_digest(society: Society) -> None:
    await _released(society)

    await _tick(society, SEVEN_THIRTY_SEOUL + timedelta(days=4))

    assert "digest.daily" not in await society.told(COLLEAGUE)


async def test_editor_may_send_after_an_empty_morning(society: Society) -> None:
    await _tick(society, SEVEN_THIRTY_SEOUL)
    await society.advance(timedelta(minutes=5))
    await _released(society)

    await society.press(EDITOR, Action.SEND_DIGEST)
    await society.press(EDITOR, Action.SEND_DIGEST)

    assert (await society.told(COLLEAGUE)).count("digest.daily") == 1


async def test_consult_only_question_cannot_be_released(society: Society) -> None:
    question = await society.ask()
    await society.settle(question.id)

    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Nodule"})

    assert (await society.told(EDITOR))[-1] == "error.consent_missing"
    assert (await society.question(question.id)).released_at is None


async def test_early_release_names_no_sex_age_or_day(society: Society) -> None:
    question_id = await _released(society, text="58M, nodule\nSolid nodule.")

    assert (await society.question(question_id)).released_at is None
    assert (await society.told(EDITOR))[-1] == "error.release_too_personal"


async def test_held_back_case_is_in_no_digest(society: Society) -> None:
    question_id = await _released(society)
    await society.press(EDITOR, Action.HOLD_BACK, question_id)

    await _tick(society, SEVEN_THIRTY_SEOUL)

    assert "digest.daily" not in await society.told(COLLEAGUE)


async def test_case_taken_back_is_struck_out_of_digests(society: Society) -> None:
    question_id = await _released(society)
    await _tick(society, SEVEN_THIRTY_SEOUL)

    await society.press(MEMBER, Action.CONSENT_CONSULT_ONLY, question_id)

    line = next(line for line in await society.lines(COLLEAGUE) if line.payload["key"] == "digest.daily")
    assert "Nodule" not in str(line.payload)
    assert (await society.question(question_id)).released_at is None


async def test_reopened_case_is_released_no_more(society: Society) -> None:
    question_id = await _released(society)

    await society.press(MEMBER, Action.REOPEN, question_id)

    assert (await society.question(question_id)).released_at is None
