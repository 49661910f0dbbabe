"""The `JobQueue`: leases, lanes and gates in the application's own database.

A job is claimable when it is ready, due, the first of its lane that is not
done or parked, and its gate lets it pass. Jobs with a time to wait for are
marked `waits` until it has come, so that claiming walks one small index however
many lie ahead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from domain.delivery import Priority, SendingGate
from domain.errors import PermanentError
from domain.ids import JobId
from domain.ports.jobs import ClaimedJob, JobRow, JobState
from storage.command_text import unpack_command
from storage.database import Database
from storage.gates import Gate, allowed, opens_at, pass_through
from storage.places import IS_OPEN, PLACE_OPENS_AT, hold_place, later, note_passages, places_of, within_places
from storage.statements import insert_new, next_seq, rows_of
from storage.tables import channel_gate, job

_READY = job.c.state == sa.literal_column("'ready'")
_LEASED = job.c.state == sa.literal_column("'leased'")
_MINE = sa.and_(job.c.id == sa.bindparam("job_id"), job.c.owner == sa.bindparam("by"), _LEASED)
_SETTLE = sa.update(job).where(_MINE).values(owner=None, leased_until=None)
_FINISH = _SETTLE.values(state=JobState.DONE.value, error=None)
_PARK = _SETTLE.values(state=JobState.PARKED.value, error=sa.bindparam("why"))
_RETRY = _SETTLE.values(state=JobState.READY.value, waits=True, due_at=sa.bindparam("due"), error=sa.bindparam("why"))
_PUT_OFF = _RETRY.values(attempts=0, lane=None, lane_seq=None)
_MICROSECOND = timedelta(microseconds=1)


def is_head() -> sa.ColumnElement[bool]:
    """Nothing of the same lane stands before it; in the words of `ix_job_lane`, without which SQLite reads all jobs."""
    earlier = job.alias("earlier")
    ready, leased = (earlier.c.state == sa.literal_column(f"'{state}'") for state in ("ready", "leased"))
    before = sa.and_(earlier.c.lane == job.c.lane, earlier.c.lane_seq < job.c.lane_seq, sa.or_(ready, leased))
    return sa.or_(job.c.lane.is_(None), sa.not_(sa.exists().where(before)))


CLAIMABLE = sa.and_(_READY, sa.not_(job.c.waits))
_WAITING = sa.and_(_READY, job.c.waits)
END_WAITING = sa.update(job).where(_WAITING, job.c.due_at <= sa.bindparam("now")).values(waits=False)
_IS_DUE = sa.exists().where(_WAITING, job.c.due_at <= sa.bindparam("now"))
# What is said of the gate holds for all, and is why SQLite takes the small index of what is claimable: it would
# otherwise walk over every job that waits for its time.
AT_ANY_GATE = sa.and_(CLAIMABLE, job.c.gate >= sa.literal_column("''"))
HAS_WORK = sa.select(sa.exists().where(AT_ANY_GATE, is_head()).label("stands"), _IS_DUE.label("falls_due"))
_ANY_HEAD = sa.select(sa.func.coalesce(job.c.due_at, job.c.created_at)).where(AT_ANY_GATE, is_head()).limit(1)
_FIRST_WAITING = sa.select(job.c.due_at).where(_WAITING, is_head()).order_by(job.c.due_at).limit(1)
_FIRST_GATE = sa.select(sa.func.min(job.c.gate).label("name")).where(CLAIMABLE)
_JUMPS = _FIRST_GATE.cte("jump", recursive=True)
_NEXT_GATE = _FIRST_GATE.where(job.c.gate > _JUMPS.c.name).scalar_subquery()
_JUMPS = _JUMPS.union_all(sa.select(_NEXT_GATE).where(_JUMPS.c.name.is_not(None)))
_GATES_WITH_WORK = sa.select(_JUMPS.c.name).where(_JUMPS.c.name.is_not(None))
_HEADS_AT_GATE = (
    sa.select(job)
    .where(CLAIMABLE, job.c.gate == sa.bindparam("gate"), is_head())
    .order_by(job.c.priority, job.c.id)
    .limit(sa.bindparam("room", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
LEASED = {
    "state": JobState.LEASED.value,
    "owner": sa.bindparam("by"),
    "leased_until": sa.bindparam("until"),
    "attempts": job.c.attempts + 1,
}
_OPEN_HEADS_AT_GATE = _HEADS_AT_GATE.where(IS_OPEN)
_OPEN_HEAD = sa.select(job.c.id).where(CLAIMABLE, job.c.gate == sa.bindparam("gate"), is_head(), IS_OPEN).limit(1)
_PLACE_OF_HEAD_OPENS = sa.select(sa.func.min(PLACE_OPENS_AT)).where(
    CLAIMABLE, job.c.gate == sa.bindparam("gate"), is_head()
)
_GATES_AS_THEY_ARE = sa.select(channel_gate)
_GATES = sa.select(channel_gate).order_by(channel_gate.c.channel).with_for_update()
_LEASE = sa.update(job).where(job.c.id.in_(sa.bindparam("ids", expanding=True))).values(LEASED)


class SqlJobQueue:
    """The `JobQueue` port. What an owner reports after losing its lease is ignored: another has the job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, now: datetime, *, owner: str, limit: int, lease: timedelta) -> Sequence[ClaimedJob]:
        if not await self._database.look(lambda connection: _has_work(connection, now)):
            return ()
        return await self._database.change(
            lambda connection: _claim(connection, now, owner=owner, limit=limit, until=now + lease)
        )

    async def finish(self, job_id: JobId, *, owner: str) -> None:
        await self._settle(_FINISH, {"job_id": job_id, "by": owner})

    async def retry(self, job_id: JobId, *, owner: str, due_at: datetime, error: str) -> None:
        await self._settle(_RETRY, {"job_id": job_id, "by": owner, "due": due_at, "why": error})

    async def put_off(self, job_id: JobId, *, owner: str, due_at: datetime, error: str) -> None:
        await self._settle(_PUT_OFF, {"job_id": job_id, "by": owner, "due": due_at, "why": error})

    async def take_up(self, gates: Collection[str], now: datetime, *, error: str) -> int:
        waiting = sa.and_(_WAITING, job.c.error == error, job.c.gate.in_(sorted(gates)), job.c.due_at > now)
        statement = sa.update(job).where(waiting).values(due_at=now)
        if not await self._database.look(lambda connection: _exists(connection, waiting)):
            return 0
        return await self._database.change(lambda connection: connection.execute(statement).rowcount)

    async def park(self, job_id: JobId, *, owner: str, error: str) -> None:
        await self._settle(_PARK, {"job_id": job_id, "by": owner, "why": error})

    async def renew(self, job_ids: Sequence[JobId], *, owner: str, until: datetime) -> None:
        held = sa.and_(job.c.id.in_(list(job_ids)), job.c.owner == owner, _LEASED)
        statement = sa.update(job).where(held).values(leased_until=until)
        await self._database.change(lambda connection: connection.execute(statement).rowcount)

    async def return_expired(self, now: datetime) -> int:
        expired = sa.and_(_LEASED, job.c.leased_until <= now)
        statement = sa.update(job).where(expired).values(state=JobState.READY.value, owner=None, leased_until=None)
        if not await self._database.look(lambda connection: _exists(connection, expired)):
            return 0
        return await self._database.change(lambda connection: connection.execute(statement).rowcount)

    async def hold_gate(self, channel: str, until: datetime) -> None:
        """Hold the gate of a place, or of a channel, also of one that is not paced otherwise."""
        await self._database.change(
            lambda connection: hold_place(connection, channel, until) or _hold(connection, channel, until)
        )

    async def set_gate(self, gate: SendingGate) -> None:
        """What has passed counts no longer once the pace is another: nobody waits for the turn of a slower one."""
        await self._database.change(lambda connection: _set_pace(connection, gate))

    async def next_due(self) -> datetime | None:
        return await self._database.look(_next_due)

    async def next_claimable(self, now: datetime) -> datetime | None:
        return await self._database.look(lambda connection: _next_claimable(connection, now))

    async def rows(self, state: JobState, *, limit: int = 100) -> Sequence[JobRow]:
        statement = sa.select(job).where(job.c.state == state.value).order_by(job.c.id).limit(limit)
        return await self._database.look(
            lambda connection: tuple(_job_row(row) for row in rows_of(connection, statement))
        )

    async def revive(self, job_id: JobId, now: datetime) -> bool:
        """Make a parked job ready again; others of its lane have gone past it, so it goes to their end."""
        return await self._database.change(lambda connection: _revive(connection, job_id, now))

    async def _settle(self, statement: sa.Update, values: Mapping[str, object]) -> None:
        await self._database.change(lambda connection: connection.execute(statement, values).rowcount)


