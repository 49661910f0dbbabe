"""Each half minute it is noted which channels do not work, as every process and `hilum doctor` may then read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.listening import Listener
from bot.troubles import SENDING, TroubleWatch
from tests.fakes.quiet_log import QuietLog
from tests.fakes.society import Society


@dataclass
class Station:
    name: str = "telegram"
    trouble: str = ""


def watch_of(society: Society, station: Station, *, silent: tuple[str, ...] = (), looks: int = 1) -> TroubleWatch:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) >= looks:
            await asyncio.Event().wait()

    listener = Listener(channel=station, log=QuietLog())  # type: ignore[arg-type]  # what is used of it
    return TroubleWatch(
        services=society.services, listeners=(listener,), silent=lambda: silent, owner="one", sleep=sleep
    )


@pytest.mark.parametrize(
    ("trouble", "silent", "code"),
    [("telegram_conflict", ("telegram",), "telegram_conflict"), ("", ("telegram",), SENDING)],
)
async def test_what_does_not_work_is_noted(society: Society, trouble: str, silent: tuple[str, ...], code: str) -> None:
    await watch_of(society, Station(trouble=trouble), silent=silent).look()

    (noted,) = await society.read(lambda transaction: transaction.troubles.all())
    assert (noted.channel, noted.code) == ("telegram", code)


async def test_what_works_again_is_forgotten(society: Society) -> None:
    await watch_of(society, Station(trouble="telegram_conflict")).look()

    await watch_of(society, Station()).look()

    assert await society.read(lambda transaction: transaction.troubles.all()) == ()


async def test_looks_again_and_again(society: Society) -> None:
    watch = watch_of(society, Station(trouble="telegram_conflict"), looks=2)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.run(), timedelta(milliseconds=300).total_seconds())

    assert len(await society.read(lambda transaction: transaction.troubles.all())) == 1


async def test_database_that_is_away_ends_no_watch(society: Society) -> None:
    society.storage.store.close()

    await watch_of(society, Station(trouble="telegram_conflict")).look()
