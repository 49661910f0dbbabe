"""Rooms are looked after: who is in them, whether they can be written to, and what they have missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import WatchRooms
from domain.delivery import Delivery, DeliveryState, Priority
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.messages import Action, Address
from domain.ports.jobs import JobState
from domain.room import Suspension
from handlers.room_words import leave_room
from tests.fakes.panel_room import CHEST, PanelRoom, address_of, open_room
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _watch(room: PanelRoom, *, only: str = "") -> None:
    command = WatchRooms(at=room.society.now, channel="chat" if only else "", room=only)
    await dispatch(room.society.services, command)
    await room.later()


async def _suspended(room: PanelRoom) -> Suspension:
    found = await room.room()
    assert found is not None
    return found.suspended


async def _sent(room: PanelRoom) -> Sequence[Delivery]:
    return await room.society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.SENT))


async def _let_in(room: PanelRoom, *strangers: str) -> None:
    assert room.chat.people is not None
    room.chat.people |= frozenset(strangers)
    await _watch(room)


async def test_stranger_in_the_room_stops_words_and_images(room: PanelRoom) -> None:
    await _let_in(room, "chat-somebody")

    question_id = await room.ask("PE?", SLICE)
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "looks like OP"})
    await room.later()

    view = room.chat.only.view
    assert (view.title, view.card.quoted, view.card.images, room.chat.only.posts) == ("🔴 Q1", None, (), [])
    assert [choice.action for choice in view.card.choices] == [Action.CLAIM, Action.PASS]
    (page,) = [each for each in await _sent(room) if each.key == "room.strangers"]
    assert (page.member_id, page.priority) == (COORDINATOR.id, Priority.URGENT)


async def test_card_that_stands_loses_its_words_while_a_stranger_is_there(room: PanelRoom) -> None:
    question_id = await room.ask("PE?")
    right = room.chat.people

    await _let_in(room, "chat-somebody")
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "looks like OP"})
    bare = room.chat.only.view
    room.chat.people = right
    await _watch(room)

    assert (bare.title, bare.card.quoted) == ("🔴 Q1", None)
    assert room.chat.only.view.card.quoted is not None
    assert room.chat.only.keys == ["room.note"]


async def test_coordinator_is_told_which_member_reads_along(room: PanelRoom) -> None:
    await room.society.change_member(COLLEAGUE, addresses=(*COLLEAGUE.addresses, address_of(COLLEAGUE)))

    await _let_in(room, address_of(COLLEAGUE).external_id)
    await _watch(room)

    said = [line.payload for line in await room.society.lines(COORDINATOR) if line.payload["key"] == "room.strangers"]
    assert len(said) == 1
    assert COLLEAGUE.display_name in str(said[0]["text"])


async def test_missing_panelist_stops_images_alone(room: PanelRoom) -> None:
    room.chat.people = frozenset(address_of(member).external_id for member in (PANELIST, COORDINATOR))
    await _watch(room)

    await room.ask("PE?", SLICE)

    card = room.chat.only.view.card
    assert (card.images, card.quoted is None) == ((), False)
    assert "Images are not shown" in card.text


async def test_missing_panelist_is_named_to_the_coordinator(room: PanelRoom) -> None:
    room.chat.people = frozenset(address_of(member).external_id for member in (PANELIST, COORDINATOR))

    await _watch(room)
    await _watch(room)

    said = [line.payload for line in await room.society.lines(COORDINATOR) if line.payload["key"] == "room.roster"]
    assert len(said) == 1
    assert SECOND.display_name in str(said[0]["text"])


async def test_images_go_again_when_the_people_are_right(room: PanelRoom) -> None:
    right = room.chat.people
    room.chat.people = frozenset()
    await _watch(room)
    await room.ask("PE?", SLICE)

    room.chat.people = right
    await _watch(room)

    assert await _suspended(room) is Suspension.NONE
    assert [(post.key, len(post.images)) for post in room.chat.only.posts] == [("room.images", 1)]
    assert "room.roster_right" in await room.society.told(COORDINATOR)


async def test_pictures_that_came_late_come_once(room: PanelRoom) -> None:
    right = room.chat.people
    room.chat.people = frozenset()
    await _watch(room)
    question_id = await room.ask("PE?", SLICE)
    room.chat.people = right
    await _watch(room)

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await _watch(room)

    assert room.chat.only.keys == ["room.images"]


async def test_images_added_while_none_are_shown_come_later(room: PanelRoom) -> None:
    question_id = await room.ask()
    right = room.chat.people
    room.chat.people = frozenset()
    await _watch(room)
    upload = await room.society.upload(MEMBER, SLICE)
    await room.society.say(MEMBER, "one more", uploads=[upload], to=question_id)
    await room.society.confirm_all(MEMBER, question_id)
    await room.later()

    room.chat.people = right
    await _watch(room)

    posted = [(post.key, len(post.images)) for post in room.chat.only.posts]
    assert posted == [("panel.information", 0), ("panel.images_added", 0), ("room.images", 1)]


async def test_late_pictures_that_are_refused_are_left_out(room: PanelRoom) -> None:
    right = room.chat.people
    room.chat.people = frozenset()
    await _watch(room)
    await room.ask("PE?", SLICE)
    room.chat.people = right

    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later(timedelta(seconds=1))
    room.chat.troubles.append(PermanentError("message_refused"))
    await room.later()

    assert room.chat.only.posts == []
    assert [call for call in room.chat.calls if call.startswith("post")] == ["post -100"]


async def test_coordinator_is_paged_each_time_the_people_differ(room: PanelRoom) -> None:
    right = room.chat.people

    for people in (frozenset[str](), right, frozenset[str]()):
        room.chat.people = people
        await _watch(room)

    assert (await room.society.told(COORDINATOR)).count("room.roster") == 2


async def test_room_with_other_troubles_is_paged_for_once_a_day(room: PanelRoom) -> None:
    room.chat.people = frozenset()

    for _ in range(3):
        room.chat.troubles = [PermanentError("room_rights")]
        await _watch(room)
        await _watch(room)

    assert (await room.society.told(COORDINATOR)).count("room.roster") == 1


async def test_lost_phone_in_the_room_reads_nothing_more(room: PanelRoom) -> None:
    await room.society.say(SECOND, "/lost")
    await room.later()
    await room.ask("PE?")

    told = [line.payload for line in await room.society.lines(COORDINATOR) if line.payload["key"] == "room.put_out"]
    assert await _suspended(room) is Suspension.STRANGERS
    assert room.chat.only.view.card.quoted is None
    assert [SECOND.display_name in str(each["text"]) for each in told] == [True]


async def test_room_is_looked_into_when_somebody_leaves_the_panel(room: PanelRoom) -> None:
    await room.society.press(COORDINATOR, Action.OFFBOARD, fields={"member": SECOND.id})
    await room.later()

    assert await _suspended(room) is Suspension.STRANGERS
    assert (await room.society.told(COORDINATOR)).count("room.put_out") == 1


async def test_who_has_left_is_no_panelist_any_more(room: PanelRoom) -> None:
    await room.society.change_member(SECOND, active=False, addresses=(address_of(SECOND),))

    await _watch(room)

    assert await _suspended(room) is Suspension.STRANGERS


async def test_room_that_shows_everything_is_left_as_it_is(room: PanelRoom) -> None:
    await room.ask()

    await _watch(room)

    assert room.chat.calls == ["open -100", "roster -100 3"]


@pytest.mark.parametrize("troubles", [[], [PermanentError("room_gone")]])
async def test_room_that_is_forgotten_while_it_is_watched_is_let_go(room: PanelRoom, troubles: list[Exception]) -> None:
    async def forget() -> None:
        await room.society.change(lambda transaction: transaction.rooms.remove(CHEST))

    room.chat.meanwhile, room.chat.people, room.chat.troubles = forget, frozenset(), troubles

    await _watch(room)

    assert await room.society.told(COORDINATOR) == []


async def test_service_that_does_not_tell_stops_nothing(room: PanelRoom) -> None:
    room.chat.people = None

    await _watch(room)

    assert await _suspended(room) is Suspension.NONE


async def test_other_rooms_are_left_alone(room: PanelRoom) -> None:
    await _watch(room, only="-999")
    none = list(room.chat.calls)
    await _watch(room, only=CHEST.external_id)

    assert none == []
    assert room.chat.calls == ["roster -100 3"]


async def test_broken_room_is_taken_up_again(room: PanelRoom) -> None:
    room.chat.troubles.append(PermanentError("room_rights"))
    await room.ask()
    assert await _suspended(room) is Suspension.RIGHTS

    await _watch(room)

    assert room.chat.only.view.title.startswith("🔴")
    assert "room.roster_right" not in await room.society.told(COORDINATOR)


@pytest.mark.parametrize(("code", "why"), [("room_gone", Suspension.GONE), ("chat_forbidden", Suspension.RIGHTS)])
async def test_room_that_cannot_be_looked_into_is_set_aside(room: PanelRoom, code: str, why: Suspension) -> None:
    room.chat.troubles.append(PermanentError(code))

    await _watch(room)

    assert await _suspended(room) is why


async def test_service_that_is_away_is_asked_next_time(room: PanelRoom) -> None:
    room.chat.troubles.append(TransientError("chat_away"))

    await _watch(room)

    assert await _suspended(room) is Suspension.NONE
    assert "room_not_watched" in room.society.log.events


async def test_room_that_was_named_is_looked_into_until_it_is_seen(room: PanelRoom) -> None:
    room.chat.troubles.append(TransientError("chat_away"))

    with pytest.raises(TransientError, match="chat_away"):
        await _watch(room, only=CHEST.external_id)

    assert "room_not_watched" in room.society.log.events


async def test_what_was_hidden_meanwhile_leaves_the_room(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(PermanentError("room_rights"))
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    await _watch(room)

    assert room.chat.threads == {}


async def test_room_that_is_back_with_strangers_shows_nothing(room: PanelRoom) -> None:
    room.chat.troubles.append(PermanentError("room_gone"))
    await room.ask()

    await _let_in(room, "chat-somebody")

    assert await _suspended(room) is Suspension.NEW
    assert room.chat.threads == {}


async def test_moved_room_is_known_by_its_new_id(room: PanelRoom) -> None:
    there = Address(channel="chat", external_id="-200")
    room.chat.troubles.append(RoomMovedError(there))

    await _watch(room)

    rooms = await room.society.read(lambda transaction: transaction.rooms.all())
    assert [each.address for each in rooms] == [there]


async def test_question_that_was_missed_is_shown(room: PanelRoom) -> None:
    services = room.society.services
    room.society.services = replace(services, channels={"web": services.channels["web"]})
    await room.ask()
    room.society.services = services
    assert room.chat.threads == {}

    await _watch(room)

    assert room.chat.only.view.title.startswith("🔴")


async def test_what_stands_in_a_forgotten_room_is_taken_out(room: PanelRoom) -> None:
    withdrawn, question_id = await room.ask(), await room.ask()
    await room.society.press(MEMBER, Action.WITHDRAW, withdrawn)
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    await room.society.change(lambda transaction: leave_room(room.society.services, transaction, CHEST))
    await room.later()
    await _watch(room)

    assert room.chat.threads == {}
    assert [call for call in room.chat.calls if call.startswith("remove")] == ["remove -100"] * 2
    assert await room.society.queue.rows(JobState.PARKED) == ()


async def test_place_that_is_no_room_cannot_be_left(room: PanelRoom) -> None:
    there = Address(channel="chat", external_id="-999")

    left = await room.society.change(lambda transaction: leave_room(room.society.services, transaction, there))

    assert not left


@pytest.mark.parametrize("code", ["room_gone", "room_rights"])
async def test_forgotten_room_that_is_closed_to_us_is_the_coordinators(room: PanelRoom, code: str) -> None:
    await room.ask()
    room.chat.troubles.append(PermanentError(code))

    await room.society.change(lambda transaction: leave_room(room.society.services, transaction, CHEST))
    await room.later()

    assert "room.not_removed" in await room.society.told(COORDINATOR)


async def test_question_of_another_panel_is_taken_out(room: PanelRoom) -> None:
    question_id = await room.ask()

    def hand_on(transaction) -> None:
        question = transaction.questions.lock(question_id)
        transaction.panels.save(replace(transaction.panels.get("chest"), id="heart", name="Heart"))
        transaction.questions.save(replace(question, panel_id="heart"))

    await room.society.change(hand_on)
    await _watch(room)

    assert room.chat.calls == ["open -100", "roster -100 3", "remove -100"]
    assert "room.roster" not in await room.society.told(MEMBER)
