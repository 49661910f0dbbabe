"""What was posted in a room and never acknowledged is found again by what it carries, and taken out."""

from __future__ import annotations

import pytest

from channels.slack.calls import Calls
from channels.slack.options import SlackOptions
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Placed, RoomView, TracingChannel
from tests.fakes.slack_world import QUESTION, message

NOTHING = Placed(thread="", card="")


def card() -> RoomView:
    return RoomView(title="🔴 Q417", card=message("M, 50s", token=None, question_id=QUESTION))


@pytest.fixture
async def kim(slack):
    return await slack.person("kim")


@pytest.fixture
async def room(slack, kim):
    return Address(channel="slack", external_id=await slack.channel("panel-chest", kim))


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
    long = message("\n".join(f"line {number} " + "x" * 90 for number in range(400)), question_id=QUESTION)
    slack.faults.fail("chat.postMessage", after_effect=True)
    with pytest.raises(TransientError):
        await world.channel.post(room, placed, long)

    await world.channel.take_out_strays(room, placed, QUESTION, known=frozenset({placed.card}))
    await world.channel.post(room, placed, long)

    seen = await kim.sees(room.external_id, thread=placed.thread.partition("/")[2])
    assert "".join(str(each.blocks) for each in seen).count("line 0 ") == 1


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
