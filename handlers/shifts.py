"""What is said of shifts: which panel and tier, who has them, and which a member has ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.delivery import Terms, Value
from domain.ids import MemberId
from domain.member import Member
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.rota import Shift, Tier
from domain.swap import SwapOffer

LOOKS_AHEAD = timedelta(days=28)
"""How far ahead members see their shifts, here and on the rota's page."""
_LISTED = 5


def tier_term(tier: Tier) -> Terms:
    return Terms(keys=(f"rota.tier_{tier}",))


def name_value(transaction: Transaction, member_id: MemberId | None) -> Value:
    """Return a panelist's name, or the word for a gap."""
    return Terms(keys=("rota.nobody",)) if member_id is None else transaction.members.get(member_id).display_name


def shift_values(panel: Panel, shift: Shift | SwapOffer, reader: Member) -> dict[str, Value]:
    """Return what every sentence about a shift, or about the offer of one, needs; the panel as its reader calls it."""
    return {
        "panel": panel.called(reader.language),
        "tier": tier_term(shift.tier),
        "begins": shift.begins_at,
        "ends": shift.ends_at,
    }


def shifts_ahead(transaction: Transaction, member_id: MemberId, now: datetime) -> list[tuple[Panel, Shift]]:
    """Return a member's next shifts over all panels, the running ones among them, in order."""
    found = [
        (panel, shift)
        for panel in transaction.panels.all()
        for tier in Tier
        for shift in panel.whole_shifts(tier, now, now + LOOKS_AHEAD)
        if shift.planned == member_id
    ]
    return sorted(found, key=lambda each: (each[1].begins_at, each[0].id, each[1].tier))[:_LISTED]


def listed(services: Services, member: Member, shifts: list[tuple[Panel, Shift]]) -> str:
    """Return shifts as numbered lines, on the member's own clock."""
    return "\n".join(_line(services, member, each, number=number) for number, each in enumerate(shifts, start=1))


def _line(services: Services, member: Member, found: tuple[Panel, Shift], *, number: int) -> str:
    panel, shift = found
    return services.wording.text("rota.line", member, {"number": number, **shift_values(panel, shift, member)})
