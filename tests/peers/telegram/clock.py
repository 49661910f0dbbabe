"""The peer's clock: the real one, set forward by a test that plays hours and days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Clock:
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def second(self) -> datetime:
        """Return the time as messages carry it: Unix time has no fractions."""
        return self.now().replace(microsecond=0)

    def advance(self, by: timedelta) -> None:
        self.ahead += by
