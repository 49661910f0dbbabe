"""The board's weekly card: once a week, from Monday morning on, about the week before, to the board alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.dispatcher import dispatch
from domain.commands import StartDigest
from domain.digest import DAILY, WEEKLY
from domain.member import Member, Role
from domain.messages import Action
from tests.fakes.society import COLLEAGUE, MEMBER, PANELIST, Society

BOARD = replace(COLLEAGUE, roles=frozenset({Role.BOARD}), digest_at=None)
CARD = "digest.weekly"


async def _board(society: Society, *, questions: int) -> None:
    """A week in which some urgent questions were asked and answered, and a board to tell; Sunday evening."""
    await society.change(lambda transaction: transaction.members.save(BOARD))
    for _ in range(questions):
        question = await society.ask()
        if (await society.question(question.id)).opened_at is None:
            await society.press(MEMBER, Action.SEND_URGENT, question.id)
        society.now += timedelta(minutes=5)
        await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA."})
        await society.press(MEMBER, Action.HELPED, question.id)
    society.now += timedelta(days=6, hours=8)


async def _tick(society: Society, wait: timedelta) -> list[str]:
    society.now += wait
    await dispatch(society.services, StartDigest(name=WEEKLY, at=society.now))
    await society.work()
    return await society.told(BOARD)


async def _text(society: Society, member: Member) -> str:
    return str((await society.lines(member))[-1].payload["quoted"])


async def test_board_is_told_on_monday_morning_once(society: Society) -> None:
    await _board(society, questions=6)

    sunday = await _tick(society, timedelta(0))
    early = await _tick(society, timedelta(hours=7))
    monday = await _tick(society, timedelta(hours=5))
    again = await _tick(society, timedelta(hours=24))

    assert [told.count(CARD) for told in (sunday, early, monday, again)] == [0, 0, 1, 1]
    assert CARD not in await society.told(MEMBER)
    assert "6 questions" in await _text(society, BOARD)


async def test_card_of_few_questions_has_no_numbers(society: Society) -> None:
    await _board(society, questions=1)

    await _tick(society, timedelta(hours=14))

    said = await _text(society, BOARD)
    assert ("Fewer than 5" in said, "min" in said) == (True, False)


async def test_silent_week_sends_nothing(society: Society) -> None:
    await _board(society, questions=0)

    assert CARD not in await _tick(society, timedelta(hours=14))


async def test_board_reads_the_daily_digest_only_where_it_wants_it(society: Society) -> None:
    await _board(society, questions=1)

    await dispatch(society.services, StartDigest(name=DAILY, at=society.now))
    await society.work()

    assert "digest.daily" not in await society.told(BOARD)
