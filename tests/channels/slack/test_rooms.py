"""A panel's channel: one thread a question, its card brought up to date, who is in it, and when it is gone."""

from __future__ import annotations

import pytest

from domain.errors import PermanentError, TransientError
from domain.messages import Action, Address
from domain.ports.channel import Placed, RoomView
from tests.fakes.slack_world import QUESTION, message


def view(title: str, *actions: Action, **changes: object) -> RoomView:
    return RoomView(title=title, card=message("M, 50s", *actions, token=None, question_id=QUESTION, **changes))


@pytest.fixture
async def kim(slack):
    return await slack.person("kim")


@pytest.fixture
async def room(slack, kim):
    return Address(channel="slack", external_id=await slack.channel("panel-chest", kim))


async def test_thread_opens_with_card_and_pictures_in_it(kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417 PE?", Action.CLAIM, images=(world.image("one"),)))

    card, pictures = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert card.blocks[0]["text"]["text"] == "🔴 Q417 PE?"
    assert (len(pictures.files), placed.others) == (1, (pictures.files[0]["id"],))
    assert placed.card == placed.thread == f"{room.external_id}/{card.ts}"


@pytest.mark.parametrize(("refusal", "lacks"), [("", True), ("invalid_arguments", False)])
async def test_card_says_that_its_pictures_could_not_come(slack, kim, world, room, refusal, lacks):
    if refusal:
        slack.faults.refuse("files.completeUploadExternal", refusal)
    else:
        slack.faults.fail("files.completeUploadExternal")

    placed = await world.channel.open_thread(room, view("🔴 Q417 PE?", images=(world.image("one"),)))

    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert ([len(each.files) for each in seen], placed.lacks_images) == ([0], lacks)


async def test_words_in_a_thread_wait_for_their_pictures(slack, kim, world, room):
    placed, said = await world.channel.open_thread(room, view("🔴 Q417")), message("more", images=(world.image("one"),))
    thread = placed.thread.partition("/")[2]
    slack.faults.fail("files.completeUploadExternal", after_effect=True)
    slack.faults.fail("chat.postMessage", channel=room.external_id)

    for _ in range(2):
        with pytest.raises(TransientError):
            await world.channel.post(room, placed, said)
    kept = {each.text for each in await kim.sees(room.external_id, thread=thread) if each.text or each.files}
    await world.channel.post(room, placed, said)

    pictures, words = (await kim.sees(room.external_id, thread=thread))[-2:]
    assert ("more" in kept, slack.record.count("files.delete")) == (False, 2)
    assert (len(pictures.files), words.text) == (1, "more")


async def test_pictures_that_cannot_be_taken_back_are_logged(slack, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    slack.faults.fail("chat.postMessage", channel=room.external_id)
    slack.faults.fail("files.delete")

    with pytest.raises(TransientError):
        await world.channel.post(room, placed, message("more", images=(world.image("one"),)))

    assert "pictures_left_behind" in world.log.events


async def test_words_do_not_wait_for_pictures_that_slack_never_takes(slack, kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    slack.faults.refuse("files.completeUploadExternal", "invalid_arguments")

    await world.channel.post(room, placed, message("more", images=(world.image("one"),)))

    assert (await kim.sees(room.external_id, thread=placed.thread.partition("/")[2]))[-1].text == "more"


async def test_card_changes_where_it_stands(kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417 PE?", Action.CLAIM))

    await world.channel.show(room, placed, view("🟡 Q417 Dr A", Action.ANSWER))

    (card,) = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert card.blocks[0]["text"]["text"] == "🟡 Q417 Dr A"
    assert card.blocks[-1]["elements"][0]["value"] == f"answer::{QUESTION}"


async def test_what_was_said_is_posted_in_the_thread(kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))

    reference = await world.channel.post(room, placed, message("Asker: CT 5 days ago"))

    said = (await kim.sees(room.external_id, thread=placed.thread.partition("/")[2]))[-1]
    assert (said.text, reference) == ("Asker: CT 5 days ago", f"{room.external_id}/{said.ts}")


async def test_removing_takes_everything_of_ours_the_card_last(slack, kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417", images=(world.image("one"),)))
    said = await world.channel.post(room, placed, message("Asker: CT 5 days ago"))

    for _ in range(2):
        await world.channel.remove(room, placed, (placed.card, said, *placed.others))

    deleted = [call.arguments["ts"] for call in slack.record.of("chat.delete")]
    assert not [post for post in await kim.sees(room.external_id) if "Q417" in str(post.blocks)]
    assert deleted == [reference.partition("/")[2] for reference in (said, placed.card)] * 2


async def test_deleted_card_is_a_gone_thread(world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    await world.channel.remove(room, placed, ())

    with pytest.raises(PermanentError, match="thread_gone"):
        await world.channel.show(room, placed, view("🟡 Q417"))


async def test_archived_or_left_room_is_gone(slack, kim, world, room):
    elsewhere = Address(channel="slack", external_id=await slack.channel("lunch", kim, has_app=False))
    with pytest.raises(PermanentError, match="room_gone"):
        await world.channel.open_thread(elsewhere, view("🔴 Q417"))

    await kim.archives(room.external_id)

    with pytest.raises(PermanentError, match="room_gone"):
        await world.channel.post(room, Placed(thread="C/1", card="C/1"), message())


async def test_roster_is_everybody_but_the_app(slack, kim, world, room):
    lee = await slack.person("lee")
    await kim.invites(lee.user_id, room.external_id)

    assert await world.channel.roster(room) == {kim.user_id, lee.user_id}


async def test_public_channel_is_no_room(slack, kim, world):
    everybody = Address(channel="slack", external_id=await slack.channel("panel-open", kim, private=False))

    with pytest.raises(PermanentError, match="room_public"):
        await world.channel.roster(everybody)


def test_room_has_a_gate_of_its_own(world, room):
    gate = world.channel.room_gate(room)

    assert gate.channel == f"slack|{room.external_id}"
    assert gate.channel != world.channel.gate.channel
