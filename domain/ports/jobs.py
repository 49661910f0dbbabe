"""The working side of the queue: claim, finish, retry, park; leases, lanes and gates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.commands import Command
from domain.delivery import Priority, SendingGate
from domain.ids import JobId


class JobState(StrEnum):
    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A command with a lease on it; `attempts` counts this claim too."""

    id: JobId
    command: Command
    attempts: int
    created_at: datetime
    gate: str | None = None
    """The channel that paces it, for a delivery."""
    place: str | None = None
    """The one conversation or room whose gate it passed as well."""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as an operator sees it: ids and times, never content."""

    id: JobId
    command: str
    state: JobState
    attempts: int
    due_at: datetime
    error: str | None


class JobQueue(Protocol):
    async def claim(self, now: datetime, *, owner: str, limit: int, lease: timedelta) -> Sequence[ClaimedJob]:
        """Lease up to `limit` due jobs: by priority, then age; heads of lanes only; paced by their gates."""

    async def finish(self, job_id: JobId, *, owner: str) -> None: ...
    async def retry(self, job_id: JobId, *, owner: str, due_at: datetime, error: str) -> None: ...
    async def put_off(self, job_id: JobId, *, owner: str, due_at: datetime, error: str) -> None:
        """Have a job wait for what has to happen first: it counts as not tried yet, and its lane goes past it."""

    async def take_up(self, gates: Collection[str], now: datetime, *, error: str) -> int:
        """Make due at once what was put off for a reason, of these gates; returns how many."""

    async def park(self, job_id: JobId, *, owner: str, error: str) -> None:
        """Set aside for an operator; a parked job no longer blocks its lane."""

    async def renew(self, job_ids: Sequence[JobId], *, owner: str, until: datetime) -> None: ...
    async def return_expired(self, now: datetime) -> int:
        """Make jobs whose lease ran out ready again; returns how many."""

    async def hold_gate(self, channel: str, until: datetime) -> None:
        """Claim nothing for a channel before an instant (its service said when); a longer hold stays as it is."""

    async def set_gate(self, gate: SendingGate) -> None:
        """Set a gate's pace, from now on where it is another; how long it is held stays as it is."""

    async def next_due(self) -> datetime | None:
        """When the next ready job falls due, whatever its gate; None where there is none."""

    async def next_claimable(self, now: datetime) -> datetime | None:
        """When there may be something to claim next: a job falls due, or a gate or place lets the next one pass."""

    async def rows(self, state: JobState, *, limit: int = 100) -> Sequence[JobRow]: ...
    async def revive(self, job_id: JobId, now: datetime) -> bool:
        """Make a parked job ready again."""
