"""Who does the work of a run: a crew takes tasks and tells what becomes of them. One that does it itself is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from deidentify.batch.work import Piece, Task, clean_task


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A task is done; all its pieces were told before."""

    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """Whoever did a task is gone: out of memory, killed, or silent for too long."""

    task: Task


Event = Piece | Finished | Died


class Crew(Protocol):
    def run(self, tasks: Iterable[Task], *, alone: bool) -> Iterator[Event]:
        """Do tasks in any order, the pieces of each in order, then its `Finished` or `Died`.

        Args:
            alone: one at a time, with all the memory there is, and with nobody to take along.
        Raises:
            BatchError: nothing more can be written.
        """


class OwnHands:
    """Does everything in this process: no bound of memory, and who kills a decoder kills the run."""

    def run(self, tasks: Iterable[Task], *, alone: bool) -> Iterator[Event]:
        for task in tasks:
            yield from clean_task(task)
            yield Finished(task=task)
