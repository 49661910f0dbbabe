"""The crew of `hilum deidentify`: files are read in processes of their own, each with a bound of memory.

A process that dies or falls silent takes only its task along; the run decides
whether that is tried again. Nothing that a library prints leaves such a process.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from time import monotonic

from deidentify.batch.crew import Died, Event, Finished
from deidentify.batch.errors import BatchError
from deidentify.batch.work import Piece, Task, clean_task
from deidentify.burned_in.networks import set_threads

MEBIBYTE = 1024 * 1024
LEAST_BYTES = 160 * MEBIBYTE
"""A process that reads headers needs this much before it has read any."""
SEARCH_BYTES = 800 * MEBIBYTE
"""A process that searches pixels for text needs this much: the detector works on a whole picture at once."""
_OWN_BYTES = 96 * MEBIBYTE
"""What the process that hands out the work needs for itself."""
_MAPPED_BYTES = 768 * MEBIBYTE
"""Address space for libraries, which are mapped from their files and take no memory of their own."""

_Context = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewOptions:
    """How many processes there are at once, and what they may use together.

    Raises:
        BatchError("memory_too_small"): there is not enough of it for so many.
    """

    jobs: int = 1
    memory_bytes: int = 1024 * MEBIBYTE
    longest: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if self.share(self.jobs) < LEAST_BYTES:
            raise BatchError("memory_too_small")

    def share(self, jobs: int) -> int:
        """Return what each of so many processes may use."""
        return (self.memory_bytes - _OWN_BYTES) // jobs


def jobs_within(memory_bytes: int, *, search_pixels: bool) -> int:
    """Return how many processes the memory and the machine have room for."""
    each = SEARCH_BYTES if search_pixels else 2 * LEAST_BYTES
    return max(1, min(os.cpu_count() or 1, (memory_bytes - _OWN_BYTES) // each))


@dataclass(slots=True, kw_only=True)
class _Hand:
    """One process with its line, the task it has in hand, and when it was heard of last."""

    process: ForkServerProcess
    line: Connection
    task: Task | None = None
    heard: float = field(default_factory=monotonic)

    def dismiss(self) -> None:
        self.line.close()
        self.process.kill()
        self.process.join()


@dataclass(slots=True, kw_only=True)
class ProcessCrew:
    """A `Crew` of processes. What is in hand when a run is given up is killed."""

    options: CrewOptions = field(default_factory=CrewOptions)
    hands: list[_Hand] = field(default_factory=list)

    def run(self, tasks: Iterable[Task], *, alone: bool) -> Generator[Event, None, None]:
        waiting = deque(tasks)
        jobs = 1 if alone else self.options.jobs
        try:
            while waiting or self._busy():
                self._hand_out(waiting, jobs)
                yield from self._hear()
        finally:
            for hand in self.hands:
                hand.dismiss()
            self.hands.clear()

    def _busy(self) -> list[_Hand]:
        return [hand for hand in self.hands if hand.task is not None]

    def _hand_out(self, waiting: deque[Task], jobs: int) -> None:
        while waiting and len(self._busy()) < jobs:
            hand = next((hand for hand in self.hands if hand.task is None), None) or self._hire(jobs)
            hand.task, hand.heard = waiting.popleft(), monotonic()
            with suppress(OSError):  # one that died idle is found dead when it is listened to
                hand.line.send(hand.task)

    def _hire(self, jobs: int) -> _Hand:
        ours, theirs = _Context.Pipe()
        process = _Context.Process(target=_serve, args=(theirs, self.options.share(jobs), jobs), daemon=True)
        process.start()
        theirs.close()
        hand = _Hand(process=process, line=ours)
        self.hands.append(hand)
        return hand

    def _hear(self) -> Iterator[Event]:
        busy = self._busy()
        patience = self.options.longest.total_seconds()
        silent_at = min(hand.heard for hand in busy) + patience
        ready = set(wait([hand.line for hand in busy], timeout=max(0.0, silent_at - monotonic())))
        for hand in busy:
            if hand.line in ready:
                yield from self._listen(hand)
            elif monotonic() - hand.heard >= patience:
                yield self._bury(hand)

    def _listen(self, hand: _Hand) -> Iterator[Event]:
        try:
            said = hand.line.recv()
        except (EOFError, OSError):
            yield self._bury(hand)
            return
        hand.heard = monotonic()
        if isinstance(said, BatchError):
            raise said
        if isinstance(said, Piece):
            yield said
            return
        task, hand.task = hand.task, None
        if task is not None:
            yield Finished(task=task)

    def _bury(self, hand: _Hand) -> Died:
        task = hand.task
        self._let_go(hand)
        if task is None:
            raise AssertionError("only who has a task is listened to")
        return Died(task=task)

    def _let_go(self, hand: _Hand) -> None:
        self.hands.remove(hand)
        hand.dismiss()


def _serve(line: Connection, memory_bytes: int, jobs: int) -> None:
    """Do tasks until the line is closed; who runs out of memory ends, and what was in hand is tried again."""
    _begin(memory_bytes)
    set_threads((os.cpu_count() or 1) // jobs)
    with suppress(EOFError, OSError, MemoryError):
        while True:
            line.send(_do(line.recv(), line))


def _do(task: Task, line: Connection) -> BatchError | None:
    try:
        for piece in clean_task(task):
            line.send(piece)
    except BatchError as error:
        return error
    return None


def _begin(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    space = memory_bytes + _MAPPED_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
