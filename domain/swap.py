"""Swaps: a shift that its holder offers to a colleague, who has it only once it was accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.errors import UserError
from domain.ids import MemberId, PanelId, derive_id
from domain.panel import Panel
from domain.rota import Override, Tier


class SwapState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOffer:
    """A stretch of one tier, offered by its holder to one colleague or, where `offered_to` is None, to anybody.

    The holder stays on call until somebody accepts. An offer that nobody took
    expires as the stretch ends, so that a running shift can still be handed on.
    """

    id: str
    panel_id: PanelId
    tier: Tier
    begins_at: datetime
    ends_at: datetime
    offered_by: MemberId
    offered_to: MemberId | None
    offered_at: datetime
    state: SwapState = SwapState.OFFERED
    accepted_by: MemberId | None = None

    def __post_init__(self) -> None:
        if not self.begins_at < self.ends_at:
            raise ValueError("a shift ends after it begins")
        if self.offered_by == self.offered_to:
            raise ValueError("a shift is offered to somebody else")

    def accept(self, member_id: MemberId, panel: Panel, now: datetime) -> tuple[SwapOffer, Override]:
        """Return the accepted offer and the override that it becomes.

        Raises:
            UserError: "swap_closed", "swap_not_for_you", "swap_own", "swap_untested", "swap_stopped", "swap_moved_on".
        """
        self._ensure_open(now)
        if member_id == self.offered_by:
            raise UserError("swap_own")
        if member_id not in panel.members or self.offered_to not in {None, member_id}:
            raise UserError("swap_not_for_you")
        if member_id in panel.absent:
            raise UserError("swap_untested")
        if member_id in panel.muted:
            raise UserError("swap_stopped")
        begins_at = max(self.begins_at, now.replace(second=0, microsecond=0))
        if not holds(panel, self.offered_by, tier=self.tier, begin=begins_at, end=self.ends_at):
            raise UserError("swap_moved_on")
        override = Override(
            id=derive_id("swap", self.id),
            panel_id=self.panel_id,
            tier=self.tier,
            begins_at=begins_at,
            ends_at=self.ends_at,
            member_id=member_id,
            made_at=now,
            made_by=self.offered_by,
        )
        return replace(self, state=SwapState.ACCEPTED, accepted_by=member_id), override

    def withdraw(self, member_id: MemberId, now: datetime) -> SwapOffer:
        """Return the offer as withdrawn by its holder.

        Raises:
            UserError: "swap_closed", "swap_not_yours".
        """
        self._ensure_open(now)
        if member_id != self.offered_by:
            raise UserError("swap_not_yours")
        return replace(self, state=SwapState.WITHDRAWN)

    def expire(self, now: datetime) -> SwapOffer:
        """Return the offer as it stands at an instant: expired where its time is over and nobody took it."""
        is_over = self.state is SwapState.OFFERED and self.ends_at <= now
        return replace(self, state=SwapState.EXPIRED) if is_over else self

    def _ensure_open(self, now: datetime) -> None:
        if self.expire(now).state is not SwapState.OFFERED:
            raise UserError("swap_closed")


def holds(panel: Panel, member_id: MemberId, *, tier: Tier, begin: datetime, end: datetime) -> bool:
    """Return whether a member is planned in a tier for the whole of an interval, whether or not a page reaches them."""
    return begin < end and all(shift.planned == member_id for shift in panel.shifts(tier, begin, end))