def _claim(connection: sa.Connection, now: datetime, *, owner: str, limit: int, until: datetime) -> list[ClaimedJob]:
    connection.execute(END_WAITING, {"now": now})
    gates = _lock_gates(connection)
    heads = sorted(
        _heads_by_gate(connection, now, gates=gates, limit=limit), key=lambda row: (row["priority"], row["id"])
    )
    places = places_of(connection, heads)
    chosen = within_places(connection, heads, places, now=now)[:limit]
    for name in gates:
        _note_passage(connection, name, gates[name], now=now, count=sum(row["gate"] == name for row in chosen))
    note_passages(connection, [places[key] for row in chosen if (key := row["key_hash"]) in places], now=now)
    if chosen:
        connection.execute(_LEASE, {"ids": [row["id"] for row in chosen], "by": owner, "until": until})
    claimed = (unpack_job(connection, row, place=places.get(row["key_hash"])) for row in chosen)
    return [each for each in claimed if each is not None]


def _heads_by_gate(
    connection: sa.Connection, now: datetime, *, gates: Mapping[str, Gate], limit: int
) -> list[sa.RowMapping]:
    """Return what each gate lets pass: a held gate's jobs are never walked over."""
    heads: list[sa.RowMapping] = []
    for name in _gates_with_work(connection):
        room = allowed(gates[name], now, limit=limit) if name in gates else limit
        if room:
            statement, values = (_OPEN_HEADS_AT_GATE, {"now": now}) if name else (_HEADS_AT_GATE, {})
            heads += connection.execute(statement, {**values, "gate": name, "room": room}).mappings().all()
    return heads


