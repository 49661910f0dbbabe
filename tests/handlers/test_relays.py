"""What was sent about a question leaves its services after the close; who has blocked us is told elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import ClearPhone, RemoveRelay, RemoveThread, WatchRooms
from domain.errors import PermanentError, RoomMovedError
from domain.ids import DeliveryId
from domain.messages import Action, Address
from domain.ports.channel import Copies
from domain.ports.jobs import JobState
from domain.ports.store import Transaction
from handlers.sent import note_sent
from handlers.stopping import stop_blocked
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, Society

A_WEEK = timedelta(days=7, minutes=1)


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _reached_by_chat(room: PanelRoom, *members) -> None:
    for member in members:
        await room.society.change_member(member, addresses=(address_of(member), *member.addresses))


async def test_thread_is_removed_a_week_after_the_close(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)

    await room.later(timedelta(days=6))
    before = list(room.chat.removed)
    await room.later(timedelta(days=1, minutes=1))

    assert before == []
    (thread, references) = room.chat.removed[0]
    assert (thread, len(references)) == ("thread-1", 4)
    assert (await room.thread_of(question_id)).removed_at is not None


async def test_thread_that_somebody_has_deleted_is_not_asked_for(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.threads.clear()
    await room.society.settle(question_id)
    await room.later()
    removed = len(room.chat.removed)

    await room.later(A_WEEK)

    assert len(room.chat.removed) == removed


async def test_reopened_question_keeps_its_thread(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.society.press(MEMBER, Action.REOPEN, question_id)

    await room.later(A_WEEK)

    assert room.chat.removed == []


async def test_messages_about_the_case_are_taken_back(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER, PANELIST)
    question_id = await room.ask()
    await room.society.settle(question_id)

    await room.later(A_WEEK)

    keys = [room.chat.sent[int(each.removeprefix("message-")) - 1][1].key for each in room.chat.retracted]
    assert "question.answer_without_confidence" in keys
    assert "panel.card_urgent" in keys
    assert "question.closed" not in keys


async def test_lost_phone_keeps_nothing_of_a_case(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER, PANELIST)
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})

    await room.society.say(MEMBER, "/lost")
    await room.later()

    keys = [room.chat.sent[int(each.removeprefix("message-")) - 1][1].key for each in room.chat.retracted]
    assert "question.answer_without_confidence" in keys
    assert "panel.card_urgent" not in keys


async def test_member_who_leaves_keeps_nothing_of_a_case(room: PanelRoom) -> None:
    await _reached_by_chat(room, PANELIST)
    await room.ask()

    await room.society.press(COORDINATOR, Action.OFFBOARD, fields={"member": PANELIST.id})
    await room.later()

    keys = [room.chat.sent[int(each.removeprefix("message-")) - 1][1].key for each in room.chat.retracted]
    assert "panel.card_urgent" in keys


async def test_lost_phone_whose_service_takes_nothing_back_is_let_be(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)
    question_id = await room.ask()
    (sent, *_) = await room.society.read(lambda transaction: transaction.sent.about(question_id))
    await room.society.change_member(MEMBER)
    room.chat.capabilities = replace(room.chat.capabilities, copies=Copies.FINAL)

    await dispatch(room.society.services, ClearPhone(delivery_id=sent.id))

    assert room.chat.retracted == []


async def test_phone_that_was_found_again_keeps_its_messages(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)
    question_id = await room.ask()
    await room.society.settle(question_id)
    (sent, *_) = await room.society.read(lambda transaction: transaction.sent.about(question_id))

    await dispatch(room.society.services, ClearPhone(delivery_id=sent.id))

    assert room.chat.retracted == []


async def test_message_that_stays_is_no_defect(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    room.chat.troubles += [PermanentError("too_late")] * 9

    await room.later(A_WEEK)

    assert "message_stayed" in room.society.log.events


async def test_message_for_good_is_left_alone(room: PanelRoom) -> None:
    room.chat.capabilities = replace(room.chat.capabilities, copies=Copies.FINAL)
    await _reached_by_chat(room, MEMBER)
    question_id = await room.ask()
    await room.society.settle(question_id)

    await room.later(A_WEEK)

    assert room.chat.retracted == []


async def test_thread_that_is_gone_counts_as_removed(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    room.chat.troubles.append(PermanentError("thread_gone"))

    await room.later(A_WEEK)

    assert (await room.thread_of(question_id)).removed_at is not None
    assert "room.not_removed" not in await room.society.told(COORDINATOR)


async def test_thread_in_a_room_we_were_put_out_of_is_the_coordinators(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    room.chat.troubles += [PermanentError("room_gone")] * 2

    await room.later(A_WEEK)

    assert "room.not_removed" in await room.society.told(COORDINATOR)


async def test_thread_that_a_missing_right_keeps_goes_once_it_is_there(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    # Once a week after the close, and once more as the images are erased.
    room.chat.troubles += [PermanentError("room_rights")] * 2
    await room.later(A_WEEK)
    stood = len(room.chat.threads)

    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later()

    assert (stood, room.chat.threads) == (1, {})
    assert "room.not_removed" in await room.society.told(COORDINATOR)
    assert not (await room.thread_of(question_id)).is_open
    assert await room.society.queue.rows(JobState.PARKED) == ()


async def test_thread_that_never_goes_is_the_coordinators(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    room.chat.troubles.append(PermanentError("not_deletable"))

    await room.later(A_WEEK)

    assert "room.not_removed" in await room.society.told(COORDINATOR)
    assert (await room.thread_of(question_id)).removed_at is not None


async def test_withdrawn_question_leaves_the_panels_chats(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER, PANELIST)
    question_id = await room.ask()

    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    keys = [room.chat.sent[int(each.removeprefix("message-")) - 1][1].key for each in room.chat.retracted]
    assert "panel.card_urgent" in keys
    assert "question.withdrawn" not in keys
    assert room.chat.threads == {}


async def test_card_that_was_on_its_way_at_the_withdrawal_is_taken_back(room: PanelRoom) -> None:
    await _reached_by_chat(room, PANELIST)
    question_id = await room.ask(action=Action.SEND_URGENT)
    (card, *_) = await room.society.read(lambda transaction: transaction.sent.about(question_id))
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()
    late = replace(card, id=DeliveryId("late"), subject="late")

    def arrive(transaction: Transaction) -> None:
        transaction.deliveries.add(late)
        note_sent(room.society.services, transaction, late, reference="message-late")

    await room.society.change(arrive)
    await room.later()

    assert room.chat.retracted[-1] == "message-late"


async def test_nothing_is_removed_by_the_numbers_of_a_room_that_has_moved(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    room.chat.troubles.append(RoomMovedError(Address(channel="chat", external_id="-200")))

    await room.later(A_WEEK)

    assert "remove -200" not in room.chat.calls
    threads = await room.society.read(lambda transaction: transaction.rooms.threads_of(question_id))
    assert not any(thread.is_open for thread in threads)
    assert "room.moved" in await room.society.told(COORDINATOR)


async def test_blocked_member_is_told_elsewhere(room: PanelRoom) -> None:
    await _reached_by_chat(room, PANELIST)
    room.chat.blocked.add(address_of(PANELIST).external_id)

    await room.ask()

    told = await room.society.told(PANELIST)
    assert "phone.blocked" in told
    assert "panel.card_urgent" in told
    assert "phone.stopped_on_call" in await room.society.told(COORDINATOR)


async def test_blocked_address_is_used_again_once_it_writes(room: PanelRoom) -> None:
    await _reached_by_chat(room, PANELIST)
    room.chat.blocked.add(address_of(PANELIST).external_id)
    await room.ask()
    room.chat.blocked.clear()

    await room.society.receive(replace(room.society.message(PANELIST), channel="chat", sender=address_of(PANELIST)))
    member = await room.society.read(lambda transaction: transaction.members.get(PANELIST.id))

    assert member.stopped == frozenset()
    assert "phone.started" in room.chat.keys_to(address_of(PANELIST).external_id)


async def test_who_is_reached_nowhere_else_is_not_told(room: PanelRoom) -> None:
    await room.society.change_member(PANELIST, addresses=(address_of(PANELIST),))
    room.chat.blocked.add(address_of(PANELIST).external_id)

    await room.ask()

    assert "address_blocked" in room.society.log.events
    assert room.chat.keys_to(address_of(PANELIST).external_id) == []


async def test_asker_who_is_reached_nowhere_is_called(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.change_member(MEMBER, addresses=(address_of(MEMBER),))
    room.chat.blocked.add(address_of(MEMBER).external_id)

    await room.society.press(PANELIST, Action.CLAIM, question_id)

    assert "phone.stopped_by_asker" in await room.society.told(COORDINATOR)
    assert "phone.stopped_by_asker" in await room.society.told(PANELIST)


async def test_stranger_who_blocks_us_is_nobodys_concern(room: PanelRoom) -> None:
    stranger = Address(channel="chat", external_id="somebody")
    room.chat.blocked.add(stranger.external_id)

    await room.society.receive(replace(room.society.message(MEMBER), channel="chat", sender=stranger))

    assert "delivery_died" in room.society.log.events
    assert "address_blocked" not in room.society.log.events


async def test_blocked_asker_is_no_matter_of_the_rota(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)
    room.chat.blocked.add(address_of(MEMBER).external_id)

    await room.ask()

    told = await room.society.told(COORDINATOR)
    assert "phone.blocked" in await room.society.told(MEMBER)
    assert [key for key in told if key.startswith("phone.")] == []


async def test_blocked_address_is_stopped_once(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)

    def stop(transaction: Transaction) -> None:
        member = transaction.members.get(MEMBER.id)
        stop_blocked(room.society.services, transaction, member, address=address_of(MEMBER), cause="blocked")

    await room.society.change(stop)
    await room.society.change(stop)

    assert room.society.log.events.count("address_blocked") == 1


async def test_removal_of_an_earlier_close_removes_nothing(room: PanelRoom) -> None:
    await _reached_by_chat(room, MEMBER)
    question_id = await room.ask()
    await room.society.settle(question_id)
    sent = await room.society.read(lambda transaction: transaction.sent.about(question_id))

    for command in (
        RemoveRelay(delivery_id=sent[0].id, closing=9),
        RemoveThread(question_id=question_id, channel="chat", room="-100", closing=9),
        RemoveThread(question_id=question_id, channel="chat", room="-999", closing=1),
    ):
        await dispatch(room.society.services, command)

    assert (room.chat.retracted, room.chat.removed) == ([], [])


async def test_former_member_who_blocks_us_is_left_alone(room: PanelRoom) -> None:
    await room.society.change_member(MEMBER, active=False, addresses=(address_of(MEMBER), *MEMBER.addresses))
    room.chat.blocked.add(address_of(MEMBER).external_id)

    await room.society.receive(replace(room.society.message(MEMBER), channel="chat", sender=address_of(MEMBER)))

    assert "address_blocked" not in room.society.log.events
    assert await room.society.told(MEMBER) == []
