"""What waits for a channel that was switched off: it counts no tries, and is done as the program starts with it on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import ChannelOffError
from domain.ports.jobs import JobState
from tests.bot.test_worker import COMMAND, Desk, add, make_worker, raising, states
from tests.fakes.society import Society

OFF = ChannelOffError(look_after=timedelta(hours=6))


async def test_channel_that_is_off_holds_nothing_and_counts_as_no_try(society: Society) -> None:
    await add(society, "a")
    worker, started = make_worker(society, Desk(raising(*[OFF] * 3)), attempts=2), society.now

    for _ in range(3):
        await worker.drain()
        society.now += timedelta(hours=6)

    (row,) = await society.queue.rows(JobState.READY)
    assert (row.due_at, row.attempts, row.error) == (started + timedelta(hours=18), 0, "channel_off")


@pytest.mark.parametrize(("gate", "done"), [("web", True), ("chat", False)])
async def test_what_has_waited_for_a_channel_is_done_as_the_program_starts(
    society: Society, gate: str, done: bool
) -> None:
    await society.change(lambda transaction: transaction.jobs.add(COMMAND, gate=gate))
    await make_worker(society, Desk(raising(OFF))).drain()
    worker = make_worker(society, Desk(raising()))

    await worker.prepare()
    await worker.drain()

    assert (await states(society) == {"done": None}) is done
    assert ("channel_on_again" in society.log.events) is done
