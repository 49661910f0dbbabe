"""Sending: once where it can be known, again where that is safer, unknown where it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.commands import Deliver
from domain.delivery import Delivery, DeliveryState, Priority
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId
from domain.messages import Address
from domain.ports.jobs import JobState
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.deliver import deliver, send_again
from handlers.outbox import queue
from tests.fakes.faults import CrashError
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import MEMBER, MONDAY_NOON, Society, found_society

PAGE = Delivery(
    id=DeliveryId("page"),
    address=MEMBER.addresses[0],
    member_id=MEMBER.id,
    subject="Q1",
    key="question.asked_back",
    values={"label": "Q1", "at": MONDAY_NOON, "name": "Dr Kang", "text": DeidentifiedText(value="Prior CT?")},
    priority=Priority.URGENT,
    created_at=MONDAY_NOON,
)
CLAIMED = replace(PAGE, id=DeliveryId("claimed"), key="question.claimed")
DIGEST = replace(
    PAGE,
    id=DeliveryId("digest"),
    key="digest.daily",
    values={"text": DeidentifiedText(value="nothing")},
    priority=Priority.DIGEST,
)


@pytest.fixture
def paper() -> PaperChannel:
    return PaperChannel()


@pytest.fixture
async def society(tmp_path: Path, paper: PaperChannel) -> AsyncIterator[Society]:
    found = await found_society(tmp_path, channels={"web": paper})
    yield found
    found.close()


async def _plan(society: Society, delivery: Delivery) -> None:
    def plan(transaction: Transaction) -> None:
        transaction.deliveries.add(delivery)
        transaction.jobs.add(Deliver(delivery_id=delivery.id), gate="web")

    await society.change(plan)


def _queued(society: Society, transaction: Transaction, delivery: Delivery) -> None:
    transaction.deliveries.add(delivery)
    queue(society.services, transaction, delivery)


async def _state(society: Society, delivery: Delivery) -> DeliveryState:
    return (await society.read(lambda transaction: transaction.deliveries.get(delivery.id))).state


async def _send_through_a_crash(society: Society, paper: PaperChannel, delivery: Delivery) -> None:
    paper.troubles = [CrashError()]
    await _plan(society, delivery)
    with pytest.raises(CrashError):
        await society.work()
    await society.restarted()


async def test_digest_cut_off_in_mid_send_is_unknown(society: Society, paper: PaperChannel) -> None:
    await _send_through_a_crash(society, paper, DIGEST)

    assert paper.keys() == ["digest.daily"]
    assert await _state(society, DIGEST) is DeliveryState.UNKNOWN


async def test_page_cut_off_in_mid_send_goes_again(society: Society, paper: PaperChannel) -> None:
    await _send_through_a_crash(society, paper, PAGE)

    assert paper.keys() == ["question.asked_back"] * 2
    assert await _state(society, PAGE) is DeliveryState.SENT


async def test_digest_goes_again_where_repeats_are_harmless(society: Society, paper: PaperChannel) -> None:
    paper.capabilities = replace(paper.capabilities, repeats_are_harmless=True)

    await _send_through_a_crash(society, paper, DIGEST)

    assert await _state(society, DIGEST) is DeliveryState.SENT


async def test_busy_service_is_asked_again(society: Society, paper: PaperChannel) -> None:
    paper.troubles = [TransientError("busy", retry_after=timedelta(minutes=3)), TransientError("busy")]
    await _plan(society, DIGEST)

    await society.work()
    tried_once = await _state(society, DIGEST)
    await society.advance(timedelta(minutes=5))

    assert tried_once is DeliveryState.READY
    assert (paper.keys(), await _state(society, DIGEST)) == (["digest.daily"], DeliveryState.SENT)


async def test_address_that_takes_nothing_ends_it(society: Society, paper: PaperChannel) -> None:
    paper.troubles = [PermanentError("address_gone")]
    await _plan(society, PAGE)

    await society.advance(timedelta(hours=1))

    assert (paper.sent, await _state(society, PAGE)) == ([], DeliveryState.DEAD)
    assert "delivery_died" in society.log.events


async def test_channel_that_is_not_there_ends_it(society: Society) -> None:
    society.services = replace(society.services, channels={})
    await _plan(society, PAGE)

    await society.work()

    assert await _state(society, PAGE) is DeliveryState.DEAD


async def test_digest_is_unknown_too_when_its_channel_is_gone(society: Society, paper: PaperChannel) -> None:
    paper.troubles = [CrashError()]
    await _plan(society, DIGEST)
    with pytest.raises(CrashError):
        await society.work()
    society.restart()
    society.services = replace(society.services, channels={})

    await society.queue.return_expired(society.now)
    await society.work()

    assert await _state(society, DIGEST) is DeliveryState.UNKNOWN


async def test_what_cannot_be_rendered_was_not_sent(society: Society, paper: PaperChannel) -> None:
    await _plan(society, replace(DIGEST, key="no.such.sentence"))

    await society.advance(timedelta(hours=2))

    assert (paper.sent, await _state(society, DIGEST)) == ([], DeliveryState.READY)
    assert [row.error for row in await society.queue.rows(JobState.PARKED)] == ["CatalogueError"]


async def test_words_of_others_are_quoted_not_mixed_in(society: Society, paper: PaperChannel) -> None:
    await _plan(society, PAGE)

    await society.work()

    (message,) = paper.sent
    assert message.quoted == DeidentifiedText(value="Prior CT?")
    assert "Prior CT?" not in message.text


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.DEAD])
async def test_operator_has_it_sent_once_more(society: Society, paper: PaperChannel, state: DeliveryState) -> None:
    await society.change(lambda transaction: transaction.deliveries.add(replace(DIGEST, state=state)))

    taken = await society.change(lambda transaction: send_again(society.services, transaction, DIGEST.id))
    await society.work()

    assert taken
    assert (paper.keys(), await _state(society, DIGEST)) == (["digest.daily"], DeliveryState.SENT)


async def test_what_is_sent_once_more_goes_behind_what_waits(society: Society, paper: PaperChannel) -> None:
    paper.troubles = [TransientError("busy")]

    def again(transaction: Transaction) -> None:
        _queued(society, transaction, CLAIMED)
        transaction.deliveries.add(replace(PAGE, state=DeliveryState.DEAD))
        send_again(society.services, transaction, PAGE.id)

    await society.change(again)
    await society.advance(timedelta(minutes=5))

    assert paper.keys() == [CLAIMED.key, PAGE.key]


async def test_what_is_sent_once_more_keeps_to_its_chats_pace(society: Society, paper: PaperChannel) -> None:
    paper.capabilities = replace(paper.capabilities, address_interval=timedelta(seconds=1))
    dead = [replace(PAGE, id=DeliveryId(name), subject=name, state=DeliveryState.DEAD) for name in ("one", "two")]

    def again(transaction: Transaction) -> None:
        for each in dead:
            transaction.deliveries.add(each)
            send_again(society.services, transaction, each.id)

    await society.change(again)
    await society.work()

    assert len(paper.sent) == 1


async def test_what_was_sent_is_not_sent_once_more(society: Society, paper: PaperChannel) -> None:
    await _plan(society, PAGE)
    await society.work()

    def again(transaction: Transaction) -> list[bool]:
        return [send_again(society.services, transaction, each) for each in (PAGE.id, DeliveryId("unheard-of"))]

    taken = await society.change(again)
    await society.work()

    assert taken == [False, False]
    assert len(paper.sent) == 1


async def test_finished_delivery_is_not_sent_by_a_second_run(society: Society, paper: PaperChannel) -> None:
    await _plan(society, PAGE)
    await society.work()

    await deliver(society.services, Deliver(delivery_id=PAGE.id))

    assert len(paper.sent) == 1


async def test_what_a_channel_that_is_off_would_bring_goes_elsewhere(society: Society, paper: PaperChannel) -> None:
    off = Address(channel="telegram", external_id="1")
    await society.change_member(MEMBER, addresses=(off, *MEMBER.addresses))

    await _plan(society, replace(PAGE, address=off))
    await society.work()

    assert paper.keys() == ["question.asked_back"]
    assert await _state(society, PAGE) is DeliveryState.DEAD


async def test_what_goes_elsewhere_goes_in_its_order(society: Society, paper: PaperChannel) -> None:
    off = Address(channel="telegram", external_id="1")
    await society.change_member(MEMBER, addresses=(off, *MEMBER.addresses))
    paper.troubles = [TransientError("busy")]

    def plan(transaction: Transaction) -> None:
        for each in (CLAIMED, PAGE):
            _queued(society, transaction, replace(each, address=off))

    await society.change(plan)
    await society.advance(timedelta(minutes=5))

    assert paper.keys() == [CLAIMED.key, PAGE.key]


async def test_whoever_is_reached_by_nothing_else_is_logged(society: Society, paper: PaperChannel) -> None:
    off = Address(channel="telegram", external_id="1")
    await society.change_member(MEMBER, addresses=(off,))

    await _plan(society, replace(PAGE, address=off))
    await society.work()

    assert (paper.keys(), await _state(society, PAGE)) == ([], DeliveryState.DEAD)
    assert "delivery_died" in society.log.events
