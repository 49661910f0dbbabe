"""Which panel a question goes to: by the words of its topics, and past panels where nobody is reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.guard import count_of
from domain.panel import Panel


def panel_for(text: str, panels: Sequence[Panel], *, now: datetime, chosen: str = "") -> Panel | None:
    """Return the panel with most of its topics in a text, or the one that stands in for it; None without any panel.

    One that was chosen goes before all topics.

    Without a word of any topic it is the first panel that names none, or else
    the first. Of panels none of which is reached, it stays with the one meant:
    its coordinator owns the question in the end.
    """
    if not panels:
        return None
    meant = max(panels, key=lambda panel: (panel.id == chosen, count_of(panel.topics, text), not panel.topics))
    return _standing_in(meant, panels, now) or meant


def _standing_in(meant: Panel, panels: Sequence[Panel], now: datetime) -> Panel | None:
    """Follow the fallbacks to the first panel that is reached; a ring of them ends where it began."""
    by_id = {panel.id: panel for panel in panels}
    panel: Panel | None = meant
    while panel is not None and panel.id in by_id and not panel.is_reached(now):
        del by_id[panel.id]
        panel = None if panel.fallback_id is None else by_id.get(panel.fallback_id)
    return panel
