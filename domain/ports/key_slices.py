"""Where marked slices are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from domain.ids import QuestionId
from domain.key_slices import KeySlice


class KeySliceRepository(Protocol):
    def add(self, key: KeySlice) -> bool:
        """Mark a slice; False where the same member has marked it already."""

    def remove(self, key: KeySlice) -> bool:
        """Take a member's mark away; False where there is none."""

    def of_question(self, question_id: QuestionId) -> Sequence[KeySlice]:
        """In the order in which they were marked."""