def _gates_with_work(connection: sa.Connection) -> Sequence[str]:
    """Return the gates before which jobs stand, an empty name for those without, by jumps through the index."""
    return connection.execute(_GATES_WITH_WORK).scalars().all()


def _lock_gates(connection: sa.Connection) -> dict[str, Gate]:
    """Return the gates, in one order for everybody, so that two who claim cannot block each other."""
    return _gates(connection, _GATES)


def _gates(connection: sa.Connection, statement: sa.Select[Any]) -> dict[str, Gate]:
    return {
        row["channel"]: Gate(
            interval=row["interval_us"] * _MICROSECOND,
            burst=row["burst"],
            arrival_at=row["arrival_at"],
            held_until=row["held_until"],
        )
        for row in rows_of(connection, statement)
    }


def _note_passage(connection: sa.Connection, name: str, gate: Gate, *, now: datetime, count: int) -> None:
    if count:
        arrival_at = pass_through(gate, now, count=count).arrival_at
        statement = sa.update(channel_gate).where(channel_gate.c.channel == name)
        connection.execute(statement.values(arrival_at=arrival_at))


def unpack_job(connection: sa.Connection, row: sa.RowMapping, *, place: str | None = None) -> ClaimedJob | None:
    """Return the claimed job; one whose command nobody knows is parked, so that it stops nothing."""
    try:
        command = unpack_command(row["command"], row["arguments"])
    except PermanentError as error:
        parked = {"state": JobState.PARKED.value, "error": error.code, "owner": None, "leased_until": None}
        connection.execute(sa.update(job).where(job.c.id == row["id"]).values(parked))
        return None
    return ClaimedJob(
        id=JobId(row["id"]),
        command=command,
        attempts=row["attempts"] + 1,
        created_at=row["created_at"],
        gate=row["gate"] or None,
        place=place,
        priority=Priority(row["priority"]),
    )


