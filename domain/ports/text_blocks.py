"""Where text blocks are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from domain.ids import MemberId, PanelId
from domain.text_blocks import TextBlock


class TextBlockRepository(Protocol):
    def save(self, block: TextBlock) -> None:
        """Keep a block in the place of the one of the same name, of the same member or panel."""

    def remove(self, block: TextBlock) -> None: ...
    def of_member(self, member_id: MemberId) -> Sequence[TextBlock]:
        """A member's own, by name; not what they have shared."""

    def of_panels(self, panel_ids: Collection[PanelId]) -> Sequence[TextBlock]:
        """What was shared with these panels, by name."""

    def forget(self, member_id: MemberId) -> None:
        """Remove a member's own; what they have shared stays the panel's."""
