"""Files that take their time at a service hold up nobody else's; and nobody's change to one of them is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.errors import TransientError, UserError
from domain.ports.jobs import JobState
from handlers.fetching import LARGE_BYTES
from storage.tables import job
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import MEMBER, SLICE, Society
from tests.fakes.upload_locks import WatchedStore

MOMENT = timedelta(seconds=2)


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE, "b": SLICE, "c": SLICE}
    return channel


async def test_files_that_are_away_are_asked_for_one_at_a_time(society: Society, chat: ServiceChannel) -> None:
    chat.files = {name: TransientError("service_away") for name in "abc"}

    await write_here(society, "PE?", "a", "b", "c")

    waiting = await society.queue.rows(JobState.READY)
    lanes = await _fetching(society)
    assert [row.command for row in waiting].count("FetchFile") == 3
    assert lanes.count("fetch|again|chat") == 3


async def test_nobody_saves_a_file_that_another_may_change(society: Society, chat: ServiceChannel) -> None:
    watched = WatchedStore(society.services.store)
    society.services = replace(society.services, store=watched)
    society.intake = replace(society.intake, store=watched)
    chat.files["b"] = UserError("file_gone")

    await write_here(society, "PE?", "a", "b")
    await society.upload(MEMBER, SLICE)
    await society.work()

    assert (watched.saved >= 6, watched.unlocked) == (True, [])


@pytest.mark.parametrize(
    ("size_bytes", "wait", "lane"),
    [(None, timedelta(minutes=2), "fetch|again|chat"), (LARGE_BYTES + 1, timedelta(minutes=5), "fetch|again|large")],
)
async def test_file_that_only_trickles_waits_behind_others(
    society: Society, chat: ServiceChannel, size_bytes: int | None, wait: timedelta, lane: str
) -> None:
    async def trickle() -> None:
        society.now += wait

    chat.meanwhile = trickle
    await write_here(society, "PE?", "a", size_bytes=size_bytes)

    lanes = await _fetching(society)
    chat.meanwhile = None
    await society.advance(MOMENT)

    assert lanes[-1] == lane
    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_photos_never_stand_behind_a_large_file(society: Society, chat: ServiceChannel) -> None:
    await society.intake.accept(from_service(society, "PE?", "a", size_bytes=LARGE_BYTES + 1))
    await society.intake.accept(from_service(society, None, "b", size_bytes=LARGE_BYTES))
    await society.work()

    lanes = await _fetching(society)

    assert (lanes[0], lanes[1] != lanes[0]) == ("fetch|large", True)


async def _fetching(society: Society) -> list[str]:
    """Return the lanes of the files that were noted, in their order."""
    noted = sa.select(job.c.lane).where(job.c.command == "FetchFile").order_by(job.c.id)
    return list(await society.storage.store.look(lambda connection: connection.execute(noted).scalars().all()))
