"""What the one database keeps of services' histories: how far each place was read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from domain.history import ReadMark


class ReadMarkRepository(Protocol):
    def of(self, channel: str) -> Sequence[ReadMark]: ...
    def move(self, mark: ReadMark) -> None:
        """Note how far a place was read; never back."""
