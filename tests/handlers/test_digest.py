"""Digests: new released cases once a day, in each member's own morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.commands import StartDigest
from domain.ids import QuestionId
from domain.messages import Action
from domain.surge import Surge
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


NOON_SEOUL = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""Tuesday: a time of the surge's digests, four hours and a half after the daily one."""


async def _surge(society: Society) -> None:
    surge = Surge(begins_at=society.now, ends_at=society.now + timedelta(hours=72))
    await society.change(lambda transaction: transaction.surge.save(surge))


async def _morning(society: Society) -> None:
    """Have the daily digest of an empty morning behind, by some minutes."""
    await _tick(society, SEVEN_THIRTY_SEOUL)
    society.now += timedelta(minutes=5)


async def _digests(society: Society) -> list[str]:
    return [key for key in await society.told(COLLEAGUE) if key.startswith("digest.")]


async def test_surge_brings_a_digest_of_what_is_new_at_its_times(society: Society) -> None:
    await _morning(society)
    await _surge(society)
    await _released(society)

    for quarter in range(3):
        await _tick(society, NOON_SEOUL + quarter * timedelta(minutes=15))

    line = (await society.lines(COLLEAGUE))[-1]
    assert await _digests(society) == ["digest.surge"]
    assert "Q1 Nodule" in str(line.payload["quoted"])
    assert "08:00" in str(line.payload["quoted"])


async def test_what_a_surge_digest_told_is_in_no_other(society: Society) -> None:
    await _morning(society)
    await _surge(society)
    await _released(society)
    await _tick(society, NOON_SEOUL)

    await _tick(society, NOON_SEOUL + timedelta(hours=4))
    await _tick(society, SEVEN_THIRTY_SEOUL + timedelta(days=1))

    assert await _digests(society) == ["digest.surge"]


async def test_missed_surge_digests_are_caught_up_once(society: Society) -> None:
    await _morning(society)
    await _surge(society)
    await _released(society)

    await _tick(society, NOON_SEOUL + timedelta(hours=7, minutes=30))
    await _tick(society, NOON_SEOUL + timedelta(hours=8))

    assert await _digests(society) == ["digest.surge"]


async def test_surge_digest_waits_for_the_morning_after_a_late_start(society: Society) -> None:
    await _morning(society)
    await _surge(society)
    await _released(society)

    await _tick(society, NOON_SEOUL + timedelta(hours=9))

    assert await _digests(society) == []


async def test_nothing_extra_goes_while_there_is_no_surge(society: Society) -> None:
    await _morning(society)
    await _released(society)

    await _tick(society, NOON_SEOUL)
    society.now += timedelta(minutes=5)
    await _surge(society)
    await _tick(society, NOON_SEOUL + timedelta(minutes=15))

    assert await _digests(society) == []


async def test_whoever_wants_no_digest_gets_none_in_a_surge(society: Society) -> None:
    await society.change_member(COLLEAGUE, digest_at=None)
    await _morning(society)
    await _surge(society)
    await _released(society)

    await _tick(society, NOON_SEOUL)

    assert await _digests(society) == []
