"""The rota as the page shows it: each panel's next weeks, who may swap what, and the coordinator's table of load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.fairness import Load, has_too_many_nights, nights_of
from domain.ids import MemberId
from domain.member import Member
from domain.panel import Panel
from domain.ports.store import Transaction
from domain.rota import Shift, Tier
from domain.swap import SwapOffer, SwapState
from domain.web import JsonValue

SHOWN_AHEAD = timedelta(days=28)
LOAD_SINCE = timedelta(days=28)


class RotaView:
    """One member's look at the rotas, in one transaction."""

    def __init__(self, transaction: Transaction, reader: Member, now: datetime) -> None:
        self._transaction = transaction
        self._reader = reader
        self._now = now
        self._members: Mapping[MemberId, Member] = {member.id: member for member in transaction.members.all()}

    def panels(self) -> list[JsonValue]:
        return [self._panel(panel) for panel in self._transaction.panels.all()]

    def _panel(self, panel: Panel) -> JsonValue:
        offers = [
            offer
            for offer in self._transaction.rotas.offers(panel.id, ending_after=self._now)
            if offer.state is SwapState.OFFERED
        ]
        shown = [self._shift(panel, shift, offers) for tier in Tier for shift in self._shifts(panel, tier)]
        is_coordinator = panel.coordinator_id == self._reader.id
        return {
            "id": panel.id,
            "name": panel.called(self._reader.language),
            "shifts": list(shown),
            "colleagues": [
                {"id": member_id, "name": self._name(member_id)}
                for member_id in panel.members
                if member_id != self._reader.id and self._reader.id in panel.members
            ],
            "load": [_load_view(load, self._name(load.member_id)) for load in self._loads(panel)]
            if is_coordinator
            else None,
        }

    def _shifts(self, panel: Panel, tier: Tier) -> Sequence[Shift]:
        if not panel.tier(tier).is_planned:
            return ()
        return panel.whole_shifts(tier, self._now, self._now + SHOWN_AHEAD)

    def _shift(self, panel: Panel, shift: Shift, offers: Sequence[SwapOffer]) -> JsonValue:
        return {
            "tier": shift.tier.value,
            "begins_at": shift.begins_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
            "name": None if shift.member_id is None else self._name(shift.member_id),
            "planned": None if shift.planned is None else self._name(shift.planned),
            "is_absent": shift.is_gap and panel.is_missing(shift.planned),
            "is_mine": shift.planned == self._reader.id,
            "is_offered": any(_covers(offer, shift) for offer in offers),
        }

    def _name(self, member_id: MemberId) -> str:
        known = self._members.get(member_id)
        return member_id if known is None else known.display_name

    def _loads(self, panel: Panel) -> list[Load]:
        """Return what each member carried in the last four weeks, and which nights lie around now."""
        since = self._now - LOAD_SINCE
        known = self._transaction.questions.for_panel(closed_since=since)
        questions = [question for question in known if question.panel_id == panel.id]
        claims = Counter(question.claimed_by for question in questions if question.is_awaiting_panel)
        answered = Counter(question.claimed_by for question in questions if not question.is_awaiting_panel)
        pages = self._transaction.rotas.pages_since(panel.id, since)
        shifts = [s for tier in Tier for s in panel.shifts(tier, since, self._now + SHOWN_AHEAD)]
        return [
            self._load(member_id, shifts, pages=pages.get(member_id, 0), counts=(claims, answered))
            for member_id in panel.members
        ]

    def _load(
        self,
        member_id: MemberId,
        shifts: Sequence[Shift],
        *,
        pages: int,
        counts: tuple[Counter[MemberId | None], Counter[MemberId | None]],
    ) -> Load:
        claims, answered = counts
        known = self._members.get(member_id)
        zone = "UTC" if known is None else known.time_zone
        nights, today = nights_of(member_id, shifts, zone), self._now.astimezone(ZoneInfo(zone)).date()
        return Load(
            member_id=member_id,
            asked=pages,
            open_claims=claims[member_id],
            answered=answered[member_id],
            nights=sum(night <= today for night in nights),
            too_many_nights=has_too_many_nights(nights),
        )


def _covers(offer: SwapOffer, shift: Shift) -> bool:
    overlaps = offer.begins_at < shift.ends_at and shift.begins_at < offer.ends_at
    return overlaps and offer.tier is shift.tier and offer.offered_by == shift.planned


def _load_view(load: Load, name: str) -> JsonValue:
    return {
        "name": name,
        "asked": load.asked,
        "open_claims": load.open_claims,
        "answered": load.answered,
        "nights": load.nights,
        "too_many_nights": load.too_many_nights,
    }
