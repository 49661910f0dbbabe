"""Where short codes and short links are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.ids import QuestionId
from domain.messages import Address
from domain.short_codes import ShortCode, ShortLink


class CodeRepository(Protocol):
    def of_address(self, address: Address) -> Sequence[ShortCode]:
        """All codes of one phone."""

    def question_of(self, address: Address, code: int) -> QuestionId | None:
        """The question that a code names on one phone."""

    def give(self, code: ShortCode) -> None:
        """Add a code, or have it name another question from now on."""

    def add_link(self, link: ShortLink) -> None: ...
    def link(self, code_hash: str, now: datetime) -> ShortLink | None:
        """None where unknown or expired."""

    def forget_ended(self, now: datetime) -> int:
        """Remove the links that have expired; returns how many."""
