"""The circuit breaker: a channel whose service does not answer is asked by one call at a time, until one gets through.

A call into a dead network lasts until its time is up. What waits then stands before the channel's gate instead of
filling the worker, and the most urgent of it is what tries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

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
    """

    queue: JobQueue
    gates: Mapping[str, SendingGate]
    log: Log
    _failures: Counter[str] = field(default_factory=Counter)

    async def note_failure(self, channel: str) -> None:
        """Note that a channel's service did not answer."""
        self._failures[channel] += 1
        if channel in self.gates and self._failures[channel] % FAILURES == 0:
            self.log.warning("channel_away", channel=channel)
            await self.queue.set_gate(replace(self.gates[channel], interval=PROBE_EVERY, burst=1))

    async def note_success(self, channel: str) -> None:
        """Note that a call of a channel was answered: what has waited goes at its usual pace."""
        if self._failures.pop(channel, 0) >= FAILURES and channel in self.gates:
            self.log.info("channel_back", channel=channel)
            await self.queue.set_gate(self.gates[channel])
