"""How long the channel waits for what, while it listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Reading back: `again` and `pause` lie between two rounds, `lease` is how long a process may be silent in one.

    One call of the Web API takes 30 seconds at the most; so long a program that was killed is missed.
    """

    again: timedelta = timedelta(hours=1)
    pause: timedelta = timedelta(seconds=30)
    lease: timedelta = timedelta(seconds=45)
    watch: timedelta = timedelta(seconds=3)
    """Between two looks at the connection of Socket Mode."""
    renewed: timedelta = timedelta(minutes=1)
    """A connection that the library has not brought back after so long is begun anew, the tokens asked for first."""
