"""News of commits: whom it reaches, and from when on."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest
from sqlalchemy import exc

from storage.changes import Changes


class Elsewhere:
    """Stands for another process, whose commits change what a look sees."""

    def __init__(self) -> None:
        self.seen = 0
        self.error: Exception | None = None

    def look(self) -> Future[int]:
        future: Future[int] = Future()
        if self.error is None:
            future.set_result(self.seen)
        else:
            future.set_exception(self.error)
        return future


@pytest.fixture
def elsewhere():
    return Elsewhere()


@pytest.fixture
def changes(elsewhere):
    return Changes(elsewhere.look)


async def test_every_waiter_hears_of_a_commit(changes):
    waiting = [asyncio.create_task(changes.wait(10)) for _ in range(5)]
    await _settled()

    await asyncio.to_thread(changes.note_commit)

    assert await asyncio.gather(*waiting) == [True] * 5


async def test_commit_is_heard_of_once(changes):
    await changes.wait(0)
    changes.note_commit()

    assert [await changes.wait(0.01), await changes.wait(0.01)] == [True, False]


async def test_task_that_only_waits_goes_by_the_look_before_it(changes):
    changes.note_look()
    changes.note_commit()

    assert await asyncio.create_task(changes.wait(0))


async def test_news_of_another_database_do_not_count(changes, elsewhere):
    other = Changes(elsewhere.look)
    other.note_look()
    changes.note_commit()

    assert not await asyncio.create_task(changes.wait(0.01))


async def test_commit_of_another_process_is_seen(changes, elsewhere):
    waiting = asyncio.create_task(changes.wait(10))
    await _settled()

    elsewhere.seen += 1

    assert await waiting


async def test_database_away_is_silence(changes, elsewhere):
    elsewhere.error = exc.OperationalError("", {}, Exception())

    assert not await changes.wait(0.01)


def test_waiter_of_a_closed_loop_is_passed_over(changes):
    async def leave_waiting():
        task = asyncio.ensure_future(changes.wait(10))
        await _settled()
        return task

    loop = asyncio.new_event_loop()
    task = loop.run_until_complete(leave_waiting())
    loop.close()

    changes.note_commit()

    assert not task.done()
    task._log_destroy_pending = False


async def _settled():
    """Let the loop go round until who waits does so."""
    for _ in range(10):
        await asyncio.sleep(0)
