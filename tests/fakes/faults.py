"""A process that dies: after a chosen number of commits everything that follows is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any


class CrashError(BaseException):
    """The process is gone; nothing may catch this but the test."""


@dataclass(slots=True)
class Faults:
    """Counts commits, and crashes right after the one whose turn has come; `every` crashes after each."""

    crash_after: int | None = None
    commits: int = 0
    is_down: bool = False

    def note_commit(self) -> None:
        self.commits += 1
        if self.crash_after is not None and self.commits >= self.crash_after:
            self.crash_after = None
            self.is_down = True
            raise CrashError

    def check(self) -> None:
        if self.is_down:
            raise CrashError


class FaultyDatabase:
    """A database seen from a process that dies between two of its transactions."""

    def __init__(self, database: Any, faults: Faults) -> None:
        self._database = database
        self._faults = faults

    async def read(self, work: Callable[[Any], Any]) -> Any:
        self._faults.check()
        return await self._database.read(work)

    async def look(self, work: Callable[[Any], Any]) -> Any:
        self._faults.check()
        return await self._database.look(work)

    async def write(self, work: Callable[[Any], Any], **how: bool) -> Any:
        return await self._counted(partial(self._database.write, **how), work)

    async def change(self, work: Callable[[Any], Any]) -> Any:
        return await self._counted(self._database.change, work)

    async def changed(self, *, within: float) -> bool:
        return bool(await self._database.changed(within=within))

    async def _counted(self, run: Callable[[Any], Any], work: Callable[[Any], Any]) -> Any:
        self._faults.check()
        result = await run(work)
        self._faults.note_commit()
        return result