def _has_work(connection: sa.Connection, now: datetime) -> bool:
    """Look before locking: an idle worker then writes nothing, and wakes nobody."""
    found = connection.execute(HAS_WORK, {"now": now}).one()
    if found.falls_due or not found.stands:
        return bool(found.falls_due)
    return any(at <= now for at in _passages(connection, now))


def _next_claimable(connection: sa.Connection, now: datetime) -> datetime | None:
    return min([*connection.execute(_FIRST_WAITING).scalars(), *_passages(connection, now)], default=None)


def _passages(connection: sa.Connection, now: datetime) -> Iterator[datetime]:
    """Yield when each gate with work may let something pass; of one that is shut, its jobs are not looked at."""
    gates = _gates(connection, _GATES_AS_THEY_ARE)
    for name in _gates_with_work(connection):
        opening = opens_at(gates[name]) if name in gates else None
        if opening is not None and opening > now:
            yield opening
        elif connection.execute(_OPEN_HEAD, {"gate": name, "now": now}).first() is not None:
            yield now
        else:
            opening = connection.execute(_PLACE_OF_HEAD_OPENS, {"gate": name}).scalar_one()
            yield from () if opening is None else (opening,)


def _next_due(connection: sa.Connection) -> datetime | None:
    due = [*connection.execute(_ANY_HEAD).scalars(), *connection.execute(_FIRST_WAITING).scalars()]
    return min(due, default=None)


def _revive(connection: sa.Connection, job_id: JobId, now: datetime) -> bool:
    parked = sa.and_(job.c.id == job_id, job.c.state == JobState.PARKED.value)
    row = connection.execute(sa.select(job.c.lane).where(parked).with_for_update()).one_or_none()
    if row is None:
        return False
    place = None if row.lane is None else next_seq(connection, row.lane)
    values = {"state": JobState.READY.value, "waits": True, "due_at": now, "lane_seq": place, "attempts": 0}
    return connection.execute(sa.update(job).where(parked).values(values)).rowcount == 1


def _hold(connection: sa.Connection, channel: str, until: datetime) -> bool:
    unpaced = {"channel": channel, "interval_us": 0, "burst": 1}
    insert_new(connection, channel_gate, unpaced)
    held = sa.update(channel_gate).where(channel_gate.c.channel == channel)
    return connection.execute(held.values(held_until=later(channel_gate.c.held_until, until))).rowcount == 1


def _set_pace(connection: sa.Connection, gate: SendingGate) -> None:
    pace = {"interval_us": gate.interval // _MICROSECOND, "burst": gate.burst}
    if not insert_new(connection, channel_gate, {"channel": gate.channel, **pace}):
        differs = sa.or_(channel_gate.c.interval_us != pace["interval_us"], channel_gate.c.burst != pace["burst"])
        changed = sa.update(channel_gate).where(channel_gate.c.channel == gate.channel, differs)
        connection.execute(changed.values(**pace, arrival_at=None))


def _exists(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> bool:
    return connection.execute(sa.select(job.c.id).where(condition).limit(1)).first() is not None


def _job_row(row: sa.RowMapping) -> JobRow:
    return JobRow(
        id=JobId(row["id"]),
        command=row["command"],
        state=JobState(row["state"]),
        attempts=row["attempts"],
        due_at=row["due_at"] or row["created_at"],
        error=row["error"],
    )
