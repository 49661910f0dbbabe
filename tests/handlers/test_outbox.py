"""Where somebody is told of a question: where they wrote of it last, as long as that still reaches them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.dispatcher import abandon, dispatch
from domain.commands import RouteMessage, SweepInbox
from domain.delivery import DeliveryState
from domain.messages import Action, Address
from tests.fakes.service_channel import CHAT, ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import MEMBER, PANELIST, Society


async def writes_by_chat(society: Society) -> None:
    """Have a message of the asker's come from a service that comes behind our pages among their addresses."""
    await connect_service(society)
    await society.change_member(MEMBER, addresses=(*MEMBER.addresses, CHAT))
    await society.intake.accept(from_service(society, "PE?"))


async def told_at(society: Society, key: str) -> list[Address]:
    """Return where it is said, before anything is sent."""
    planned = await society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.READY))
    return [delivery.address for delivery in planned if delivery.key == key]


async def asked_by_chat(society: Society) -> ServiceChannel:
    """Ask at a service that comes behind our pages among the asker's addresses."""
    chat = await connect_service(society)
    await society.change_member(MEMBER, addresses=(*MEMBER.addresses, CHAT))
    await write_here(society, "PE?")
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)
    return chat


async def test_asker_is_told_where_they_wrote(society: Society) -> None:
    chat = await asked_by_chat(society)

    assert [message.key for message in chat.sent] == ["draft.preview", "question.receipt_urgent"]


async def test_asker_who_stopped_that_phone_is_told_elsewhere(society: Society) -> None:
    await asked_by_chat(society)
    stopped = replace(MEMBER, addresses=(*MEMBER.addresses, CHAT), stopped=frozenset({CHAT}))
    await society.change(lambda transaction: transaction.members.save(stopped))
    question = (await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id)))[-1]

    await society.press(PANELIST, Action.CLAIM, question.id)

    assert (await society.told(MEMBER))[-1] == "question.claimed"


async def test_message_that_comes_to_nothing_is_told_where_it_was_written(society: Society) -> None:
    await writes_by_chat(society)
    (notice,) = await society.read(lambda t: t.inbox.unfinished(received_before=society.now + timedelta(hours=1)))

    await abandon(society.services, RouteMessage(inbox_id=notice.inbox_id))

    assert await told_at(society, "error.defect") == [CHAT]


async def test_message_about_to_expire_is_told_where_it_was_written(society: Society) -> None:
    await writes_by_chat(society)

    await dispatch(society.services, SweepInbox(at=society.now + timedelta(hours=23)))

    assert await told_at(society, "inbox.expiring") == [CHAT]
