"""Panels and their rotas, with the overrides that hold and the members who are absent at the moment of reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import chain

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import MemberId, PanelId
from domain.panel import Panel
from domain.phone import untested
from domain.rota import Override
from domain.rotation import Rotation
from storage.packing_rota import pack_layer, pack_rotation, unpack_layer, unpack_rotation
from storage.repositories.members import IS_STOPPED
from storage.repositories.phones import SqlPhones
from storage.repositories.rotas import overrides_of
from storage.statements import replace_row, rows_of
from storage.tables import address, member, panel
from storage.tables_paging import stopped_address
from storage.tables_rota import panel_rota


class SqlPanels:
    def __init__(self, connection: sa.Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def get(self, panel_id: PanelId) -> Panel:
        found = self._load(panel.c.id == panel_id)
        if not found:
            raise PermanentError("panel_unknown")
        return found[0]

    def all(self) -> Sequence[Panel]:
        return self._load(sa.true())

    def save(self, saved: Panel) -> None:
        row = {
            "id": saved.id,
            "name": saved.name,
            "members": list(saved.members),
            "coordinator_id": saved.coordinator_id,
            "primary_rotation": pack_rotation(saved.primary),
            "secondary_rotation": pack_rotation(saved.secondary),
        }
        replace_row(self._connection, panel, row)
        rota = {
            "panel_id": saved.id,
            "layers": [pack_layer(layer) for layer in saved.layers],
            "holidays": sorted(day.isoformat() for day in saved.holidays),
            "korean_name": saved.korean_name,
            "topics": list(saved.topics),
            "fallback_id": saved.fallback_id,
        }
        replace_row(self._connection, panel_rota, rota)

    def _load(self, wanted: sa.ColumnElement[bool]) -> tuple[Panel, ...]:
        statement = (
            sa.select(panel, *(column for column in panel_rota.c if column.name != "panel_id"))
            .outerjoin(panel_rota, panel_rota.c.panel_id == panel.c.id)
            .where(wanted)
            .order_by(panel.c.name, panel.c.id)
        )
        return tuple(self._panel(row) for row in rows_of(self._connection, statement))

    def _panel(self, row: sa.RowMapping) -> Panel:
        primary, secondary = unpack_rotation(row["primary_rotation"]), unpack_rotation(row["secondary_rotation"])
        layers = tuple(map(unpack_layer, row["layers"] or ()))
        overrides = overrides_of(self._connection, PanelId(row["id"]))
        members = tuple(MemberId(member_id) for member_id in row["members"])
        rotations = [primary, secondary, *(layer.rotation for layer in layers)]
        absent, muted = self._missing(_everybody(members, rotations, overrides))
        return Panel(
            id=PanelId(row["id"]),
            name=row["name"],
            members=members,
            coordinator_id=MemberId(row["coordinator_id"]),
            primary=primary,
            secondary=secondary,
            layers=layers,
            holidays=frozenset(map(date.fromisoformat, row["holidays"] or ())),
            overrides=overrides,
            korean_name=row["korean_name"] or "",
            topics=tuple(row["topics"] or ()),
            fallback_id=None if row["fallback_id"] is None else PanelId(row["fallback_id"]),
            absent=absent,
            muted=muted,
        )

    def _missing(self, people: frozenset[MemberId]) -> tuple[frozenset[MemberId], frozenset[MemberId]]:
        """Return who of them is absent, and who has stopped messages to a phone while another address is left.

        Absent is who has left, is reached nowhere (any more), or has a phone that no page is known to reach.
        """
        statement = (
            sa.select(member.c.id, stopped_address.c.member_id.is_not(None).label("is_stopped"))
            .join(address, address.c.member_id == member.c.id)
            .outerjoin(stopped_address, IS_STOPPED)
            .where(member.c.id.in_(people), member.c.active)
            .distinct()
        )
        held = [(MemberId(row["id"]), row["is_stopped"]) for row in rows_of(self._connection, statement)]
        present = {member_id for member_id, is_stopped in held if not is_stopped}
        absent = (people - present) | untested(people, SqlPhones(self._connection).records(), self._clock())
        return absent, frozenset(member_id for member_id, is_stopped in held if is_stopped) - absent


def _everybody(
    members: tuple[MemberId, ...], rotations: Sequence[Rotation | None], overrides: Sequence[Override]
) -> frozenset[MemberId]:
    taking_turns = chain.from_iterable(rotation.members for rotation in rotations if rotation is not None)
    standing_in = (override.member_id for override in overrides if override.member_id is not None)
    return frozenset(chain(members, taking_turns, standing_in))
