"""What was posted and never acknowledged is found again by what it carries: in a room it is taken out."""

from __future__ import annotations

import pytest

from channels.slack.calls import Calls
from channels.slack.options import SlackOptions
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.messages import Action, Address
from domain.ports.channel import Placed, RoomView, TracingChannel
from domain.text import DeidentifiedText
from tests.fakes.slack_world import QUESTION, SlackWorld, message

NOTHING = Placed(thread="", card="")
LONG = message("\n".join(f"line {number} " + "x" * 90 for number in range(400)), question_id=QUESTION)


def address_of(person) -> Address:
    return Address(channel="slack", external_id=person.user_id)


def card() -> RoomView:
    return RoomView(title="🔴 Q417", card=message("M, 50s", token=None, question_id=QUESTION))


async def test_card_that_was_never_acknowledged_is_taken_out(slack, kim, world, room):
    slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError) as lost:
        await world.channel.open_thread(room, card())
    stood = len(await kim.sees(room.external_id))

    await world.channel.take_out_strays(room, NOTHING, QUESTION, known=frozenset())

    assert isinstance(world.channel, TracingChannel)
    assert (lost.value.is_unsure, stood, await kim.sees(room.external_id)) == (True, 1, [])


async def test_what_is_known_and_what_is_about_others_stays(slack, kim, world, room):
    placed = await world.channel.open_thread(room, card())
    known = frozenset({await world.channel.post(room, placed, message("more", question_id=QUESTION))})
    await world.channel.post(room, placed, message("other", question_id=QuestionId("b" * 32)))
    await kim.writes("a note", channel=room.external_id, thread=placed.thread.partition("/")[2])
    before = [each.text for each in await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])]

    await world.channel.take_out_strays(room, placed, QUESTION, known=known | {placed.card})

    assert [each.text for each in await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])] == before


async def test_message_in_parts_is_posted_anew_as_a_whole(slack, kim, world, room):
    placed = await world.channel.open_thread(room, card())
    slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError):
        await world.channel.post(room, placed, LONG)

    await world.channel.take_out_strays(room, placed, QUESTION, known=frozenset({placed.card}))
    await world.channel.post(room, placed, LONG)

    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert "".join(str(each.blocks) for each in seen).count("line 0 ") == 1


async def test_part_that_stands_is_known_before_its_rest(slack, kim, world, room):
    placed = await world.channel.open_thread(room, card())
    world.rows.when_kept = lambda: world.rows.in_rooms[1:] or slack.faults.rate_limit("chat.postMessage")
    with pytest.raises(TransientError, match="slack_busy"):
        await world.channel.post(room, placed, LONG)
    other = SlackWorld(slack)

    reference = await other.channel.post(room, placed, LONG)
    await other.channel.close()

    known = {noted for _, noted in world.rows.in_rooms} | set(reference.split(","))
    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert {f"{each.channel}/{each.ts}" for each in seen} <= known | {placed.card}


async def test_rest_that_was_lost_goes_on_behind_what_is_known(slack, kim, world, room):
    placed = await world.channel.open_thread(room, card())
    world.rows.when_kept = lambda: world.rows.in_rooms[1:] or slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError):
        await world.channel.post(room, placed, LONG)

    known = frozenset(noted for _, noted in world.rows.in_rooms)
    await world.channel.take_out_strays(room, placed, QUESTION, known=known | {placed.card})
    reference = await world.channel.post(room, placed, LONG)

    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert [f"{each.channel}/{each.ts}" for each in seen][-len(reference.split(",")) :] == reference.split(",")
    assert "".join(str(each.blocks) for each in seen).count("line 0 ") == 1
    assert len(known) == 1


async def test_message_that_was_taken_without_a_word_is_not_sent_twice(slack, kim, world):
    answer = message("Answer", Action.HELPED, quoted=DeidentifiedText(value="No PE."), question_id=QUESTION)
    slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError) as lost:
        await world.channel.send(address_of(kim), answer)
    other = SlackWorld(slack)

    is_all = await other.channel.look_for(address_of(kim), answer)
    reference = await other.channel.send(address_of(kim), answer)
    await other.channel.close()

    [stands] = await kim.sees()
    assert (lost.value.is_unsure, is_all, reference) == (True, True, f"{stands.channel}/{stands.ts}")


async def test_parts_in_a_thread_are_gone_on_with(slack, kim, world):
    first = await world.channel.send(address_of(kim), message(question_id=QUESTION))
    world.was_sent(first, kim.user_id)
    world.rows.when_noted = lambda: slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError):
        await world.channel.send(address_of(kim), LONG)
    world.rows.when_noted = lambda: None

    assert await world.channel.look_for(address_of(kim), LONG)
    reference = await world.channel.send(address_of(kim), LONG)

    posts = await kim.sees(thread=first.partition("/")[2])
    assert [f"{each.channel}/{each.ts}" for each in posts if each.text != "Q417"] == reference.split(",")


async def test_message_that_says_something_else_by_now_is_sent_anew(slack, kim, world):
    slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError):
        await world.channel.send(address_of(kim), message("No PE.", question_id=QUESTION))
    stamped = message("Of another patient: do not use", question_id=QUESTION)

    assert await world.channel.look_for(address_of(kim), stamped)
    await world.channel.send(address_of(kim), stamped)

    assert [each.text for each in await kim.sees()] == ["Of another patient: do not use"]


async def test_words_wait_for_no_look_into_a_history(slack, kim, world):
    slack.faults.refuse("conversations.history", "missing_scope")

    is_all = await world.channel.look_for(address_of(kim), message(question_id=QUESTION))

    assert (is_all, "copies_not_found" in world.log.events) == (False, True)


async def test_what_tells_of_no_case_carries_nothing(slack, kim, world):
    await world.channel.send(address_of(kim), message("Hello"))
    await world.channel.send(address_of(kim), message("Answer", question_id=QUESTION))

    hello, answer = slack.record.of("chat.postMessage")
    carried = answer.arguments["metadata"]["event_payload"]
    assert "metadata" not in hello.arguments
    assert (carried["delivery"], "Answer" in str(carried)) == ("delivery", False)


async def test_history_that_may_not_be_read_is_said(slack, world, room):
    slack.faults.refuse("conversations.history", "missing_scope")

    with pytest.raises(PermanentError, match="room_rights"):
        await world.channel.take_out_strays(room, NOTHING, QUESTION, known=frozenset())


async def test_long_history_is_read_to_its_end(slack, kim, world, room):
    for number in range(3):
        await kim.writes(f"talk {number}", channel=room.external_id)
    await world.channel.open_thread(room, card())
    for number in range(210):
        await slack.workspace.emulated.call(
            "chat.postMessage", {"channel": room.external_id, "text": str(number)}, kim.token
        )

    await world.channel.take_out_strays(room, NOTHING, QUESTION, known=frozenset())

    assert not any(each.blocks for each in await kim.sees(room.external_id))


async def test_call_that_reached_nobody_was_not_made(world):
    options = SlackOptions(bot_token="xoxb-1", signing_secret="s", api_url="http://127.0.0.1:9/api/")
    calls = Calls(options, clock=world.clock, log=world.log)

    with pytest.raises(TransientError) as failed:
        await calls("auth.test")

    await calls.close()
    assert not failed.value.is_unsure
