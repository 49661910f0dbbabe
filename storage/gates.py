"""Pacing: the generic cell rate algorithm (GCRA) as pure functions of a gate's state and the time.

Source: ITU-T I.371, Annex A.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One call each `interval`, `burst` at once; `arrival_at` is when the next would be due at an even pace."""

    interval: timedelta
    burst: int
    arrival_at: datetime | None = None
    held_until: datetime | None = None


def allowed(gate: Gate, now: datetime, *, limit: int) -> int:
    """Return how many may pass now, at most `limit`."""
    if gate.held_until is not None and now < gate.held_until:
        return 0
    if not gate.interval:
        return limit
    ahead = max(gate.arrival_at or now, now) - now
    room = (gate.burst - 1) * gate.interval - ahead
    if room < timedelta(0):
        return 0
    return min(limit, room // gate.interval + 1)


def pass_through(gate: Gate, now: datetime, *, count: int) -> Gate:
    """Return the gate after `count` have passed."""
    return replace(gate, arrival_at=max(gate.arrival_at or now, now) + count * gate.interval)


def opens_at(gate: Gate) -> datetime | None:
    """Return from when on the next may pass; None where nothing has passed yet."""
    room = (gate.burst - 1) * gate.interval
    paced = () if gate.arrival_at is None else (gate.arrival_at - room,)
    held = () if gate.held_until is None else (gate.held_until,)
    return max((*paced, *held), default=None)
