"""Members and their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import MemberId
from domain.member import Language, Member, Role
from domain.messages import Address
from storage.statements import replace_row, rows_of
from storage.tables import address, member

_WITH_ADDRESSES = (
    sa.select(member, address.c.channel, address.c.external_id)
    .outerjoin(address, address.c.member_id == member.c.id)
    .order_by(address.c.place)
)
_HOLDER = sa.select(address.c.member_id).where(
    address.c.channel == sa.bindparam("held_channel"), address.c.external_id == sa.bindparam("held_id")
)
_BY_ID = _WITH_ADDRESSES.where(member.c.id == sa.bindparam("wanted"))
_BY_ADDRESS = _WITH_ADDRESSES.where(member.c.id == _HOLDER.correlate(None).scalar_subquery())


class SqlMembers:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, member_id: MemberId) -> Member:
        found = self._one(_BY_ID, {"wanted": member_id})
        if found is None:
            raise PermanentError("member_unknown")
        return found

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
        self._connection.execute(sa.delete(address).where(address.c.member_id == saved.id))
        for place, held in enumerate(saved.addresses):
            # An address that moves leaves its former holder: it speaks for one person only.
            replace_row(
                self._connection,
                address,
                {"channel": held.channel, "external_id": held.external_id, "member_id": saved.id, "place": place},
            )

    def _one(self, statement: sa.Select[Any], values: Mapping[str, str]) -> Member | None:
        """Almost every transaction asks for a member: one statement, built once, brings the addresses along."""
        rows = self._connection.execute(statement, values).mappings().all()
        held = (Address(channel=row["channel"], external_id=row["external_id"]) for row in rows if row["channel"])
        return _member(rows[0], tuple(held)) if rows else None

    def _load(self, condition: sa.ColumnElement[bool]) -> tuple[Member, ...]:
        statement = sa.select(member).where(condition).order_by(member.c.display_name, member.c.id)
        rows = rows_of(self._connection, statement)
        held = self._addresses(row["id"] for row in rows)
        return tuple(_member(row, tuple(held.get(row["id"], ()))) for row in rows)

    def _addresses(self, member_ids: Iterable[str]) -> dict[str, list[Address]]:
        statement = sa.select(address).where(address.c.member_id.in_(list(member_ids))).order_by(address.c.place)
        held: dict[str, list[Address]] = {}
        for row in rows_of(self._connection, statement):
            held.setdefault(row["member_id"], []).append(
                Address(channel=row["channel"], external_id=row["external_id"])
            )
        return held


def _member(row: sa.RowMapping, addresses: tuple[Address, ...]) -> Member:
    return Member(
        id=MemberId(row["id"]),
        display_name=row["display_name"],
        alias=row["alias"],
        language=Language(row["language"]),
        time_zone=row["time_zone"],
        roles=frozenset(Role(role) for role in row["roles"]),
        addresses=addresses,
        digest_at=None if row["digest_at"] is None else time.fromisoformat(row["digest_at"]),
        active=row["active"],
    )
