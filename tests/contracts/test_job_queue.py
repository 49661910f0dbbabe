"""The queue: leases, owners, lanes, gates, priorities, ticks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from domain.commands import CleanUpload, StartDigest
from domain.delivery import Priority, SendingGate
from domain.ids import JobId, UploadId
from domain.ports.jobs import JobState
from storage.tables import job
from tests.contracts.samples import MINUTE, NOW, deliver, route

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


async def add(store, *commands, **options):
    return await store.write(lambda transaction: [transaction.jobs.add(command, **options) for command in commands])


async def claim(queue, now=NOW, *, limit=10, owner="a"):
    return await queue.claim(now, owner=owner, limit=limit, lease=LEASE)


async def claimed(queue, now=NOW, *, limit=10, owner="a"):
    return [held.command for held in await claim(queue, now, limit=limit, owner=owner)]


async def test_command_comes_back_as_it_was_noted(store, queue):
    command = StartDigest(name="daily", at=NOW)
    await add(store, command)

    (held,) = await claim(queue)

    assert (held.command, held.attempts, held.created_at) == (command, 1, NOW)


async def test_same_command_is_noted_once_for_ever(store, queue):
    first = await add(store, route(), route())
    (held,) = await claim(queue)
    await queue.finish(held.id, owner="a")

    assert first == [True, False]
    assert await add(store, route()) == [False]
    assert await claimed(queue) == []


async def test_job_and_change_commit_together(store, queue):
    def fail(transaction):
        transaction.jobs.add(route())
        raise LookupError

    await asyncio.gather(store.write(fail), return_exceptions=True)

    assert await claimed(queue) == []
    assert await add(store, route()) == [True]


async def test_leased_job_is_not_claimed_again(store, queue):
    await add(store, route())

    claims = await asyncio.gather(*(claim(queue, owner=f"worker-{number}") for number in range(4)))

    assert sum(len(jobs) for jobs in claims) == 1


async def test_job_waits_for_its_time(store, queue):
    await add(store, route(), due_at=NOW + MINUTE)

    assert await claimed(queue, NOW + MINUTE - SECOND) == []
    assert await claimed(queue, NOW + MINUTE) == [route()]


async def test_urgent_goes_first_then_the_oldest(store, queue):
    await add(store, route(1), priority=Priority.DIGEST)
    await add(store, route(2), route(3))
    await add(store, route(4), priority=Priority.URGENT)

    assert await claimed(queue, limit=3) == [route(4), route(2), route(3)]
    assert await claimed(queue) == [route(1)]


async def test_lane_runs_one_after_another(store, queue):
    await add(store, route(1), route(2), lane="kim:q1")
    await add(store, route(3), lane="kim:q2")

    (first, other) = await claim(queue)
    none = await claimed(queue)
    await queue.finish(first.id, owner="a")

    assert [first.command, other.command, none] == [route(1), route(3), []]
    assert await claimed(queue) == [route(2)]


async def test_retrying_job_blocks_its_lane_only(store, queue):
    await add(store, route(1), route(2), lane="one")
    await add(store, route(3), route(4), lane="two")
    (first, _) = await claim(queue)

    await queue.retry(first.id, owner="a", due_at=NOW + MINUTE, error="busy")
    await asyncio.gather(*(queue.finish(JobId(number), owner="a") for number in range(1, 5)))

    assert await claimed(queue) == [route(4)]
    (again,) = await claim(queue, NOW + MINUTE)
    assert (again.command, again.attempts) == (route(1), 2)


async def test_job_that_is_put_off_holds_nothing_up(store, queue):
    at = SendingGate(channel="chat|-100", interval=SECOND, burst=1)
    await add(store, route(1), route(2), lane="one", gate="chat", place=at)
    (first,) = await claim(queue)

    await queue.put_off(first.id, owner="a", due_at=NOW + 9 * MINUTE, error="channel_off")

    assert await claimed(queue, NOW + SECOND) == [route(2)]
    (again,) = await claim(queue, NOW + 9 * MINUTE)
    assert (again.command, again.attempts, again.place) == (route(1), 1, "chat|-100")


async def test_what_was_put_off_is_taken_up_by_its_reason_and_gate(store, queue):
    await add(store, *(route(number) for number in range(3)), gate="chat")
    await add(store, route(3), gate="mail")
    off, other, busy, elsewhere = await claim(queue)
    for held, error in ((off, "channel_off"), (other, "another"), (elsewhere, "channel_off")):
        await queue.put_off(held.id, owner="a", due_at=NOW + 9 * MINUTE, error=error)
    await queue.retry(busy.id, owner="a", due_at=NOW + 9 * MINUTE, error="busy")

    counts = [await queue.take_up({"chat", "web"}, NOW + MINUTE, error="channel_off") for _ in range(2)]

    assert counts == [1, 0]
    assert await claimed(queue, NOW + MINUTE) == [route(0)]


async def test_job_that_was_lost_to_another_is_not_put_off(store, queue):
    await add(store, route())
    (held,) = await claim(queue)

    await queue.put_off(held.id, owner="b", due_at=NOW + MINUTE, error="channel_off")

    (row,) = await queue.rows(JobState.LEASED)
    assert (row.id, row.attempts) == (held.id, 1)


async def test_parked_job_frees_its_lane(store, queue):
    await add(store, route(1), route(2), lane="one")
    (first,) = await claim(queue)

    await queue.park(first.id, owner="a", error="defect")

    assert await claimed(queue) == [route(2)]
    (row,) = await queue.rows(JobState.PARKED)
    assert (row.id, row.command, row.attempts, row.error) == (first.id, "RouteMessage", 1, "defect")


async def test_revived_job_goes_to_the_end_of_its_lane(store, queue):
    await add(store, route(1), route(2), lane="one")
    (first,) = await claim(queue)
    await queue.park(first.id, owner="a", error="defect")
    (second,) = await claim(queue)

    revived = [await queue.revive(first.id, NOW), await queue.revive(first.id, NOW)]

    assert (revived, await claimed(queue)) == ([True, False], [])
    await queue.finish(second.id, owner="a")
    assert await claimed(queue) == [route(1)]


async def test_only_the_owner_settles_a_job(store, queue):
    await add(store, route())
    (held,) = await claim(queue)

    await queue.finish(held.id, owner="b")
    await queue.retry(held.id, owner="b", due_at=NOW, error="x")
    await queue.park(held.id, owner="b", error="x")

    (row,) = await queue.rows(JobState.LEASED)
    assert (row.id, row.error) == (held.id, None)


async def test_expired_lease_returns_the_job(store, queue):
    await add(store, route(1), route(2))
    first, second = await claim(queue)
    await queue.renew([second.id], owner="a", until=NOW + 2 * LEASE)
    await queue.renew([first.id], owner="b", until=NOW + 2 * LEASE)

    early = await queue.return_expired(NOW + LEASE - SECOND)
    returned = await queue.return_expired(NOW + LEASE)

    assert (early, returned) == (0, 1)
    assert await claimed(queue, NOW + LEASE, owner="b") == [route(1)]


async def test_late_owner_of_a_returned_job_changes_nothing(store, queue):
    await add(store, route())
    (held,) = await claim(queue)
    await queue.return_expired(NOW + LEASE)
    await claim(queue, NOW + LEASE, owner="b")

    await queue.finish(held.id, owner="a")

    assert [row.id for row in await queue.rows(JobState.LEASED)] == [held.id]


async def test_gate_paces_what_passes_it(store, queue):
    await queue.set_gate(SendingGate(channel="sms", interval=SECOND, burst=2))
    await add(store, *(deliver(number) for number in range(6)), gate="sms")
    await add(store, route())

    passed = [len(await claimed(queue, NOW + step * SECOND)) for step in (0, 0.5, 1, 3)]

    assert passed == [3, 0, 1, 2]


async def test_gate_is_shared_by_all_who_claim(store, queue):
    await queue.set_gate(SendingGate(channel="sms", interval=SECOND, burst=3))
    await add(store, *(deliver(number) for number in range(9)), gate="sms")

    claims = await asyncio.gather(*(claim(queue, owner=f"worker-{number}") for number in range(4)))

    assert sum(len(jobs) for jobs in claims) == 3


async def test_held_gate_lets_others_pass(store, queue):
    await queue.hold_gate("sms", NOW + MINUTE)
    await add(store, deliver(1), gate="sms")
    await add(store, deliver(2), gate="mail")

    assert await claimed(queue) == [deliver(2)]
    assert await claimed(queue, NOW + MINUTE) == [deliver(1)]


async def test_new_pace_keeps_a_gate_held(store, queue):
    await queue.hold_gate("sms", NOW + MINUTE)

    await queue.set_gate(SendingGate(channel="sms", interval=SECOND))
    await queue.set_gate(SendingGate(channel="sms", interval=2 * SECOND))
    await add(store, deliver(1), deliver(2), gate="sms")

    assert await claimed(queue, NOW) == []
    assert await claimed(queue, NOW + MINUTE) == [deliver(1)]


async def test_next_due_is_the_earliest_that_may_run(store, queue):
    assert await queue.next_due() is None
    await add(store, route(1), due_at=NOW + 2 * MINUTE)
    await add(store, route(2), due_at=NOW + MINUTE)

    assert await queue.next_due() == NOW + MINUTE


async def test_next_due_passes_over_blocked_lanes(store, queue, clock):
    await add(store, route(1), route(2), lane="one")
    due_at_once = await queue.next_due()

    await claim(queue)

    assert (due_at_once, await queue.next_due()) == (clock.now, None)


async def test_nothing_is_claimable_behind_what_runs(store, queue):
    await add(store, route(1), route(2), lane="one")
    first = await queue.next_claimable(NOW)
    await claim(queue)
    behind = await queue.next_claimable(NOW)
    await add(store, route(3), due_at=NOW + MINUTE)

    assert (first, behind, await queue.next_claimable(NOW)) == (NOW, None, NOW + MINUTE)


async def test_command_of_another_version_is_parked(store, queue, storage):
    await add(store, route(1), route(2), lane="one")
    renamed = sa.update(job).where(job.c.id == 1).values(command="Forgotten")
    await storage.store.change(lambda connection: connection.execute(renamed).rowcount)

    first, second = await claimed(queue), await claimed(queue)

    (row,) = await queue.rows(JobState.PARKED)
    assert (first, second, row.command, row.error) == ([], [route(2)], "Forgotten", "command_unknown")


async def test_rows_show_due_times_and_no_arguments(store, queue):
    await add(store, CleanUpload(upload_id=UploadId("secret")), due_at=NOW + MINUTE)

    (row,) = await queue.rows(JobState.READY, limit=1)

    assert (row.command, row.due_at, row.attempts) == ("CleanUpload", NOW + MINUTE, 0)
    assert "secret" not in repr(row)


async def test_idle_claim_changes_nothing(store, queue):
    await store.changed(within=0.3)

    await queue.claim(NOW, owner="a", limit=10, lease=LEASE)
    await queue.return_expired(NOW)

    assert not await store.changed(within=0.3)


async def test_lane_order_survives_many_workers(store, queue):
    for number in range(60):
        await add(store, route(number), lane=f"lane-{number % 7}")
    order: list[int] = []

    async def work(owner):
        while len(order) < 60:
            for held in await claim(queue, limit=3, owner=owner):
                order.append(int(held.command.inbox_id.removeprefix("inbox-")))
                await queue.finish(held.id, owner=owner)

    await asyncio.wait_for(asyncio.gather(*(work(f"worker-{number}") for number in range(4))), 30)

    lanes = [[number for number in order if number % 7 == lane] for lane in range(7)]
    assert lanes == [sorted(lane) for lane in lanes]
    assert len(order) == 60
