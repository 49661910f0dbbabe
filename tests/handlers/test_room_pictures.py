"""Pictures in a panel's room: those that come with a card, those that follow, and how they leave it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dispatcher import dispatch
from deidentify.samples import thorax_ct
from domain.commands_services import WatchRooms
from domain.ids import DeliveryId
from domain.messages import Action
from domain.ports.store import Transaction
from domain.room import MOST_IMAGES
from handlers.room_view import late_pictures, scene_of
from tests.fakes.panel_room import CHEST, PanelRoom, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society

PAGES = ("room.roster", "room.strangers")


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def test_masked_image_leaves_the_room(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    (image,) = await room.society.images(question_id)
    fields = {"image": image.id, "x": "0", "y": "0", "width": "8", "height": "8"}

    await room.society.press(MEMBER, Action.MASK_MORE, question_id, fields)
    await room.later()

    assert len(room.chat.removed) == 1
    assert room.chat.only.view.card.images == ()


async def test_added_images_are_posted(room: PanelRoom) -> None:
    question_id = await room.ask()
    upload = await room.society.upload(MEMBER, SLICE)

    await room.society.say(MEMBER, "one more", uploads=[upload], to=question_id)
    await room.society.confirm_all(MEMBER, question_id)
    await room.later()

    posted = [post for post in room.chat.only.posts if post.key == "panel.images_added"]
    assert [len(post.images) for post in posted] == [1]


async def test_pictures_that_could_not_come_with_the_card_follow(room: PanelRoom) -> None:
    room.chat.lacks_images = True

    question_id = await room.ask("PE?", SLICE)
    await room.later()

    assert [(post.key, len(post.images)) for post in room.chat.only.posts] == [("room.images", 1)]
    assert len((await room.thread_of(question_id)).pictures) == 1


async def test_pictures_that_follow_take_the_place_of_those_that_were_cut_off(room: PanelRoom) -> None:
    room.chat.lacks_images = True
    question_id = await room.ask("PE?", *thorax_ct(2, edge=16))
    thread, (first, second) = await room.thread_of(question_id), await room.society.images(question_id)

    def tell(transaction: Transaction) -> tuple[DeliveryId, ...]:
        where, question = transaction.rooms.get(CHEST), transaction.questions.get(question_id)
        assert where is not None
        lying = (replace(thread, pictures=frozenset({each.object_id})) for each in (first, second))
        scenes = (scene_of(room.society.services, transaction, where, question=question, thread=each) for each in lying)
        posts = (late_pictures(each, room.chat.only.view.card) for each in scenes)
        return tuple(post.delivery_id for post in posts if post is not None)

    first_id, second_id = await room.society.read(tell)

    assert first_id == second_id


async def test_stack_is_shown_in_part(room: PanelRoom) -> None:
    await room.ask("PE?", *thorax_ct(12, edge=16))

    card = room.chat.only.view.card
    assert len(card.images) == MOST_IMAGES
    assert "2 more in the viewer" in card.text


async def test_images_that_are_added_twice_are_posted_once(room: PanelRoom) -> None:
    question_id = await room.ask()
    for text, file in zip(("one", "another"), thorax_ct(2, edge=16), strict=True):
        upload = await room.society.upload(MEMBER, file)
        await room.society.say(MEMBER, text, uploads=[upload], to=question_id)
        await room.society.confirm_all(MEMBER, question_id)
        await room.later()

    posted = [post for post in room.chat.only.posts if post.key == "panel.images_added"]

    assert [len(post.images) for post in posted] == [1, 1]
    assert posted[0].images != posted[1].images


async def _tapped(room: PanelRoom) -> list[str]:
    """Have the coordinator press the button under what they were told of the room; returns what they hear then."""
    line = next(line for line in reversed(await room.society.lines(COORDINATOR)) if line.payload["key"] in PAGES)
    await room.society.press(COORDINATOR, Action.REMOVE_ROOM_IMAGES, token=str(line.payload["token"]))
    await room.later()
    return await room.society.told(COORDINATOR)


async def _with(room: PanelRoom, people: frozenset[str]) -> None:
    room.chat.people = people
    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later()


@pytest.mark.parametrize("stranger", [True, False])
async def test_coordinator_takes_the_images_out_by_one_tap(room: PanelRoom, stranger: bool) -> None:
    await room.ask("PE?", SLICE)
    right = room.chat.people or frozenset()
    await _with(room, right | {"chat-somebody"} if stranger else frozenset())
    assert room.chat.threads["thread-1"].views[0].card.images != ()

    told = await _tapped(room)

    view = room.chat.only.view
    assert "room.images_going" in told
    assert (view.card.images, view.card.quoted is None) == ((), stranger)


async def test_images_go_that_are_removed_while_a_card_is_renewed(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    await _with(room, frozenset())
    told: list[str] = []

    async def tap() -> None:
        if room.chat.calls[-1].startswith("show") and not told:
            told.extend(await _tapped(room))

    room.chat.meanwhile = tap
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()
    await room.later()

    assert "room.images_going" in told
    assert (await room.thread_of(question_id)).pictures == frozenset()


async def test_images_come_back_when_the_people_are_right(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    right = room.chat.people or frozenset()
    await _with(room, right | {"chat-somebody"})
    await _tapped(room)

    await _with(room, right)

    assert [(post.key, len(post.images)) for post in room.chat.only.posts] == [("room.images", 1)]
    assert (await room.thread_of(question_id)).pictures


async def test_images_stay_where_the_people_are_right_again(room: PanelRoom) -> None:
    await room.ask("PE?", SLICE)
    right = room.chat.people or frozenset()
    await _with(room, frozenset())
    await _with(room, right)

    told = await _tapped(room)

    assert "error.room_right" in told
    assert list(room.chat.threads) == ["thread-1"]


async def test_closed_question_leaves_the_room_with_its_images(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    await room.society.settle(question_id)
    await room.later()
    await _with(room, frozenset())

    await _tapped(room)

    assert room.chat.threads == {}


async def test_room_without_images_offers_nothing_to_take_out(room: PanelRoom) -> None:
    await room.ask()

    await _with(room, frozenset())

    lines = [line.payload for line in await room.society.lines(COORDINATOR) if line.payload["key"] in PAGES]
    assert [line["choices"] for line in lines] == [[]]


async def test_room_is_its_coordinators_alone(room: PanelRoom) -> None:
    await room.ask("PE?", SLICE)
    await _with(room, frozenset())

    def hand_on(transaction: Transaction) -> None:
        (panel,) = transaction.panels.all()
        transaction.panels.save(replace(panel, coordinator_id=SECOND.id))

    await room.society.change(hand_on)
    told = await _tapped(room)

    assert "error.panels_coordinator_only" in told
    assert list(room.chat.threads) == ["thread-1"]
