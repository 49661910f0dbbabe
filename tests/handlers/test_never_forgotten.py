"""Whatever its people do, an open question has a next event, or an owner; and no phone is paged beyond its limits."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from domain.messages import Action
from domain.paging import LIMITS
from domain.ports.jobs import JobState
from domain.question import EntryKind, Question
from tests.fakes.phones import MINUTE, connect_phones
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society

CHASING = {"NotifyStep", "ChaseClaimer", "ChaseAsker"}


async def do_anything(society: Society, question: Question, dice: Random) -> None:
    """Let somebody do something, whether they may or not."""
    who = dice.choice((PANELIST, SECOND))
    match dice.randrange(8):
        case 0 | 1:
            await society.press(who, Action.CLAIM, question.id)
        case 2:
            await society.press(who, Action.RELEASE, question.id)
        case 3:
            await society.press(who, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
        case 4:
            await society.say(MEMBER, "5 days ago", to=question.id)
        case 5:
            await society.press(who, Action.EXTEND, question.id)
        case 6:
            await society.press(who, Action.PASS, question.id)
        case _:
            await society.ask(f"another, number {dice.randrange(1000)}")


async def is_looked_after(society: Society, question: Question) -> bool:
    now = await society.question(question.id)
    if not now.is_awaiting_panel:
        return True
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    jobs = await society.queue.rows(JobState.READY, limit=1000)
    return any(e.kind is EntryKind.OWNED for e in entries) or any(job.command in CHASING for job in jobs)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("urgency", [Action.SEND_URGENT, Action.SEND_TODAY])
async def test_open_question_is_always_looked_after(society: Society, urgency: Action, seed: int) -> None:
    dice = Random(seed)
    await connect_phones(society)
    question = await society.ask(action=urgency)

    for _ in range(14):
        await do_anything(society, question, dice)
        await society.advance(dice.choice((0, 1, 4, 11, 30)) * MINUTE)
        assert await is_looked_after(society, question)

    await society.advance(timedelta(days=8))
    entries = await society.read(lambda transaction: transaction.entries.of_question(question.id))
    is_over = not (await society.question(question.id)).is_awaiting_panel
    assert is_over or any(entry.kind is EntryKind.OWNED for entry in entries)
    await _phones_were_spared(society)


async def _phones_were_spared(society: Society) -> None:
    started = society.now - timedelta(days=30)
    sent = await society.read(lambda transaction: transaction.pages.sent_since(started))
    for address, times in sent.items():
        for limit in LIMITS.get(address.channel, ()):
            assert all(times[n + limit.pages] - times[n] >= limit.within for n in range(len(times) - limit.pages))
