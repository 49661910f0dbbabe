"""Panels: who answers which questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import MemberId, PanelId
from domain.rotation import Rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A group of experts with a two-tier rota; `coordinator_id` is the last owner of a question."""

    id: PanelId
    name: str
    members: tuple[MemberId, ...]
    coordinator_id: MemberId
    primary: Rotation
    secondary: Rotation

    def on_call(self, instant: datetime) -> tuple[MemberId, MemberId]:
        """Return the first and the second person on call at an instant."""
        return self.primary.on_call(instant), self.secondary.on_call(instant)
