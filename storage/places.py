"""Gates of single conversations and rooms: a job that names one passes it as well as its channel's gate.

Whoever claims has locked the channels' gates before, so nobody else passes a place at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.delivery import SendingGate
from storage.gates import Gate, allowed, opens_at, pass_through
from storage.statements import insert_new, rows_of
from storage.tables import channel_gate, job
from storage.tables_services import job_place, place_gate

_MICROSECOND = timedelta(microseconds=1)
_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

_SHUT = (
    sa.exists()
    .where(job_place.c.key_hash == job.c.key_hash)
    .where(place_gate.c.name == job_place.c.place, place_gate.c.opens_at > sa.bindparam("now"))
)
IS_OPEN = sa.not_(_SHUT)
"""No place stands in a job's way at `now`."""
PLACE_OPENS_AT = (
    sa.select(place_gate.c.opens_at)
    .join(job_place, place_gate.c.name == job_place.c.place)
    .where(job_place.c.key_hash == job.c.key_hash)
    .scalar_subquery()
)
"""When a job's place lets the next one pass; NULL where it has none."""
_PLACES = sa.select(job_place).where(job_place.c.key_hash.in_(sa.bindparam("jobs", expanding=True)))
_GATES = sa.select(place_gate).where(place_gate.c.name.in_(sa.bindparam("names", expanding=True)))


def note_place(connection: sa.Connection, key_hash: str, *, gate: str, place: SendingGate) -> None:
    """Note that a job has to pass a place, and the place's pace."""
    insert_new(connection, channel_gate, {"channel": gate, "interval_us": 0, "burst": 1})
    pace = {"interval_us": place.interval // _MICROSECOND, "burst": place.burst}
    if not insert_new(connection, place_gate, {"name": place.channel, **pace, "opens_at": _LONG_AGO}):
        differs = sa.or_(place_gate.c.interval_us != pace["interval_us"], place_gate.c.burst != pace["burst"])
        connection.execute(sa.update(place_gate).where(place_gate.c.name == place.channel, differs).values(pace))
    insert_new(connection, job_place, {"key_hash": key_hash, "place": place.channel})


def hold_place(connection: sa.Connection, name: str, until: datetime) -> bool:
    """Let nothing pass a place before an instant; False where there is no such place. A longer hold stays."""
    held = sa.update(place_gate).where(place_gate.c.name == name)
    times = {"held_until": later(place_gate.c.held_until, until), "opens_at": later(place_gate.c.opens_at, until)}
    return connection.execute(held.values(times)).rowcount == 1


def later(column: sa.Column[Any], instant: datetime | None) -> sa.ColumnElement[Any]:
    """Return the later of what stands in a column and an instant, as the row is when it is written."""
    other = sa.literal(instant, type_=column.type)
    return sa.case((column > other, column), else_=other)


def places_of(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> Mapping[str, str]:
    """Return the places of jobs that have one, by the job's key."""
    paced = [row["key_hash"] for row in rows if row["gate"]]
    found = rows_of(connection, _PLACES, {"jobs": paced}) if paced else ()
    return {row["key_hash"]: row["place"] for row in found}


def within_places(
    connection: sa.Connection, rows: Sequence[sa.RowMapping], places: Mapping[str, str], *, now: datetime
) -> list[sa.RowMapping]:
    """Return the jobs that their places let pass now, the first ones of each place."""
    room = {name: allowed(gate, now, limit=len(rows)) for name, gate in _gates(connection, places.values()).items()}
    passed: list[sa.RowMapping] = []
    for row in rows:
        name = places.get(row["key_hash"])
        if name is not None:
            room[name] -= 1
        if name is None or room[name] >= 0:
            passed.append(row)
    return passed


def note_passages(connection: sa.Connection, names: Sequence[str], *, now: datetime) -> None:
    """Note that a job has passed each of these places, as often as it is named.

    Whoever holds a place has locked nothing: what is held in this moment stays held.
    """
    for name, gate in _gates(connection, names).items():
        after = pass_through(gate, now, count=names.count(name))
        passed = sa.update(place_gate).where(place_gate.c.name == name)
        opening = later(place_gate.c.held_until, opens_at(after))
        connection.execute(passed.values(arrival_at=after.arrival_at, opens_at=opening))


def _gates(connection: sa.Connection, places: Iterable[str]) -> dict[str, Gate]:
    names = sorted(set(places))
    return {
        row["name"]: Gate(
            interval=row["interval_us"] * _MICROSECOND,
            burst=row["burst"],
            arrival_at=row["arrival_at"],
            held_until=row["held_until"],
        )
        for row in (rows_of(connection, _GATES, {"names": names}) if names else ())
    }
