"""A message to somebody whose acceptance was not heard: once more, and what may stand there twice is known as that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import Deliver
from domain.commands_services import TakeBack
from domain.delivery import Delivery, DeliveryState
from domain.ids import DeliveryId
from domain.messages import Action
from domain.ports.channel import Copies
from domain.question import Question
from domain.text import DeidentifiedText
from tests.fakes.service_channel import CHAT
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, Society
from tests.fakes.unheard_channel import LookingChannel, UnheardChannel

TOLD = "relay.perhaps_twice"
SOON = timedelta(minutes=2)


async def _reached_by(society: Society, chat: UnheardChannel) -> UnheardChannel:
    society.services = replace(society.services, channels={**society.services.channels, "chat": chat})
    await society.change_member(MEMBER, addresses=(CHAT, *MEMBER.addresses))
    return chat


async def _answered(society: Society, chat: UnheardChannel) -> Question:
    """Return a question whose answer was taken by the service, which nobody has heard, and then once more."""
    question = await society.ask(action=Action.SEND_ROUTINE)
    await _reached_by(society, chat)
    chat.unheard = 1
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await society.advance(SOON)
    return question


async def test_reader_looks_for_what_may_stand_there_twice(society: Society) -> None:
    chat = UnheardChannel()
    question = await _answered(society, chat)

    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)
    await society.advance(SOON)

    assert (chat.erased, chat.keys().count(TOLD)) == (["paper-2"], 1)


async def test_what_stands_there_once_is_looked_for_by_nobody(society: Society) -> None:
    question = await society.ask(action=Action.SEND_ROUTINE)
    chat = await _reached_by(society, UnheardChannel())
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)
    await society.advance(SOON)

    assert (chat.erased, chat.keys().count(TOLD)) == (["paper-1"], 0)


@pytest.mark.parametrize("finds", [True, False])
async def test_service_that_finds_it_again_leaves_nothing_to_look_for(society: Society, *, finds: bool) -> None:
    chat = LookingChannel(finds=finds)
    question = await _answered(society, chat)

    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)
    await society.advance(SOON)

    assert chat.looked == ["question.answer_without_confidence"]
    assert chat.keys().count(TOLD) == (not finds)


async def test_removal_after_the_close_tells_it_too(society: Society) -> None:
    chat = UnheardChannel()
    question = await _answered(society, chat)
    await society.press(MEMBER, Action.HELPED, question.id)

    await society.advance(timedelta(days=8))

    assert chat.keys().count(TOLD) == 1


async def test_whoever_has_left_is_asked_nothing(society: Society) -> None:
    chat = UnheardChannel()
    question = await _answered(society, chat)
    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": MEMBER.id})

    await society.press(PANELIST, Action.WRONG_PATIENT, question.id)
    await society.advance(SOON)

    assert chat.keys().count(TOLD) == 0


async def test_message_that_stays_for_good_is_not_marked(society: Society) -> None:
    chat = UnheardChannel()
    chat.capabilities = replace(chat.capabilities, copies=Copies.FINAL)
    question = await _answered(society, chat)

    [sent] = await society.read(lambda transaction: transaction.sent.about(question.id))
    assert not await society.read(lambda transaction: transaction.sent.is_unsure(sent.id))


async def test_list_that_was_cut_off_is_looked_for_even_if_none_is_known(society: Society) -> None:
    chat = await _reached_by(society, UnheardChannel())
    found = Delivery(
        id=DeliveryId("found"),
        address=CHAT,
        member_id=MEMBER.id,
        subject="found",
        key="find.found",
        values={"text": DeidentifiedText(value="Q1 Embolism")},
        state=DeliveryState.SENDING,
        created_at=society.now,
    )
    await society.change(lambda transaction: transaction.deliveries.add(found))
    await society.change_member(MEMBER, addresses=(CHAT, *MEMBER.addresses), stopped=frozenset({CHAT}))
    await dispatch(society.services, Deliver(delivery_id=found.id))
    await society.change_member(MEMBER, addresses=(CHAT, *MEMBER.addresses))

    await dispatch(society.services, TakeBack(delivery_id=found.id))
    await society.work()

    assert (chat.erased, chat.keys()) == ([], ["relay.perhaps_twice_list"])
