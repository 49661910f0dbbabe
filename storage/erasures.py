"""The erasure log: what was shredded and forgotten, kept beside the database and never put back by a restore.

A backup is older than the erasures that follow it. After a restore, everything
this file names is shredded or blanked again. It holds random ids and times only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.incident import Decision, Hidden, What
from storage.files import append_durably
from storage.statements import rows_of
from storage.tables import erasure
from storage.tables_incident import incident, incident_item

_OBJECT = "object"
_SUBJECT = "subject"
_WORDS = "words"
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a moderator has removed for good, by the ids of its incident, of questions and of items in them."""

    id: str
    question_id: QuestionId
    what: What
    opened_at: datetime
    at: datetime
    hidden: tuple[Hidden, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Everything ever erased, by kind."""

    objects: frozenset[str]
    subjects: frozenset[str]
    removals: tuple[Removal, ...] = ()


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
        self._follow_removals(connection)

    def _follow_removals(self, connection: sa.Connection) -> None:
        removed = sa.and_(incident.c.decision == Decision.REMOVED.value, sa.not_(incident.c.logged))
        for row in rows_of(connection, sa.select(incident).where(removed).order_by(incident.c.id)):
            named = sa.select(incident_item).where(incident_item.c.incident_id == row["id"])
            items = rows_of(connection, named.order_by(incident_item.c.place))
            self._append([_removal_line(row, items)])
            connection.execute(sa.update(incident).where(incident.c.id == row["id"]).values(logged=True))

    def read(self) -> Erased:
        """Return everything the log names; a line cut short by a power cut was never acknowledged."""
        found: dict[str, set[str]] = {_OBJECT: set(), _SUBJECT: set()}
        removals: dict[str, Removal] = {}
        for entry in self._entries():
            if entry["kind"] == _WORDS:
                removals[entry["id"]] = _removal(entry)
            else:
                found.setdefault(entry["kind"], set()).add(entry["id"])
        return Erased(
            objects=frozenset(found[_OBJECT]), subjects=frozenset(found[_SUBJECT]), removals=tuple(removals.values())
        )

    def _entries(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def _append(self, lines: list[str]) -> None:
        """Begin on a new line: the last one may have been cut short."""
        append_durably(self.path, "\n".join(["", *lines, ""]).encode())


def _line(kind: str, erased_id: str, at: datetime) -> str:
    return json.dumps({"kind": kind, "id": erased_id, "at": at.astimezone(UTC).isoformat()})


def _removal_line(row: sa.RowMapping, items: Sequence[sa.RowMapping]) -> str:
    entry = {
        "kind": _WORDS,
        "id": row["id"],
        "at": row["decided_at"].astimezone(UTC).isoformat(),
        "question": row["question_id"],
        "what": row["what"],
        "opened_at": row["opened_at"].astimezone(UTC).isoformat(),
        "hidden": [[item["question_id"], item["item"]] for item in items],
    }
    return json.dumps(entry)


def _removal(entry: Mapping[str, Any]) -> Removal:
    return Removal(
        id=entry["id"],
        question_id=QuestionId(entry["question"]),
        what=What(entry["what"]),
        opened_at=datetime.fromisoformat(entry["opened_at"]),
        at=datetime.fromisoformat(entry["at"]),
        hidden=tuple(Hidden(question_id=QuestionId(question_id), item=item) for question_id, item in entry["hidden"]),
    )
