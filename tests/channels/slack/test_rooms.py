"""A panel's channel: one thread a question, its card brought up to date, who is in it, and when it is gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import PermanentError, TransientError
from domain.messages import Action, Address
from domain.ports.channel import Placed, RoomView
from tests.fakes.slack_world import QUESTION, message
from tests.peers.slack.faults import Limit


def view(title: str, *actions: Action, **changes: object) -> RoomView:
    return RoomView(title=title, card=message("M, 50s", *actions, token=None, question_id=QUESTION, **changes))


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


@pytest.mark.parametrize("trouble", [TransientError("image_process_died"), MemoryError()])
async def test_card_comes_without_what_cannot_be_drawn(kim, world, room, trouble):
    world.renderer.troubles = [trouble]
    images = (world.image("one"), world.image("two"))

    placed = await world.channel.open_thread(room, view("🔴 Q417 PE?", images=images))

    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    is_late = isinstance(trouble, TransientError)
    assert ([len(each.files) for each in seen], placed.lacks_images) == ([0] if is_late else [0, 1], is_late)
    assert "picture_not_made" in world.log.events


async def test_words_about_pictures_go_alone_in_the_end(slack, kim, world, room):
    placed, said = await world.channel.open_thread(room, view("🔴 Q417")), message("more", images=(world.image("one"),))
    slack.faults.fail("upload", times=9)

    for _ in range(2):
        with pytest.raises(TransientError, match="pictures_late"):
            await world.channel.post(room, placed, replace(said, question_id=QUESTION))
    await world.channel.post(room, placed, replace(said, question_id=QUESTION))

    words = (await kim.sees(room.external_id, thread=placed.thread.partition("/")[2]))[-1]
    assert words.blocks[1]["text"]["text"] == f"<https://hilum.example.org/questions/{QUESTION}>"


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
        await world.channel.post(room, placed, message("more", images=(world.image("one"),), question_id=QUESTION))

    assert "pictures_left_behind" in world.log.events
    # They go with the thread, as what was posted there does.
    assert {(at, each.startswith("F")) for at, each in world.rows.in_rooms} == {(room, True)}


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


async def test_nothing_stays_in_the_room_of_what_was_to_be_said_below_a_deleted_card(slack, kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    await world.channel.remove(room, placed, ())
    added = message("Asker: one more", images=(world.image("one"),), question_id=QUESTION)

    with pytest.raises(PermanentError, match="thread_gone"):
        await world.channel.post(room, placed, added)

    assert [post.text for post in await kim.sees(room.external_id) if "one more" in post.text] == []
    assert slack.record.count("files.delete") == 1


async def test_removing_takes_everything_of_ours_the_card_last(slack, kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417", images=(world.image("one"),)))
    said = await world.channel.post(room, placed, message("Asker: CT 5 days ago"))

    for _ in range(2):
        await world.channel.remove(room, placed, (placed.card, said, *placed.others))

    deleted = [call.arguments["ts"] for call in slack.record.of("chat.delete")]
    assert not [post for post in await kim.sees(room.external_id) if "Q417" in str(post.blocks)]
    assert deleted == [reference.partition("/")[2] for reference in (said, placed.card)] * 2


async def test_removing_more_than_slack_deletes_a_minute_ends(slack, kim, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    replies = [message(f"note {number}", delivery_id=f"d{number}") for number in range(11)]
    references = tuple([await world.channel.post(room, placed, each) for each in replies])
    left = []

    for _ in range(3):
        slack.faults.limits["chat.delete"] = Limit(per_second=5, per_channel=False, window=60.0)
        with suppress(TransientError):
            await world.channel.remove(room, placed, references)
        left.append(len(list(await kim.sees(room.external_id, thread=placed.thread.partition("/")[2]))))
        world.clock.now += timedelta(seconds=60)

    assert left == [7, 2, 0]


async def test_what_is_gone_is_not_asked_for_again_what_stays_is_said(slack, world, room):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    said = await world.channel.post(room, placed, message("note"))
    slack.faults.refuse("chat.delete", "some_new_word")
    slack.faults.rate_limit("chat.delete")

    with pytest.raises(TransientError):
        await world.channel.remove(room, placed, (said,))
    world.clock.now += timedelta(seconds=2)
    with pytest.raises(PermanentError, match="slack_refused"):
        await world.channel.remove(room, placed, (said,))

    deleted = [call.arguments["ts"] for call in slack.record.of("chat.delete")]
    assert deleted == [each.partition("/")[2] for each in (said, placed.card, placed.card)]


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
async def test_card_that_may_not_be_changed_is_no_gone_thread(slack, world, room, code):
    placed = await world.channel.open_thread(room, view("🔴 Q417"))
    slack.faults.refuse("chat.update", code)

    with pytest.raises(PermanentError, match="slack_refused"):
        await world.channel.show(room, placed, view("🟡 Q417"))


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


@pytest.mark.parametrize("answer", ['{"ok": true}', '{"ok": true, "members": []}', '{"ok": true, "members": "U1"}'])
async def test_answer_without_a_list_says_nothing_of_the_roster(slack, world, room, answer):
    slack.faults.stand_in("conversations.members", text=answer, content_type="application/json")

    with pytest.raises(TransientError, match="slack_away"):
        await world.channel.roster(room)


async def test_roster_whose_pages_turn_in_a_circle_says_nothing_of_who_is_missing(slack, world, room):
    page = '{"ok": true, "members": ["U1"], "response_metadata": {"next_cursor": "same"}}'
    slack.faults.stand_in("conversations.members", text=page, content_type="application/json", times=2)

    with pytest.raises(TransientError, match="slack_unreadable"):
        await world.channel.roster(room)


async def test_public_channel_is_no_room(slack, kim, world):
    everybody = Address(channel="slack", external_id=await slack.channel("panel-open", kim, private=False))

    with pytest.raises(PermanentError, match="room_public"):
        await world.channel.roster(everybody)


def test_room_has_a_gate_of_its_own(world, room):
    gate = world.channel.room_gate(room)

    assert gate.channel == f"slack|{room.external_id}"
    assert gate.channel != world.channel.gate.channel
