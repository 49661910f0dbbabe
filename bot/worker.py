"""Claim, dispatch, finish, retry or park: errors become outcomes here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.logs import place_of
from bot.outages import PROBE_EVERY, Outages
from domain.commands import Command
from domain.delivery import Priority
from domain.errors import ChannelOffError, PermanentError, TransientError, UserError
from domain.ports.jobs import ClaimedJob, JobQueue
from domain.ports.services import Log, Services

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_URGENT_WAIT = timedelta(seconds=15)
REAP_EVERY = timedelta(seconds=15)
GATHER_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    owner: str
    concurrency: int = 4
    lease: timedelta = timedelta(seconds=60)
    attempts: int = 8
    """After so many tries a command is parked, unless the fault is a passing one."""
    poll: timedelta = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Worker:
    """Runs stored commands until it is stopped; finishes what it has begun."""

    services: Services
    queue: JobQueue
    dispatch: Callable[[Services, Command], Awaitable[None]]
    tell_refused: Callable[[Services, Command, UserError], Awaitable[bool]]
    abandon: Callable[[Services, Command], Awaitable[None]]
    """Told when a command is parked, so that whoever waits for it is not left waiting."""
    options: WorkerOptions
    seen_at: datetime | None = None
    """When it last looked for work; the health check reads it."""
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _running: dict[asyncio.Task[None], ClaimedJob] = field(default_factory=dict)
    _outages: Outages = field(init=False)

    def __post_init__(self) -> None:
        gates = {name: gate for name, each in self.services.channels.items() if (gate := each.gate) is not None}
        self._outages = Outages(queue=self.queue, gates=gates, log=self.services.log, clock=self.services.clock)

    @property
    def silent(self) -> frozenset[str]:
        """The channels whose services answer nothing."""
        return self._outages.silent

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`; what is still running then gets a moment to end, and its lease returns it otherwise."""
        await self.prepare()
        keeper = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping.is_set():
                self.seen_at = self.services.clock()
                try:
                    if not await self._fill():
                        await self._wait()
                except TransientError as error:
                    await self._pause(error)
        finally:
            keeper.cancel()
            await asyncio.wait(self._running, timeout=2) if self._running else None

    async def prepare(self) -> None:
        """Set the channels' pace, and have done now what has waited for one that is switched on again."""
        for channel in self.services.channels.values():
            if channel.gate is not None:
                await self.queue.set_gate(channel.gate)
        # Which channels there are is a setting: it changes with a restart alone.
        on = self.services.channels.keys()
        if count := await self.queue.take_up(on, self.services.clock(), error=ChannelOffError.CODE):
            self.services.log.info("channel_on_again", count=count)

    async def drain(self) -> int:
        """Run everything that is due now, one after another, and return how many commands that were."""
        done = 0
        while jobs := await self._claim(self.options.concurrency):
            for job in jobs:
                await self._run_job(job)
            done += len(jobs)
        return done

    async def _pause(self, error: TransientError) -> None:
        """The database is away for a while: it is asked again, as long as it takes."""
        self.services.log.warning("worker_waits", error=error.code)
        wait = (error.retry_after or FIRST_WAIT).total_seconds()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), wait)

    async def _fill(self) -> bool:
        """Start what is due, up to the concurrency; False where there is nothing to start."""
        if len(self._running) > self.options.concurrency // 2:
            # A claim costs more than most commands: those that end in this moment are replaced by one.
            await asyncio.wait(self._running, timeout=GATHER_SECONDS)
        if self._stopping.is_set():
            return False
        free = self.options.concurrency - len(self._running)
        jobs = await self._claim(free) if free > 0 else ()
        for job in jobs:
            task = asyncio.create_task(self._run_job(job))
            self._running[task] = job
            task.add_done_callback(lambda done: self._running.pop(done, None))
        return bool(jobs)

    async def _wait(self) -> None:
        """Until something was committed, something running ended, or the next job falls due; when full, until room."""
        waiting: set[asyncio.Task[object]] = {asyncio.create_task(self._stopping.wait())}
        try:
            if len(self._running) < self.options.concurrency:
                waiting.add(asyncio.create_task(self.services.store.changed(within=await self._until_due())))
            longest = self.options.poll.total_seconds()
            await asyncio.wait({*waiting, *self._running}, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _until_due(self) -> float:
        """Return the seconds to wait when nothing stirs: until the next job falls due, at most one poll."""
        now = self.services.clock()
        due = await self.queue.next_claimable(now)
        longest = self.options.poll.total_seconds()
        if due is None:
            return longest
        return min(longest, max(0.01, (due - now).total_seconds()))

    async def _claim(self, limit: int) -> Sequence[ClaimedJob]:
        return await self.queue.claim(
            self.services.clock(), owner=self.options.owner, limit=limit, lease=self.options.lease
        )

    async def _run_job(self, job: ClaimedJob) -> None:
        started = self.services.clock()
        try:
            outcome = await self._outcome(job)
        except Exception as error:  # even the outcome could not be noted: the lease brings the job back
            log_defect(self.services.log, job, error)
            outcome = "unsettled"
        self.services.log.info(
            "command_done",
            command=type(job.command).__name__,
            job_id=job.id,
            outcome=outcome,
            attempts=job.attempts,
            seconds=round((self.services.clock() - started).total_seconds(), 4),
        )

    async def _outcome(self, job: ClaimedJob) -> str:
        """Run one command and settle its job; every error there is becomes an outcome here."""
        try:
            await self.dispatch(self.services, job.command)
            await self._done(job)
        except UserError as error:
            return await self._refused(job, error)
        except TransientError as error:
            return await self._passing(job, error)
        except PermanentError as error:
            return await self._park(job, error.code)
        except Exception as error:  # a defect: parked after some tries, seen by an operator, never lost
            log_defect(self.services.log, job, error)
            if job.attempts >= self.options.attempts:
                return await self._park(job, type(error).__name__)
            return await self._later(job, type(error).__name__, wait=backoff(job.attempts))
        return "done"

    async def _done(self, job: ClaimedJob) -> None:
        await self.queue.finish(job.id, owner=self.options.owner)
        if job.gate is not None:
            await self._outages.note_success(job.gate)

    async def _refused(self, job: ClaimedJob, error: UserError) -> str:
        if not await self.tell_refused(self.services, job.command, error):
            return await self._park(job, error.code)
        await self.queue.finish(job.id, owner=self.options.owner)
        return f"refused_{error.code}"

    async def _passing(self, job: ClaimedJob, error: TransientError) -> str:
        if isinstance(error, ChannelOffError):
            return await self._put_off(job, error)
        gate = job.place if error.is_local else job.gate
        if error.retry_after is not None and gate is not None:
            # The service said when to come back: nothing goes to it, or to that one conversation, before.
            await self.queue.hold_gate(gate, self.services.clock() + error.retry_after)
        longest = LONGEST_URGENT_WAIT if job.priority is Priority.URGENT else LONGEST_WAIT
        if error.is_outage and job.gate is not None:
            await self._outages.note_failure(job.gate)
            # It waits before the gate, not here: what stands behind it in its lane may be urgent.
            longest = PROBE_EVERY
        wait = error.retry_after or backoff(job.attempts, longest=longest)
        return await self._later(job, error.code, wait=wait)

    async def _put_off(self, job: ClaimedJob, error: ChannelOffError) -> str:
        """Neither gate nor place is held: what goes there, once it can, does not wait as long."""
        due = self.services.clock() + error.look_after
        await self.queue.put_off(job.id, owner=self.options.owner, due_at=due, error=error.code)
        return "put_off"

    async def _later(self, job: ClaimedJob, code: str, *, wait: timedelta) -> str:
        due = self.services.clock() + wait
        await self.queue.retry(job.id, owner=self.options.owner, due_at=due, error=code)
        return "retry"

    async def _park(self, job: ClaimedJob, code: str) -> str:
        """Tell whoever waits, then set it aside: killed in between, it comes back, and is told of no second time."""
        try:
            await self.abandon(self.services, job.command)
        except TransientError as error:
            return await self._later(job, error.code, wait=backoff(job.attempts))
        except Exception as error:  # whoever waits hears nothing, but an operator sees it
            log_defect(self.services.log, job, error)
        self.services.log.error("job_parked", job_id=job.id, command=type(job.command).__name__, error=code)
        await self.queue.park(job.id, owner=self.options.owner, error=code)
        return "parked"

    async def _keep_leases(self) -> None:
        """Renew the leases of what is running, and return those that others let run out."""
        interval = min(REAP_EVERY, self.options.lease / 3).total_seconds()
        while True:
            try:
                await self._renew()
            except TransientError as error:
                self.services.log.warning("leases_not_renewed", error=error.code)
            await asyncio.sleep(interval)

    async def _renew(self) -> None:
        now = self.services.clock()
        running = [job.id for job in self._running.values()]
        if running:
            await self.queue.renew(running, owner=self.options.owner, until=now + self.options.lease)
        await self.queue.return_expired(now)


def backoff(attempts: int, *, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """Return the wait before the next try: doubling from a second to the longest, with jitter."""
    wait: timedelta = min(longest, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def log_defect(log: Log, job: ClaimedJob, error: Exception) -> None:
    """Log a surprise by its type and where it arose; never its message, which may hold anything."""
    log.error(
        "command_failed",
        job_id=job.id,
        command=type(job.command).__name__,
        error_type=type(error).__name__,
        where=place_of(error),
    )
