"""The writing side of the queue: jobs added in the transaction of the change that causes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from domain.commands import Command
from domain.delivery import Priority, SendingGate
from domain.ports.jobs import JobState
from storage.command_text import key_of, pack_command
from storage.places import note_place
from storage.statements import insert_new, next_seq
from storage.tables import job


class SqlJobs:
    def __init__(self, connection: sa.Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def add(  # noqa: PLR0913 - all that a job waits for
        self,
        command: Command,
        *,
        due_at: datetime | None = None,
        priority: Priority = Priority.NORMAL,
        lane: str | None = None,
        gate: str | None = None,
        place: SendingGate | None = None,
    ) -> bool:
        name, arguments = pack_command(command)
        key_hash = key_of(name, arguments)
        if place is not None:
            note_place(self._connection, key_hash, gate=gate or place.channel, place=place)
        row = {
            "key_hash": key_hash,
            "command": name,
            "arguments": arguments,
            "state": JobState.READY.value,
            "waits": due_at is not None,
            "priority": int(priority),
            "due_at": due_at,
            "lane": lane,
            # A repeat leaves a gap in its lane, which nothing minds.
            "lane_seq": None if lane is None else next_seq(self._connection, lane),
            "gate": gate or "",
            "attempts": 0,
            "created_at": self._clock(),
        }
        return insert_new(self._connection, job, row)
