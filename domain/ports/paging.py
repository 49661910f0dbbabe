"""What the one database keeps of paging; the transactions that these repositories are part of are in `store.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import MemberId, QuestionId
from domain.messages import Address
from domain.paging import PageRow
from domain.surge import Surge


class PageRepository(Protocol):
    """What was paged about questions, and what is still to be."""

    def lock(self) -> None:
        """Let nobody else plan or send pages before this transaction ends: no phone is paged beyond its limits."""

    def add(self, page: PageRow) -> bool:
        """False where its id is known already."""

    def waiting(self, member_id: MemberId, *, due_by: datetime) -> Sequence[PageRow]:
        """A member's pages that were neither sent nor dropped, by the time they are due."""

    def of_question(self, question_id: QuestionId) -> Sequence[PageRow]:
        """All of them, by the time they were due."""

    def set_sent(self, page_id: str, address: Address, at: datetime) -> None: ...
    def postpone(self, page_id: str, due_at: datetime) -> None: ...
    def drop(self, page_id: str) -> None:
        """Nobody needs it any more."""

    def sent_since(
        self, instant: datetime, *, channels: Collection[str] | None = None
    ) -> Mapping[Address, Sequence[datetime]]:
        """When each address, on those channels where any are given, was paged after an instant, in order."""

    def last_asked(self) -> Mapping[MemberId, datetime]:
        """When each member was last paged, about any question."""


class SurgeRepository(Protocol):
    """The switch of the surge mode."""

    def get(self) -> Surge:
        """As it stands; off where nobody has ever touched it."""

    def save(self, surge: Surge) -> None: ...


class GroupRepository(Protocol):
    """Which questions ask alike (`domain.alike`); most stand alone."""

    def join(self, question_id: QuestionId, other: QuestionId) -> None:
        """Put a question beside another, into the group of that one."""

    def of(self, question_ids: Sequence[QuestionId]) -> Mapping[QuestionId, QuestionId]:
        """The first of its group, for each that is in one; the first itself too."""

    def open_mate(self, question_id: QuestionId) -> QuestionId | None:
        """The oldest other one of its group that the panel has yet to answer."""
