"""The circuit breaker: a channel whose service does not answer is asked by one call at a time, until one gets through.

A call into a dead network lasts until its time is up. What waits then stands before the channel's gate instead of
filling the worker, and the most urgent of it is what tries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.delivery import SendingGate
from domain.ports.jobs import JobQueue
from domain.ports.services import Log

FAILURES = 4
"""So many calls in a row found nobody: single faults of a service, 2 in 100, hold up nothing."""
PROBE_EVERY = timedelta(seconds=15)


@dataclass(slots=True, kw_only=True)
class Outages:
    """Counts, for this process, the calls of each channel that found nobody since one got through.

    The gate's pace is shared by all processes; each counts for itself, and sets it again when it has counted as many.
    Every process that gets through restores the usual pace, since the one that slowed it may be gone.
    """

    queue: JobQueue
    gates: Mapping[str, SendingGate]
    log: Log
    clock: Callable[[], datetime]
    _failures: Counter[str] = field(default_factory=Counter)
    _restored_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def silent(self) -> frozenset[str]:
        """Return the channels whose services answer nothing."""
        return frozenset(name for name, count in self._failures.items() if count >= FAILURES)

    async def note_failure(self, channel: str) -> None:
        """Note that a channel's service did not answer."""
        self._failures[channel] += 1
        if channel in self.gates and self._failures[channel] % FAILURES == 0:
            self.log.warning("channel_away", channel=channel)
            await self.queue.set_gate(replace(self.gates[channel], interval=PROBE_EVERY, burst=1))

    async def note_success(self, channel: str) -> None:
        """Note that a call of a channel was answered: what has waited goes at its usual pace."""
        was_away = self._failures.pop(channel, 0) >= FAILURES
        if channel not in self.gates:
            return
        if was_away:
            self.log.info("channel_back", channel=channel)
        elif not self._is_due(channel):
            return
        self._restored_at[channel] = self.clock()
        await self.queue.set_gate(self.gates[channel])

    def _is_due(self, channel: str) -> bool:
        """Return whether the usual pace is to be set again: no more often than a slowed channel lets a call through."""
        restored_at = self._restored_at.get(channel)
        return restored_at is None or self.clock() - restored_at >= PROBE_EVERY
