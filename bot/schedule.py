"""APScheduler as a clock only: each tick notes a command; what is due is decided by its handler.

Every worker may tick: the command carries the tick's own time, so the second
one to note it adds nothing. A tick at start catches up on what was missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from domain.commands import Command, ForgetEnded, RemindOfApplications, StartDigest, SweepInbox, WatchRota
from domain.commands_services import WatchRooms
from domain.digest import DAILY, WEEKLY
from domain.ports.services import Services
from handlers.rota_watch import WATCHED_EVERY

DIGEST_EVERY = timedelta(minutes=15)
"""Every zone's half past seven falls on one of these."""
SWEEP_EVERY = timedelta(hours=1)
FORGET_EVERY = timedelta(days=1)


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
        await self.tick_rota()
        self._scheduler.add_job(self.tick_rota, CronTrigger(minute="*/15", timezone="UTC"))
        await self.tick_sweep()
        self._scheduler.add_job(self.tick_sweep, CronTrigger(minute=5, timezone="UTC"))
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick_digest(self) -> None:
        now = self._services.clock()
        await self._note(StartDigest(name=DAILY, at=floor(now, DIGEST_EVERY)))
        await self._note(StartDigest(name=WEEKLY, at=floor(now, SWEEP_EVERY)))

    async def tick_rota(self) -> None:
        await self._note(WatchRota(at=floor(self._services.clock(), WATCHED_EVERY)))

    async def tick_sweep(self) -> None:
        now = self._services.clock()
        await self._note(SweepInbox(at=floor(now, SWEEP_EVERY)))
        await self._note(WatchRooms(at=floor(now, SWEEP_EVERY)))
        await self._note(RemindOfApplications(at=floor(now, SWEEP_EVERY)))
        await self._note(ForgetEnded(at=floor(now, FORGET_EVERY)))

    async def _note(self, command: Command) -> None:
        await self._services.store.write(lambda transaction: transaction.jobs.add(command))


def floor(instant: datetime, step: timedelta) -> datetime:
    """Return the last multiple of a step since midnight UTC."""
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (instant - midnight) // step * step
