"""A name that is learned while a message is on its way: whatever happens at that moment, it does not stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from bot.dispatcher import dispatch
from channels.web.channel import WebChannel
from domain.commands import Deliver
from domain.commands_services import Reword
from domain.delivery import Delivery, DeliveryState, OutgoingMessage
from domain.errors import TransientError
from domain.ids import DeliveryId, ImageId, QuestionId
from domain.messages import Action, Address
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.render import ANSWER_KEYS
from handlers.rewording import take_out_names
from handlers.sent import note_sent
from handlers.taking_back import stamp_what_was_sent
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.room_channel import RoomChannel
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society, found_society

NAME = "gildong"
CASE = "gildong M50s COVID. PE?"
CARD = "panel.card_urgent"
LOOK = "relay.perhaps_twice"
LATE = DeliveryId("late")
PATIENCE = 0.5
"""In seconds: so long one transaction is held open for another that ought to wait for it."""


class Killed(BaseException):
    """The process dies."""


def _clean(text: DeidentifiedText) -> DeidentifiedText:
    return replace(text, value=text.value.replace(NAME, "[name]"))


@dataclass(slots=True, kw_only=True)
class Told:
    """A panelist who reads at a service, and a page that is about to be sent to them there."""

    society: Society
    room: PanelRoom
    question_id: QuestionId
    page: Delivery

    def learn(self, transaction: Transaction) -> None:
        question = transaction.questions.lock(self.question_id)
        take_out_names(self.society.services, transaction, question, clean=_clean)
        self.reword(transaction)

    def reword(self, transaction: Transaction) -> None:
        transaction.deliveries.reword(self.question_id, _clean)
        transaction.web.reword(self.question_id, _clean)

    async def send(self, page: Delivery | None = None) -> None:
        """Send the page, or another that is new."""
        await self.society.change(lambda transaction: transaction.deliveries.add(page or self.page))
        await dispatch(self.society.services, Deliver(delivery_id=(page or self.page).id))

    @property
    def asked_to_look(self) -> int:
        return self.room.chat.keys_to(address_of(PANELIST).external_id).count(LOOK)


async def _told(society: Society) -> Told:
    room = await open_room(society)
    await society.change_member(PANELIST, addresses=(address_of(PANELIST), *PANELIST.addresses))
    question_id = await room.ask(CASE)
    sent = await society.read(lambda transaction: transaction.sent.about(question_id))
    card = next(each for each in sent if each.key == CARD)
    page = replace(card, id=LATE, subject="late", state=DeliveryState.READY)
    await society.change(lambda transaction: transaction.deliveries.add(page))
    return Told(society=society, room=room, question_id=question_id, page=page)


@pytest.fixture
async def told(society: Society) -> Told:
    return await _told(society)


@pytest.fixture
async def told_by_many(tmp_path: Path, postgres_url: str) -> AsyncIterator[Told]:
    """The same on PostgreSQL, where transactions run beside each other."""
    society = await found_society(tmp_path, postgres_url)
    yield await _told(society)
    society.close()


async def test_message_that_is_noted_in_the_same_moment_goes(told_by_many: Told) -> None:
    told, noted, learned = told_by_many, Event(), Event()

    def settle(transaction: Transaction) -> None:
        transaction.deliveries.set_state(LATE, DeliveryState.SENT)
        note_sent(told.society.services, transaction, told.page, reference="late")
        noted.set()
        learned.wait(PATIENCE)

    def learn(transaction: Transaction) -> None:
        noted.wait(PATIENCE)
        told.learn(transaction)
        learned.set()

    await asyncio.gather(told.society.change(settle), told.society.change(learn))
    await told.room.later()

    assert "late" in told.room.chat.retracted


async def test_message_that_is_noted_before_its_words_are_changed_goes(told_by_many: Told) -> None:
    told, looked, noted = told_by_many, Event(), Event()

    def settle(transaction: Transaction) -> None:
        looked.wait(PATIENCE)
        transaction.deliveries.set_state(LATE, DeliveryState.SENT)
        note_sent(told.society.services, transaction, told.page, reference="late")
        noted.set()

    def learn(transaction: Transaction) -> None:
        question = transaction.questions.lock(told.question_id)
        take_out_names(told.society.services, transaction, question, clean=_clean)
        looked.set()
        noted.wait(PATIENCE)
        told.reword(transaction)

    await asyncio.gather(told.society.change(learn), told.society.change(settle))
    await told.room.later()

    assert "late" in told.room.chat.retracted


async def test_reader_looks_for_a_message_of_which_nobody_heard(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    async def arrives_unheard(_address: Address, _message: OutgoingMessage) -> str:
        await told.society.change(told.learn)
        raise TransientError("away", is_unsure=True)

    with monkeypatch.context() as unheard:
        unheard.setattr(type(told.room.chat), "send", staticmethod(arrives_unheard))
        with pytest.raises(TransientError, match="away"):
            await told.send()
    await told.room.later()

    assert told.asked_to_look == 1


async def test_reader_looks_for_a_message_that_was_cut_off(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dies(_address: Address, _message: OutgoingMessage) -> str:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(type(told.room.chat), "send", staticmethod(dies))
        with pytest.raises(Killed):
            await told.send()
    await told.society.change(told.learn)
    await told.room.later()
    before = told.asked_to_look
    await told.send()
    await told.room.later()

    assert (before, told.asked_to_look) == (0, 1)


@pytest.mark.parametrize("days", [0, 1])
async def test_message_that_never_ends_its_leaving_is_waited_for_a_day(told: Told, days: int) -> None:
    await told.society.change(lambda transaction: transaction.deliveries.set_state(LATE, DeliveryState.SENDING))
    told.society.now += timedelta(days=days)

    if days:
        await dispatch(told.society.services, Reword(delivery_id=LATE))
    else:
        with pytest.raises(TransientError, match="still_leaving"):
            await dispatch(told.society.services, Reword(delivery_id=LATE))


async def test_message_that_arrives_after_all_is_looked_for_by_nobody(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = told.room.chat
    send = type(chat).send

    async def learns(channel: RoomChannel, address: Address, message: OutgoingMessage) -> str:
        if message.delivery_id == LATE:
            await told.society.change(told.learn)
            await told.society.work()
        return await send(channel, address, message)

    monkeypatch.setattr(type(chat), "send", learns)
    await told.send()
    await told.room.later()

    number = next(number for number, (_, message) in enumerate(chat.sent, start=1) if message.delivery_id == LATE)
    assert (f"message-{number}" in chat.retracted, told.asked_to_look) == (True, 0)


@pytest.mark.parametrize("is_killed", [False, True])
async def test_our_own_page_says_it_without_the_name(
    told: Told, monkeypatch: pytest.MonkeyPatch, *, is_killed: bool
) -> None:
    page = replace(told.page, id=DeliveryId("on-page"), address=PANELIST.addresses[0])
    send, learned = WebChannel.send, list[bool]()

    async def learns_behind(channel: WebChannel, address: Address, message: OutgoingMessage) -> str:
        reference = await send(channel, address, message)
        if not learned:
            learned.append(True)
            # In this moment the name is known, and the line not yet.
            await told.society.change(lambda transaction: transaction.deliveries.reword(told.question_id, _clean))
            if is_killed:
                raise Killed
        return reference

    monkeypatch.setattr(WebChannel, "send", learns_behind)
    if is_killed:
        with pytest.raises(Killed):
            await told.send(page)
    await told.send(page)

    (line,) = [line for line in await told.society.lines(PANELIST) if line.cause == page.id]
    assert line.payload["quoted"] == {"value": "[name] M50s COVID. PE?", "replacements": []}


async def test_what_lay_on_a_phone_that_was_stopped_is_said_again_elsewhere(told: Told) -> None:
    phone, page = address_of(PANELIST), PANELIST.addresses[0]
    await told.society.change_member(PANELIST, addresses=(phone, page), stopped=frozenset({phone}))
    before = (await told.society.told(PANELIST)).count(CARD)

    await told.society.change(told.learn)
    await told.room.later()

    assert (await told.society.told(PANELIST)).count(CARD) == before + 1


async def test_answer_that_comes_to_our_own_page_too_late_has_its_stamp(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, marked = WebChannel.send, list[bool]()

    async def marks_behind(channel: WebChannel, address: Address, message: OutgoingMessage) -> str:
        if message.key in ANSWER_KEYS and not marked:
            marked.append(True)
            await told.society.press(SECOND, Action.WRONG_PATIENT, told.question_id)
        return await send(channel, address, message)

    monkeypatch.setattr(WebChannel, "send", marks_behind)
    await told.society.press(PANELIST, Action.ANSWER, told.question_id, {"text": "CTPA now."})
    await told.room.later()

    (answer,) = [line for line in await told.society.lines(MEMBER) if line.payload["key"] in ANSWER_KEYS]
    assert (marked, str(answer.payload["text"]).startswith("⛔")) == ([True], True)


async def test_message_that_settles_while_its_patient_turns_out_wrong_goes(
    told_by_many: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, looked, settled = told_by_many, Event(), Event()
    page = replace(told.page, id=DeliveryId("shown"), images=(ImageId("image"),))
    marking = []

    def mark(transaction: Transaction) -> None:
        question = transaction.questions.lock(told.question_id)
        stamp_what_was_sent(told.society.services, transaction, question.id)
        looked.set()
        settled.wait(PATIENCE)
        transaction.questions.save(replace(question, wrong_patient_at=question.created_at))

    async def begins_to_mark() -> None:
        marking.append(asyncio.ensure_future(told.society.change(mark)))
        await asyncio.to_thread(looked.wait, PATIENCE)

    arrived = _behind(monkeypatch, page, begins_to_mark)
    await told.send(page)
    settled.set()
    await marking[0]
    await told.room.later()

    assert arrived[0] in told.room.chat.retracted


def _behind(monkeypatch: pytest.MonkeyPatch, delivery: Delivery, happens: Callable[[], Awaitable[None]]) -> list[str]:
    """Have something happen once a message has arrived and is not settled; returns what its service called it."""
    send, arrived = RoomChannel.send, []

    async def happens_behind(channel: RoomChannel, address: Address, message: OutgoingMessage) -> str:
        reference = await send(channel, address, message)
        if message.delivery_id == delivery.id:
            arrived.append(reference)
            await happens()
        return reference

    monkeypatch.setattr(RoomChannel, "send", happens_behind)
    return arrived
