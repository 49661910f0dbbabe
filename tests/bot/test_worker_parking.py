"""Parking: whoever waits is told first, so that no kill in between leaves them waiting."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.commands import Command
from domain.errors import PermanentError, TransientError
from domain.ports.services import Services
from tests.bot.test_worker import Desk, WatchedQueue, add, make_worker, raising, states
from tests.fakes.society import Society


@pytest.mark.parametrize(
    ("trouble", "state", "told"),
    [
        (TransientError("database_unavailable"), "ready", "abandoned RouteMessage"),
        (PermanentError("sealed_damaged"), "parked", ""),
    ],
)
async def test_whoever_waits_is_told_before_it_is_parked(
    society: Society, trouble: Exception, state: str, told: str
) -> None:
    await add(society, "a")
    desk = Desk(raising(*[PermanentError("broken")] * 2))
    worker, tell = make_worker(society, desk), raising(trouble)

    async def abandon(services: Services, command: Command) -> None:
        await tell(command)
        await desk.abandon(services, command)

    worker.abandon = abandon
    await worker.drain()
    between = await states(society)
    society.now += timedelta(minutes=10)
    await worker.drain()

    assert list(between) == [state]
    assert await states(society) == {"parked": "broken"}
    assert "".join(desk.told) == told


async def test_kill_before_the_parking_leaves_nobody_untold(society: Society) -> None:
    await add(society, "a")
    desk = Desk(raising(*[PermanentError("broken")] * 2))

    class KilledQueue(WatchedQueue):
        async def park(self, *_: Any, **_more: Any) -> None:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await make_worker(society, desk, queue=KilledQueue(society.queue)).drain()
    society.now += timedelta(minutes=10)
    await society.queue.return_expired(society.now)
    told = list(desk.told)
    await make_worker(society, desk).drain()

    assert told == ["abandoned RouteMessage"]
    assert await states(society) == {"parked": "broken"}
