"""The erasure log: what was shredded and forgotten, kept beside the database and never put back by a restore.

A backup is older than the erasures that follow it. After a restore, everything
this file names is shredded again. It holds random ids and times only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from storage.files import append_durably
from storage.tables import erasure

_OBJECT = "object"
_SUBJECT = "subject"
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Everything ever erased, by kind."""

    objects: frozenset[str]
    subjects: frozenset[str]


class ErasureLog:
    """One line of JSON per erasure; a line may stand twice, which changes nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note_subject(self, linkage_id: str, at: datetime) -> None:
        """Note a forgotten subject, by the random id of its row."""
        self._append([_line(_SUBJECT, linkage_id, at)])

    def follow(self, connection: sa.Connection) -> None:
        """Append the erasures that the database holds and the log does not."""
        unlogged = sa.not_(erasure.c.logged)
        columns = (erasure.c.id, erasure.c.object_id, erasure.c.at)
        statement = sa.select(*columns).where(unlogged).order_by(erasure.c.id).limit(_AT_ONCE)
        while rows := connection.execute(statement).all():
            self._append([_line(_OBJECT, row.object_id, row.at) for row in rows])
            # The erasures just read, and none that was committed since.
            read = erasure.c.id.in_([row.id for row in rows])
            connection.execute(sa.update(erasure).where(read).values(logged=True))

    def read(self) -> Erased:
        """Return everything the log names; a line cut short by a power cut was never acknowledged."""
        found: dict[str, set[str]] = {_OBJECT: set(), _SUBJECT: set()}
        for kind, erased_id in self._entries():
            found.setdefault(kind, set()).add(erased_id)
        return Erased(objects=frozenset(found[_OBJECT]), subjects=frozenset(found[_SUBJECT]))

    def _entries(self) -> Iterator[tuple[str, str]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                yield entry["kind"], entry["id"]

    def _append(self, lines: list[str]) -> None:
        """Begin on a new line: the last one may have been cut short."""
        append_durably(self.path, "\n".join(["", *lines, ""]).encode())


def _line(kind: str, erased_id: str, at: datetime) -> str:
    return json.dumps({"kind": kind, "id": erased_id, "at": at.astimezone(UTC).isoformat()})
