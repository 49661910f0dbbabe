"""APScheduler as a clock only: each tick notes a command; what is due is decided by its handler.

Every worker may tick: the command carries the tick's own time, so the second
one to note it adds nothing. A tick at start catches up on what was missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.commands import Command, StartDigest, SweepInbox
from domain.ports.services import Services

DIGEST_EVERY = timedelta(minutes=15)
"""Every zone's half past seven falls on one of these."""
SWEEP_EVERY = timedelta(hours=1)


class Schedule:
    """The ticks of one process."""

    def __init__(self, services: Services, *, sends_digests: bool = True) -> None:
        self._services = services
        self._sends_digests = sends_digests
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    async def start(self) -> None:
        if self._sends_digests:
            await self.tick_digest()
            self._scheduler.add_job(self.tick_digest, CronTrigger(minute="*/15", timezone="UTC"))
        await self.tick_sweep()
        self._scheduler.add_job(self.tick_sweep, CronTrigger(minute=5, timezone="UTC"))
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick_digest(self) -> None:
        await self._note(StartDigest(name="daily", at=floor(self._services.clock(), DIGEST_EVERY)))

    async def tick_sweep(self) -> None:
        await self._note(SweepInbox(at=floor(self._services.clock(), SWEEP_EVERY)))

    async def _note(self, command: Command) -> None:
        await self._services.store.write(lambda transaction: transaction.jobs.add(command))


def floor(instant: datetime, step: timedelta) -> datetime:
    """Return the last multiple of a step since midnight UTC."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (instant - midnight) // step * step
