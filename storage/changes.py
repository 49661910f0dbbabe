"""Waking up: who waits learns of commits, those of this process at once, those of others by a cheap look."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import exc

_LOOK_EVERY = 0.25
_INHERITED: ContextVar[tuple[object, int] | None] = ContextVar("hilum_heard", default=None)


class Changes:
    """Counts commits, and remembers for each task which it has heard of.

    A task's count starts with its first look at the database, so that a commit
    between that look and the waiting is not missed. A task that only waits
    goes by the last look of the one that started it.
    """

    def __init__(self, look: Callable[[], Future[Any]]) -> None:
        self._look = look
        self._last_look = look().result()
        self._next_look = 0.0
        self._count = 0
        self._lock = threading.Lock()
        self._heard: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()
        self._waiting: set[_Waiter] = set()

    def note_commit(self) -> None:
        """Wake everybody; from any thread."""
        with self._lock:
            self._count += 1
            waiters = tuple(self._waiting)
        for waiter in waiters:
            waiter.wake()

    def note_look(self) -> None:
        """Remember from when on the running task wants to hear of commits."""
        task = asyncio.current_task()
        if task is not None:
            self._heard.setdefault(task, self._count)
            _INHERITED.set((self, self._count))

    async def wait(self, within: float) -> bool:
        """Return whether something was committed that the running task has not heard of."""
        task = asyncio.current_task()
        assert task is not None
        heard = self._heard.setdefault(task, self._inherited())
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while self._count == heard and loop.time() < deadline:
            await self._look_elsewhere(loop.time())
            await self._pause(heard, min(_LOOK_EVERY, deadline - loop.time()))
        self._heard[task] = self._count
        return self._heard[task] != heard

    def _inherited(self) -> int:
        owner, count = _INHERITED.get() or (None, 0)
        return count if owner is self else self._count

    async def _pause(self, heard: int, seconds: float) -> None:
        waiter = _Waiter()
        with self._lock:
            if self._count != heard:
                return
            self._waiting.add(waiter)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await waiter.event.wait()
        except TimeoutError:
            return
        finally:
            with self._lock:
                self._waiting.discard(waiter)

    async def _look_elsewhere(self, now: float) -> None:
        """Ask the database whether another process committed; one look serves all who wait."""
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY
        try:
            seen = await asyncio.wrap_future(self._look())
        except exc.SQLAlchemyError:
            # Whoever waits will look for itself, and be told.
            return
        if seen != self._last_look:
            self._last_look = seen
            self.note_commit()


class _Waiter:
    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.event.set)
