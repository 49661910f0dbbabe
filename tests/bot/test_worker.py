"""The worker: every error becomes its outcome, leases are kept, and stopping finishes what was begun."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outages import PROBE_EVERY
from bot.worker import LONGEST_URGENT_WAIT, LONGEST_WAIT, Worker, WorkerOptions, backoff
from domain.commands import Command, RouteMessage
from domain.delivery import Priority, SendingGate
from domain.errors import DeidentificationError, PermanentError, TransientError, UserError
from domain.ids import InboxId
from domain.ports.jobs import JobState
from domain.ports.services import Services
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import Society

COMMAND = RouteMessage(inbox_id=InboxId("a"))


@dataclass
class Desk:
    """What is done with commands, and what was told to whom."""

    do: Callable[[Command], Awaitable[None]]
    told: list[str] = field(default_factory=list)
    tells: bool = True

    async def dispatch(self, _: Services, command: Command) -> None:
        await self.do(command)

    async def tell_refused(self, _: Services, _command: Command, error: UserError) -> bool:
        self.told.append(error.code)
        return self.tells

    async def abandon(self, _: Services, command: Command) -> None:
        self.told.append(f"abandoned {type(command).__name__}")


def raising(*errors: Exception | None) -> Callable[[Command], Awaitable[None]]:
    left = list(errors)

    async def do(_: Command) -> None:
        error = left.pop(0) if left else None
        if error is not None:
            raise error

    return do


def make_worker(society: Society, desk: Desk, **options: Any) -> Worker:
    return Worker(
        services=society.services,
        queue=options.pop("queue", society.queue),
        dispatch=desk.dispatch,
        tell_refused=desk.tell_refused,
        abandon=desk.abandon,
        options=WorkerOptions(owner="me", **options),
    )


async def add(society: Society, *names: str) -> None:
    def note(transaction: Any) -> None:
        for name in names:
            transaction.jobs.add(RouteMessage(inbox_id=InboxId(name)))

    await society.change(note)


async def states(society: Society) -> dict[str, str | None]:
    """Return the state of every job with its error."""
    found = {state: await society.queue.rows(state) for state in JobState}
    return {state.value: row.error for state, rows in found.items() for row in rows}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, {"done": None}),
        (UserError("not_now"), {"done": None}),
        (TransientError("busy"), {"ready": "busy"}),
        (PermanentError("question_unknown"), {"parked": "question_unknown"}),
        (DeidentificationError("door_leftover"), {"parked": "door_leftover"}),
        (ValueError("Quillon Marabu"), {"ready": "ValueError"}),
    ],
)
async def test_every_error_has_its_outcome(society: Society, error: Exception | None, state: dict[str, str]) -> None:
    await add(society, "a")

    await make_worker(society, Desk(raising(error))).drain()

    assert await states(society) == state
    assert "Marabu" not in repr(society.log.lines)


async def test_refusal_that_nobody_hears_is_parked(society: Society) -> None:
    await add(society, "a")
    desk = Desk(raising(UserError("not_now")), tells=False)

    await make_worker(society, desk).drain()

    assert await states(society) == {"parked": "not_now"}
    assert desk.told == ["not_now", "abandoned RouteMessage"]


async def test_passing_fault_waits_as_long_as_it_was_told(society: Society) -> None:
    await add(society, "a")
    started = society.now

    await make_worker(society, Desk(raising(TransientError("busy", retry_after=timedelta(minutes=7))))).drain()

    assert await society.queue.next_due() == started + timedelta(minutes=7)


async def test_defect_is_parked_after_its_last_try(society: Society) -> None:
    await add(society, "a")
    desk = Desk(raising(*[KeyError("x")] * 3))
    worker = make_worker(society, desk, attempts=3)

    for _ in range(3):
        await worker.drain()
        society.now += timedelta(minutes=10)

    assert await states(society) == {"parked": "KeyError"}
    assert desk.told == ["abandoned RouteMessage"]


async def test_passing_fault_is_never_parked(society: Society) -> None:
    await add(society, "a")
    worker = make_worker(society, Desk(raising(*[TransientError("busy")] * 30)), attempts=2)

    for _ in range(20):
        await worker.drain()
        society.now += timedelta(minutes=10)

    assert await states(society) == {"ready": "busy"}


async def test_outcome_that_cannot_be_noted_is_left_to_the_lease(society: Society) -> None:
    await add(society, "a")

    class LostQueue(WatchedQueue):
        async def finish(self, *_: Any, **_more: Any) -> None:
            raise PermanentError("database_gone")

        park = finish

    await make_worker(society, Desk(raising()), queue=LostQueue(society.queue)).drain()

    assert society.log.lines[-1][1]["outcome"] == "unsettled"


@given(attempts=st.integers(min_value=1, max_value=10_000))
def test_waits_grow_within_bounds(attempts: int) -> None:
    wait = backoff(attempts)

    longest = min(LONGEST_WAIT, timedelta(seconds=2 ** min(attempts - 1, 20)))
    assert longest / 2 <= wait <= longest


async def test_stopping_lets_what_runs_end(society: Society) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def do(_: Command) -> None:
        begun.set()
        await may_end.wait()

    await add(society, "a", "b")
    worker = make_worker(society, Desk(do), concurrency=1)
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(begun.wait(), 5)
    worker.stop()
    may_end.set()
    await asyncio.wait_for(running, 5)

    assert sorted(await states(society)) == ["done", "ready"]


async def test_stopping_does_not_wait_for_what_takes_long(society: Society) -> None:
    begun = asyncio.Event()

    async def do(_: Command) -> None:
        begun.set()
        await asyncio.Event().wait()

    await add(society, "a")
    worker = make_worker(society, Desk(do), concurrency=1)
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(begun.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 4)

    assert await states(society) == {"leased": None}


async def test_work_goes_on_beside_what_takes_long(society: Society) -> None:
    done: list[str] = []
    all_done = asyncio.Event()

    async def do(command: Command) -> None:
        assert isinstance(command, RouteMessage)
        if command.inbox_id == "slow":
            await all_done.wait()
        done.append(command.inbox_id)
        if len(done) == 2:
            all_done.set()

    await add(society, "slow", "b", "c")
    worker = make_worker(society, Desk(do), concurrency=2)
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(all_done.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 5)

    assert done == ["b", "c", "slow"]


class WatchedQueue:
    """The real queue, with what is renewed; its first `troubles` calls find no database."""

    def __init__(self, queue: Any, troubles: int = 0) -> None:
        self._queue = queue
        self._troubles = troubles
        self.renewed = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    async def claim(self, *given: Any, **more: Any) -> Any:
        self._trouble()
        return await self._queue.claim(*given, **more)

    async def renew(self, *given: Any, **more: Any) -> None:
        await self._queue.renew(*given, **more)
        self.renewed.set()

    async def return_expired(self, *given: Any) -> int:
        self._trouble()
        return int(await self._queue.return_expired(*given))

    def _trouble(self) -> None:
        self._troubles -= 1
        if self._troubles >= 0:
            raise TransientError("database_unavailable", retry_after=timedelta(milliseconds=1))


@pytest.mark.parametrize("troubles", [0, 1])
async def test_lease_is_renewed_while_work_runs(society: Society, troubles: int) -> None:
    queue = WatchedQueue(society.queue, troubles=troubles)

    async def do(_: Command) -> None:
        await queue.renewed.wait()

    await add(society, "a")
    worker = make_worker(society, Desk(do), queue=queue, lease=timedelta(milliseconds=90))
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(queue.renewed.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 5)

    assert await states(society) == {"done": None}


async def test_database_that_is_away_for_a_while_ends_nothing(society: Society) -> None:
    done = asyncio.Event()

    async def do(_: Command) -> None:
        done.set()

    await add(society, "a")
    worker = make_worker(society, Desk(do), queue=WatchedQueue(society.queue, troubles=3))
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(done.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 5)

    assert "worker_waits" in society.log.events


GATE = SendingGate(channel="chat", interval=timedelta(seconds=1), burst=10)


async def stand_at_the_gate(society: Society, *names: str, priority: Priority = Priority.DIGEST) -> None:
    def note(transaction: Any) -> None:
        for name in names:
            transaction.jobs.add(RouteMessage(inbox_id=InboxId(name)), gate="chat", priority=priority)

    await society.change(note)


async def paced_worker(society: Society, *errors: Exception | None) -> Worker:
    society.services = replace(society.services, channels={"chat": PaperChannel(name="chat", gate=GATE)})
    await society.queue.set_gate(GATE)
    return make_worker(society, Desk(raising(*errors)))


async def test_service_that_is_away_is_asked_by_one_call_at_a_time(society: Society) -> None:
    away = TransientError("chat_away")
    worker = await paced_worker(society, *[away] * 5)
    await stand_at_the_gate(society, *"abcdefgh")
    await worker.drain()
    await stand_at_the_gate(society, "urgent", priority=Priority.URGENT)

    lease, begun = timedelta(seconds=60), society.now
    early = await society.queue.claim(begun + PROBE_EVERY * 0.9, owner="me", limit=8, lease=lease)
    (probe,) = await society.queue.claim(begun + PROBE_EVERY, owner="me", limit=8, lease=lease)

    assert early == []
    assert probe.command == RouteMessage(inbox_id=InboxId("urgent"))


@pytest.mark.parametrize("is_another", [False, True])
async def test_all_goes_on_once_a_service_is_back(society: Society, is_another: bool) -> None:
    """The process that slowed the pace may be gone by then."""
    worker = await paced_worker(society, *[TransientError("chat_away")] * 4)
    await stand_at_the_gate(society, *"abcd")
    await worker.drain()
    society.now += 2 * PROBE_EVERY

    await stand_at_the_gate(society, *"efgh")
    await (make_worker(society, Desk(raising())) if is_another else worker).drain()

    assert len(await society.queue.rows(JobState.DONE)) == 8
    seen = [event for event in society.log.events if event.startswith("channel_")]
    assert seen == (["channel_away"] if is_another else ["channel_away", "channel_back"])


async def test_single_faults_of_a_service_hold_up_nothing(society: Society) -> None:
    away = TransientError("chat_away")
    worker = await paced_worker(society, away, away, away, None, away, away, away)

    await stand_at_the_gate(society, *"abcdefgh")
    await worker.drain()

    assert "channel_away" not in society.log.events


@pytest.mark.parametrize(
    ("priority", "longest"), [(Priority.URGENT, LONGEST_URGENT_WAIT), (Priority.NORMAL, LONGEST_WAIT)]
)
async def test_urgent_work_never_waits_long(society: Society, priority: Priority, longest: timedelta) -> None:
    worker = await paced_worker(society, *[TransientError("busy")] * 30)
    await stand_at_the_gate(society, "a", priority=priority)
    for _ in range(20):
        await worker.drain()
        society.now += LONGEST_WAIT

    due = await society.queue.next_due()

    assert due is not None
    assert longest / 2 <= due + LONGEST_WAIT - society.now <= longest


async def test_lease_that_ran_out_gives_the_work_to_another(society: Society) -> None:
    await add(society, "a")
    await society.queue.claim(society.now, owner="dead", limit=1, lease=timedelta(seconds=60))
    society.now += timedelta(seconds=61)
    done = asyncio.Event()

    async def do(_: Command) -> None:
        done.set()

    worker = make_worker(society, Desk(do))
    running = asyncio.create_task(worker.run())
    await asyncio.wait_for(done.wait(), 5)
    worker.stop()
    await asyncio.wait_for(running, 5)

    assert await states(society) == {"done": None}


async def test_paced_channels_have_their_gates_set(society: Society) -> None:
    gate = SendingGate(channel="web", interval=timedelta(seconds=30))
    society.services = replace(society.services, channels={"web": PaperChannel(gate=gate)})
    worker = make_worker(society, Desk(raising()))
    worker.stop()

    await asyncio.wait_for(worker.run(), 5)

    def note(transaction: Any) -> None:
        for name in "ab":
            transaction.jobs.add(RouteMessage(inbox_id=InboxId(name)), gate="web")

    await society.change(note)
    assert len(await society.queue.claim(society.now, owner="me", limit=5, lease=timedelta(seconds=60))) == 1
