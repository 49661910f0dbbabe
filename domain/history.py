"""How far what was written at a service was read back: what nobody brought us is found from there on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMark:
    """Everything that was written in a place up to an instant, by the service's own clock, has been taken in.

    The place is empty for all of a channel together; `person` is whose conversation it is, empty for a room.
    """

    channel: str
    place: str
    until: datetime
    person: str = ""
