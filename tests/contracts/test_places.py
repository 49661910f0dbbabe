"""Gates of single conversations and rooms, which a job passes beside its channel's gate."""

from __future__ import annotations

from datetime import timedelta

from domain.delivery import Priority, SendingGate
from tests.contracts.samples import NOW, deliver

SECOND, LEASE = timedelta(seconds=1), timedelta(seconds=60)
CHANNEL = SendingGate(channel="chat", interval=SECOND / 10, burst=10)


def place(name, *, interval=SECOND, burst=1):
    return SendingGate(channel=f"chat|{name}", interval=interval, burst=burst)


async def add(store, *commands, at, priority=Priority.NORMAL):
    def note(transaction):
        for command in commands:
            transaction.jobs.add(command, gate="chat", place=at, priority=priority)

    await store.write(note)


async def claimed(queue, now=NOW, *, limit=10):
    return [held.command for held in await queue.claim(now, owner="a", limit=limit, lease=LEASE)]


async def test_one_conversation_is_paced_and_others_are_not(store, queue):
    await queue.set_gate(CHANNEL)
    await add(store, deliver(1), deliver(2), at=place("kim"))
    await add(store, deliver(3), at=place("lee"))

    first = await claimed(queue)
    too_early = await claimed(queue, NOW + SECOND / 2)
    then = await claimed(queue, NOW + SECOND)

    assert (first, too_early, then) == ([deliver(1), deliver(3)], [], [deliver(2)])


async def test_urgent_goes_first_in_its_conversation(store, queue):
    await add(store, deliver(1), at=place("kim"), priority=Priority.DIGEST)
    await add(store, deliver(2), at=place("kim"), priority=Priority.URGENT)

    assert await claimed(queue) == [deliver(2)]


async def test_burst_passes_at_once(store, queue):
    await add(store, *(deliver(number) for number in range(5)), at=place("room", burst=3))

    assert len(await claimed(queue)) == 3
    assert len(await claimed(queue, NOW + SECOND)) == 1


async def test_conversation_that_is_held_holds_no_other(store, queue):
    await add(store, deliver(1), at=place("kim"))
    await add(store, deliver(2), at=place("lee"))
    await queue.hold_gate("chat|kim", NOW + 5 * SECOND)

    assert await claimed(queue) == [deliver(2)]
    assert await claimed(queue, NOW + 5 * SECOND) == [deliver(1)]


async def test_channel_that_is_held_holds_every_conversation(store, queue):
    await add(store, deliver(1), at=place("kim"))
    await queue.hold_gate("chat", NOW + 5 * SECOND)

    assert await claimed(queue) == []
    assert await claimed(queue, NOW + 5 * SECOND) == [deliver(1)]


async def test_new_pace_counts_from_the_next_job_on(store, queue):
    await add(store, deliver(1), at=place("kim", interval=60 * SECOND))
    await claimed(queue)
    await add(store, deliver(2), deliver(3), at=place("kim", interval=SECOND))

    assert await claimed(queue, NOW + 60 * SECOND) == [deliver(2)]
    assert await claimed(queue, NOW + 61 * SECOND) == [deliver(3)]


async def test_claimed_job_names_its_place(store, queue):
    await add(store, deliver(1), at=place("kim"))

    (held,) = await queue.claim(NOW, owner="a", limit=1, lease=LEASE)

    assert (held.gate, held.place) == ("chat", "chat|kim")


async def test_shorter_hold_shortens_no_longer_one(store, queue):
    await add(store, deliver(1), at=place("kim"))
    for seconds in (30, 5):
        await queue.hold_gate("chat|kim", NOW + seconds * SECOND)

    assert await claimed(queue, NOW + 29 * SECOND) == []
    assert await claimed(queue, NOW + 30 * SECOND) == [deliver(1)]


async def test_pace_outlasts_a_short_hold(store, queue):
    await add(store, deliver(1), deliver(2), at=place("kim", interval=10 * SECOND))
    await claimed(queue)

    await queue.hold_gate("chat|kim", NOW + SECOND)

    assert await queue.next_claimable(NOW + SECOND) == NOW + 10 * SECOND
    assert await claimed(queue, NOW + 10 * SECOND) == [deliver(2)]


async def test_nothing_is_claimable_before_a_gate_opens(store, queue):
    await queue.set_gate(CHANNEL)
    await add(store, deliver(1), at=place("kim"))
    await queue.hold_gate("chat", NOW + 60 * SECOND)
    at_gate = await queue.next_claimable(NOW)
    await queue.hold_gate("chat|kim", NOW + 90 * SECOND)

    at_place = await queue.next_claimable(NOW + 60 * SECOND)
    free = await queue.next_claimable(NOW + 90 * SECOND)

    assert (at_gate, at_place, free) == tuple(NOW + seconds * SECOND for seconds in (60, 90, 90))


async def test_claim_before_a_shut_gate_changes_nothing(store, queue):
    await add(store, deliver(1), at=place("kim"))
    await add(store, deliver(2), at=place("lee"))
    await queue.hold_gate("chat|lee", NOW + 60 * SECOND)
    await queue.claim(NOW, owner="a", limit=1, lease=LEASE)
    while await store.changed(within=0.3):
        pass

    assert await claimed(queue) == []
    assert not await store.changed(within=0.3)
