"""What a rota keeps beside its panel: overrides, swap offers, test pages, and calendar feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.calendar import CalendarFeed, CalendarShift
from domain.ids import MemberId, PanelId
from domain.phone import PhoneRecord, TestPage
from domain.rota import Override
from domain.swap import SwapOffer


class RotaRepository(Protocol):
    def add_override(self, override: Override) -> bool:
        """False where the id is known already."""

    def remove_override(self, override_id: str) -> bool:
        """Let turns and layers hold again; False where there is no such override."""

    def overrides(self, panel_id: PanelId) -> Sequence[Override]:
        """In the order in which they were made."""

    def add_offer(self, offer: SwapOffer) -> bool:
        """False where the id is known already."""

    def lock_offer(self, offer_id: str) -> SwapOffer:
        """Return an offer that nobody else changes before this transaction ends.

        Raises:
            UserError("swap_closed"): there is none.
        """

    def save_offer(self, offer: SwapOffer) -> None: ...
    def offers(self, panel_id: PanelId, *, ending_after: datetime) -> Sequence[SwapOffer]:
        """Of every state, by their beginning."""

    def pages_since(self, panel_id: PanelId, since: datetime) -> Mapping[MemberId, int]:
        """How often each member was told of one of a panel's questions."""


class PhoneRepository(Protocol):
    def add(self, page: TestPage) -> bool:
        """False where the id is known already."""

    def note_passed(self, test_id: str, member_id: MemberId, at: datetime) -> bool:
        """Note that a member passed a test; False where it is not theirs, or was passed before."""

    def records(self) -> Mapping[MemberId, PhoneRecord]:
        """By member; who was never sent a test page is not there."""


class FeedRepository(Protocol):
    def add(self, feed: CalendarFeed) -> None: ...
    def get(self, token_hash: str) -> CalendarFeed | None:
        """None where unknown or revoked."""

    def revoke_of(self, member_id: MemberId, at: datetime) -> int:
        """Revoke every feed of a member; returns how many were open."""

    def has(self, member_id: MemberId) -> bool:
        """Whether a member has a feed that is not revoked."""


class CalendarWriter(Protocol):
    """Writes shifts as a calendar file."""

    def __call__(self, shifts: Sequence[CalendarShift], *, name: str, time_zone: str, now: datetime) -> bytes: ...
