"""The image pool: a child that dies is replaced, a killer is refused, the idle end, the hung are ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from bot.pool import DEATHS_ALLOWED, ImagePool, PoolOptions
from domain.errors import DeidentificationError, TransientError
from tests.fakes.pool_work import begin_and_wait, die, die_unless_alone, eat, fail, own_pid, wait_for

MIB = 1024 * 1024


@pytest.fixture
async def pool() -> AsyncIterator[ImagePool]:
    made = ImagePool(options=PoolOptions(processes=2, memory_bytes=512 * MIB))
    yield made
    made.close()


async def _gone(pid: int) -> bool:
    """Wait, within a bound, until a process has ended."""
    try:
        await asyncio.to_thread(psutil.Process(pid).wait, 10)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


async def test_work_is_done_in_another_process(pool: ImagePool) -> None:
    assert await pool.run("a", own_pid) != os.getpid()


async def test_error_of_the_work_is_the_callers(pool: ImagePool) -> None:
    with pytest.raises(ValueError, match="reason"):
        await pool.run("a", fail, "reason")


async def test_killed_child_is_replaced(pool: ImagePool) -> None:
    with pytest.raises(TransientError, match="image_process_died"):
        await pool.run("a", die)

    assert await pool.run("b", own_pid) > 0


async def test_third_death_is_the_last(pool: ImagePool) -> None:
    outcomes: list[str] = []
    for _ in range(DEATHS_ALLOWED):
        try:
            await pool.run("killer", die)
        except (TransientError, DeidentificationError) as error:
            outcomes.append(error.code)

    assert outcomes == ["image_process_died"] * 2 + ["refusal.image_kills_reader"]


async def test_death_of_one_child_disturbs_no_other(pool: ImagePool, tmp_path: Path) -> None:
    innocent = asyncio.create_task(pool.run("innocent", begin_and_wait, tmp_path))
    assert await asyncio.to_thread(wait_for, tmp_path / "begun")

    for _ in range(2):
        with pytest.raises(TransientError):
            await asyncio.wait_for(pool.run("killer", die), 10)
    (tmp_path / "go").touch()

    assert await innocent


async def test_work_that_died_once_may_succeed(pool: ImagePool, tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        await pool.run("a", die_unless_alone, tmp_path)

    assert await pool.run("a", die_unless_alone, tmp_path) == "alive"


async def test_memory_of_a_child_is_bounded(pool: ImagePool) -> None:
    with pytest.raises(MemoryError):
        await pool.run("bomb", eat, 1024 * MIB)

    assert await pool.run("next", eat, MIB) == MIB


async def test_hung_child_is_ended_and_its_work_refused() -> None:
    pool = ImagePool(options=PoolOptions(processes=1, longest=timedelta(seconds=1)))
    pid = await pool.run("first", own_pid)

    with pytest.raises(DeidentificationError, match="image_kills_reader"):
        await pool.run("hung", wait_for, Path("/no/such/file"))

    assert await _gone(pid)
    assert await pool.run("next", own_pid) != pid
    pool.close()


async def test_idle_children_end() -> None:
    pool = ImagePool(options=PoolOptions(processes=1, idle=timedelta(milliseconds=50)))
    pid = await pool.run("a", own_pid)

    assert await _gone(pid)
    assert await pool.run("b", own_pid) != pid
    pool.close()


async def test_more_work_than_children_waits_its_turn(pool: ImagePool) -> None:
    pids = await asyncio.gather(*(pool.run(str(number), own_pid) for number in range(8)))

    assert len(set(pids)) <= 2


async def test_closing_ends_what_is_running(tmp_path: Path) -> None:
    pool = ImagePool(options=PoolOptions(processes=1))
    pid = await pool.run("first", own_pid)
    running = asyncio.create_task(pool.run("second", wait_for, tmp_path / "never"))
    await asyncio.sleep(0)

    pool.close()

    with pytest.raises(TransientError):
        await running
    assert await _gone(pid)
