"""How long a service has not let us hear anything: nothing to speak of at first, a fault that is shown later on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SHOWN_AFTER = timedelta(minutes=5)
QUIET = timedelta(minutes=3)
"""Longer than between two tries: what has not failed for so long is over."""


NOTED_EVERY = timedelta(seconds=30)
KEPT_FOR = timedelta(minutes=10)
"""So long a trouble counts that nobody notes any more: whoever noted it may have been started anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What keeps a channel from working, as a process noted it last; `code` is a fixed word."""

    channel: str
    code: str
    since: datetime
    latest: datetime
    owner: str
    is_told: bool = False
    """Whether administrators were told of it."""

    def lasts(self, now: datetime) -> bool:
        return now - self.latest <= KEPT_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What fails again and again, by its latest code; empty while nothing does."""

    code: str = ""
    since: datetime | None = None
    latest: datetime | None = None

    def failed(self, code: str, now: datetime) -> Outage:
        if self.since is None or self._is_over(now):
            return Outage(code=code, since=now, latest=now)
        return replace(self, code=code, latest=now)

    def shown(self, now: datetime) -> str:
        """Return the code of what has gone on for minutes; empty otherwise."""
        if self.since is None or self._is_over(now) or now - self.since < SHOWN_AFTER:
            return ""
        return self.code

    def _is_over(self, now: datetime) -> bool:
        return self.latest is not None and now - self.latest > QUIET
