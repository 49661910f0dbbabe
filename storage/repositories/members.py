"""Members and their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.hours import QuietHours
from domain.ids import MemberId
from domain.member import Facility, Grade, Language, Member, Role
from domain.messages import Address
from storage.statements import replace_row, rows_of
from storage.tables import address, member
from storage.tables_paging import member_hospital, member_paging, stopped_address

_OF_PAGING = [column for column in member_paging.c if column is not member_paging.c.member_id]
_SETTINGS = [*_OF_PAGING, member_hospital.c.hospital_has, member_hospital.c.grade]
_STOPPED = stopped_address.c.member_id.is_not(None).label("is_stopped")
IS_STOPPED = sa.and_(
    stopped_address.c.channel == address.c.channel,
    stopped_address.c.external_id == address.c.external_id,
    stopped_address.c.member_id == address.c.member_id,
)
_WITH_SETTINGS = sa.outerjoin(member, member_paging, member_paging.c.member_id == member.c.id).outerjoin(
    member_hospital, member_hospital.c.member_id == member.c.id
)
_WITH_ADDRESSES = (
    sa.select(member, *_SETTINGS, address.c.channel, address.c.external_id, _STOPPED)
    .select_from(
        _WITH_SETTINGS.outerjoin(address, address.c.member_id == member.c.id).outerjoin(stopped_address, IS_STOPPED)
    )
    .order_by(address.c.place)
)
_HOLDER = sa.select(address.c.member_id).where(
    address.c.channel == sa.bindparam("held_channel"), address.c.external_id == sa.bindparam("held_id")
)
_BY_ID = _WITH_ADDRESSES.where(member.c.id == sa.bindparam("wanted"))
_BY_ADDRESS = _WITH_ADDRESSES.where(member.c.id == _HOLDER.correlate(None).scalar_subquery())
# Inserts that name the member go on meanwhile: only whoever changes the row waits.
_LOCKED = sa.select(member.c.id).where(member.c.id == sa.bindparam("wanted")).with_for_update(key_share=True)


class SqlMembers:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, member_id: MemberId) -> Member:
        found = self._one(_BY_ID, {"wanted": member_id})
        if found is None:
            raise PermanentError("member_unknown")
        return found

    def lock(self, member_id: MemberId) -> Member:
        """Wait for the row first: only a statement that begins after sees the addresses of whoever had it before."""
        self._connection.execute(_LOCKED, {"wanted": member_id})
        return self.get(member_id)

    def by_address(self, wanted: Address) -> Member | None:
        return self._one(_BY_ADDRESS, {"held_channel": wanted.channel, "held_id": wanted.external_id})

    def all(self) -> Sequence[Member]:
        return self._load(sa.true())

    def save(self, saved: Member) -> None:
        row = {
            "id": saved.id,
            "display_name": saved.display_name,
            "alias": saved.alias,
            "language": saved.language.value,
            "time_zone": saved.time_zone,
            "roles": sorted(role.value for role in saved.roles),
            "digest_at": None if saved.digest_at is None else saved.digest_at.isoformat(),
            "active": saved.active,
        }
        replace_row(self._connection, member, row)
        replace_row(self._connection, member_paging, _paging_row(saved))
        self._save_hospital(saved)
        self._connection.execute(sa.delete(address).where(address.c.member_id == saved.id))
        for place, held in enumerate(saved.addresses):
            # An address that moves leaves its former holder: it speaks for one person only.
            replace_row(
                self._connection,
                address,
                {"channel": held.channel, "external_id": held.external_id, "member_id": saved.id, "place": place},
            )
        self._connection.execute(sa.delete(stopped_address).where(stopped_address.c.member_id == saved.id))
        for stopped in saved.stopped:
            row = {"channel": stopped.channel, "external_id": stopped.external_id, "member_id": saved.id}
            replace_row(self._connection, stopped_address, row)

    def _save_hospital(self, saved: Member) -> None:
        if saved.hospital_has is None and saved.grade is None:
            self._connection.execute(sa.delete(member_hospital).where(member_hospital.c.member_id == saved.id))
            return
        row = {
            "member_id": saved.id,
            "hospital_has": None if saved.hospital_has is None else sorted(each.value for each in saved.hospital_has),
            "grade": None if saved.grade is None else saved.grade.value,
        }
        replace_row(self._connection, member_hospital, row)

    def _one(self, statement: sa.Select[Any], values: Mapping[str, str]) -> Member | None:
        """Almost every transaction asks for a member: one statement, built once, brings the addresses along."""
        rows = self._connection.execute(statement, values).mappings().all()
        return _member(rows[0], [row for row in rows if row["channel"]]) if rows else None

    def _load(self, condition: sa.ColumnElement[bool]) -> tuple[Member, ...]:
        statement = sa.select(member, *_SETTINGS).select_from(_WITH_SETTINGS).where(condition)
        rows = rows_of(self._connection, statement.order_by(member.c.display_name, member.c.id))
        held = self._addresses(row["id"] for row in rows)
        return tuple(_member(row, held.get(row["id"], ())) for row in rows)

    def _addresses(self, member_ids: Iterable[str]) -> dict[str, list[sa.RowMapping]]:
        statement = (
            sa.select(address, _STOPPED)
            .select_from(sa.outerjoin(address, stopped_address, IS_STOPPED))
            .where(address.c.member_id.in_(list(member_ids)))
            .order_by(address.c.place)
        )
        held: dict[str, list[sa.RowMapping]] = {}
        for row in rows_of(self._connection, statement):
            held.setdefault(row["member_id"], []).append(row)
        return held


def _paging_row(saved: Member) -> Mapping[str, Any]:
    return {
        "member_id": saved.id,
        "hospital": saved.hospital,
        "quiet_begins": None if saved.quiet is None else saved.quiet.begins.isoformat(),
        "quiet_ends": None if saved.quiet is None else saved.quiet.ends.isoformat(),
        "awake_pool": saved.awake_pool,
        "pages_at_night": saved.pages_at_night,
    }


def _quiet(row: sa.RowMapping) -> QuietHours | None:
    if row["quiet_begins"] is None:
        return None
    return QuietHours(begins=time.fromisoformat(row["quiet_begins"]), ends=time.fromisoformat(row["quiet_ends"]))


def _member(row: sa.RowMapping, held: Sequence[sa.RowMapping]) -> Member:
    addresses = [(Address(channel=each["channel"], external_id=each["external_id"]), each) for each in held]
    return Member(
        id=MemberId(row["id"]),
        display_name=row["display_name"],
        alias=row["alias"],
        language=Language(row["language"]),
        time_zone=row["time_zone"],
        roles=frozenset(Role(role) for role in row["roles"]),
        addresses=tuple(at for at, _ in addresses),
        digest_at=None if row["digest_at"] is None else time.fromisoformat(row["digest_at"]),
        active=row["active"],
        # A member of an older version has no row of settings.
        hospital=row["hospital"] or "",
        hospital_has=None if row["hospital_has"] is None else frozenset(Facility(each) for each in row["hospital_has"]),
        grade=None if row["grade"] is None else Grade(row["grade"]),
        quiet=_quiet(row),
        awake_pool=row["awake_pool"],
        pages_at_night=bool(row["pages_at_night"]),
        stopped=frozenset(at for at, each in addresses if each["is_stopped"]),
    )
