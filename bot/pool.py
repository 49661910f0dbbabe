"""Image work in processes of its own: started on demand, ended when idle, rebuilt when one dies.

The parent hands over where the sealed bytes lie; the child opens them in its
memory, takes them through the door and seals the outcome. Identifiable bytes
never cross over, and a decoder that crashes takes only its child along.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from domain.errors import DeidentificationError, TransientError

P = ParamSpec("P")
T = TypeVar("T")

DEATHS_ALLOWED = 3
"""So many times may a piece of work take its process along before it is refused for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    processes: int = 2
    idle: timedelta = timedelta(seconds=60)
    longest: timedelta = timedelta(minutes=10)
    memory_bytes: int = 2 * 1024**3


@dataclass(slots=True, kw_only=True)
class ImagePool:
    """Runs functions in child processes; call only from one event loop.

    Each process has an executor of its own: one that dies takes nobody else's
    work along, and is noticed at once.
    """

    options: PoolOptions
    _room: asyncio.Semaphore = field(init=False)
    _idle: list[ProcessPoolExecutor] = field(default_factory=list)
    _working: set[ProcessPoolExecutor] = field(default_factory=set)
    _ending: asyncio.TimerHandle | None = None
    _deaths: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.options.processes)

    async def run(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns, run in a child; `name` identifies it over several tries.

        Raises:
            TransientError("image_process_died"): try again.
            DeidentificationError("refusal.image_kills_reader"): it has died of this too often, or took too long.
        """
        async with self._room:
            executor = self._take()
            try:
                return await self._run_in(executor, name, partial(work, *args, **kwargs))
            finally:
                self._give_back(executor)

    def close(self) -> None:
        """End the children; what they were doing is done again after the next start."""
        if self._ending is not None:
            self._ending.cancel()
        for executor in (*self._idle, *self._working):
            self._kill(executor)
        self._idle.clear()

    async def _run_in(self, executor: ProcessPoolExecutor, name: str, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            future = loop.run_in_executor(executor, work)
            result = await asyncio.wait_for(future, self.options.longest.total_seconds())
        except BrokenProcessPool as error:
            self._drop(executor)
            raise self._died(name) from error
        except TimeoutError as error:
            self._kill(executor)
            raise DeidentificationError("refusal.image_kills_reader") from error
        self._deaths.pop(name, None)
        return result

    def _died(self, name: str) -> TransientError | DeidentificationError:
        self._deaths[name] += 1
        if self._deaths[name] < DEATHS_ALLOWED:
            return TransientError("image_process_died", retry_after=timedelta(milliseconds=200))
        del self._deaths[name]
        return DeidentificationError("refusal.image_kills_reader")

    def _take(self) -> ProcessPoolExecutor:
        """Return the executor that was used last, so that the others may grow idle, or a new one."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        executor = self._idle.pop() if self._idle else self._new_executor()
        self._working.add(executor)
        return executor

    def _give_back(self, executor: ProcessPoolExecutor) -> None:
        if executor in self._working:
            self._working.remove(executor)
            self._idle.append(executor)
        if self._idle and not self._working:
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self.options.idle.total_seconds(), self._end_idle)

    def _end_idle(self) -> None:
        for executor in self._idle:
            executor.shutdown(wait=False)
        self._idle.clear()

    def _new_executor(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("forkserver"),
            initializer=_begin_child,
            initargs=(self.options.memory_bytes,),
        )

    def _drop(self, executor: ProcessPoolExecutor) -> None:
        self._working.discard(executor)
        executor.shutdown(wait=False)

    def _kill(self, executor: ProcessPoolExecutor) -> None:
        # The library has no public way to end a hung child before Python 3.14.
        children = list((executor._processes or {}).values())
        self._drop(executor)
        for child in children:
            child.terminate()


def _begin_child(memory_bytes: int) -> None:
    """Bound a child's memory, so that a bomb ends as a MemoryError in it; leave Ctrl-C to the parent."""
    import resource
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _end_with_parent() -> None:
    """A child whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
