"""Overrides and swap offers, and how often each member of a panel was paged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.errors import UserError
from domain.ids import MemberId, PanelId
from domain.rota import Override, Tier
from domain.swap import SwapOffer, SwapState
from storage.statements import insert_new, replace_row, rows_of
from storage.tables import question
from storage.tables_paging import page
from storage.tables_rota import rota_override, swap_offer


class SqlRotas:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add_override(self, override: Override) -> bool:
        row = {
            "id": override.id,
            "panel_id": override.panel_id,
            "tier": override.tier.value,
            "begins_at": override.begins_at,
            "ends_at": override.ends_at,
            "member_id": override.member_id,
            "made_at": override.made_at,
            "made_by": override.made_by,
        }
        return insert_new(self._connection, rota_override, row)

    def remove_override(self, override_id: str) -> bool:
        statement = sa.delete(rota_override).where(rota_override.c.id == override_id)
        return self._connection.execute(statement).rowcount == 1

    def overrides(self, panel_id: PanelId) -> Sequence[Override]:
        return overrides_of(self._connection, panel_id)

    def add_offer(self, offer: SwapOffer) -> bool:
        return insert_new(self._connection, swap_offer, _offer_row(offer))

    def lock_offer(self, offer_id: str) -> SwapOffer:
        statement = sa.select(swap_offer).where(swap_offer.c.id == offer_id).with_for_update()
        for row in rows_of(self._connection, statement):
            return _offer(row)
        raise UserError("swap_closed")

    def save_offer(self, offer: SwapOffer) -> None:
        replace_row(self._connection, swap_offer, _offer_row(offer))

    def offers(self, panel_id: PanelId, *, ending_after: datetime) -> Sequence[SwapOffer]:
        statement = (
            sa.select(swap_offer)
            .where(swap_offer.c.panel_id == panel_id, swap_offer.c.ends_at > ending_after)
            .order_by(swap_offer.c.begins_at, swap_offer.c.id)
        )
        return tuple(_offer(row) for row in rows_of(self._connection, statement))

    def pages_since(self, panel_id: PanelId, since: datetime) -> Mapping[MemberId, int]:
        statement = (
            sa.select(page.c.member_id, sa.func.count().label("pages"))
            .join(question, question.c.id == page.c.question_id)
            .where(question.c.panel_id == panel_id, page.c.sent_at > since)
            .group_by(page.c.member_id)
        )
        return {MemberId(row["member_id"]): row["pages"] for row in rows_of(self._connection, statement)}


def overrides_of(connection: sa.Connection, panel_id: PanelId) -> tuple[Override, ...]:
    statement = sa.select(rota_override).where(rota_override.c.panel_id == panel_id).order_by(rota_override.c.place)
    return tuple(_override(row) for row in rows_of(connection, statement))


def _override(row: sa.RowMapping) -> Override:
    return Override(
        id=row["id"],
        panel_id=PanelId(row["panel_id"]),
        tier=Tier(row["tier"]),
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        member_id=_member(row["member_id"]),
        made_at=row["made_at"],
        made_by=_member(row["made_by"]),
    )


def _offer_row(offer: SwapOffer) -> Mapping[str, Any]:
    return {
        "id": offer.id,
        "panel_id": offer.panel_id,
        "tier": offer.tier.value,
        "begins_at": offer.begins_at,
        "ends_at": offer.ends_at,
        "offered_by": offer.offered_by,
        "offered_to": offer.offered_to,
        "offered_at": offer.offered_at,
        "state": offer.state.value,
        "accepted_by": offer.accepted_by,
    }


def _offer(row: sa.RowMapping) -> SwapOffer:
    return SwapOffer(
        id=row["id"],
        panel_id=PanelId(row["panel_id"]),
        tier=Tier(row["tier"]),
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        offered_by=MemberId(row["offered_by"]),
        offered_to=_member(row["offered_to"]),
        offered_at=row["offered_at"],
        state=SwapState(row["state"]),
        accepted_by=_member(row["accepted_by"]),
    )


def _member(member_id: str | None) -> MemberId | None:
    return None if member_id is None else MemberId(member_id)
