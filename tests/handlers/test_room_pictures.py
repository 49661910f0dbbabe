"""Pictures in a panel's room: those that come with a card, and those that follow."""

from __future__ import annotations

import pytest

from deidentify.samples import thorax_ct
from domain.messages import Action
from domain.room import MOST_IMAGES
from tests.fakes.panel_room import PanelRoom, open_room
from tests.fakes.society import MEMBER, SLICE, Society


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
