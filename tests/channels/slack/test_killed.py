"""A process that is killed while it posts in a panel's channel: what the next one posts stands there once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from domain.errors import TransientError
from domain.messages import Address
from domain.ports.channel import Placed, RoomView
from tests.fakes.slack_world import QUESTION, SlackWorld, message
from tests.peers.slack.faults import Fault

LONG = message("\n".join(f"line {number} " + "x" * 90 for number in range(400)), question_id=QUESTION)
NOTHING = Placed(thread="", card="")


@dataclass(slots=True, kw_only=True)
class Kill(Fault):
    """Whoever calls is dead before the answer comes."""

    task: asyncio.Task[Any]

    def answer(self, request: web.Request) -> web.Response:
        self.task.cancel()
        return Fault.answer(self, request)


async def die_at(
    world: SlackWorld, method: str, work: Coroutine[Any, Any, Any], *, is_done: bool = True, once_kept: bool = False
) -> None:
    """Work until Slack is asked for something, and has done it or not; `once_kept`, until that is after a note."""
    task = asyncio.create_task(work)
    kill = Kill(method=method, channel=None, times=1, status=0, after_effect=is_done, task=task)
    plan = world.slack.faults.planned
    if once_kept:
        world.rows.when_kept = partial(plan.append, kill)
    else:
        plan.append(kill)
    with pytest.raises(asyncio.CancelledError):
        await task
    world.rows.when_kept = lambda: None


async def replies(kim: Any, placed: Placed) -> list[str]:
    """Return the references of what stands below a card."""
    channel, _, timestamp = placed.thread.partition("/")
    return [f"{each.channel}/{each.ts}" for each in (await kim.sees(channel, thread=timestamp))[1:]]


async def begin_again(heir: SlackWorld, room: Address, placed: Placed) -> None:
    """Look for what nobody knows of, as it is done after every kill."""
    known = frozenset({placed.card, *(reference for _, reference in heir.rows.in_rooms)})
    await heir.channel.take_out_strays(room, placed, QUESTION, known=known)


@pytest.fixture
async def placed(world, room):
    return await world.channel.open_thread(room, RoomView(title="Q417", card=message("M", question_id=QUESTION)))


@pytest.fixture
async def heir(slack, world):
    """The next process, on the same rows."""
    made = SlackWorld(slack, rows=world.rows)
    yield made
    await made.channel.close()


@pytest.mark.parametrize(("once_kept", "is_done"), [(False, True), (True, False), (True, True)])
async def test_message_in_parts_stands_there_once(kim, world, room, placed, heir, once_kept, is_done):
    work = world.channel.post(room, placed, LONG)
    await die_at(world, "chat.postMessage", work, is_done=is_done, once_kept=once_kept)

    await begin_again(heir, room, placed)
    reference = await heir.channel.post(room, placed, LONG)

    assert await replies(kim, placed) == reference.split(",")


async def test_parts_before_a_death_that_posted_nothing_stand_there_once(slack, kim, world, room, placed, heir):
    world.rows.when_kept = lambda: slack.faults.rate_limit("chat.postMessage")
    with pytest.raises(TransientError, match="slack_busy"):
        await world.channel.post(room, placed, LONG)
    world.rows.when_kept = lambda: None

    reference = await heir.channel.post(room, placed, LONG)

    assert await replies(kim, placed) == reference.split(",")


async def test_pictures_that_stood_before_their_words_stand_there_once(slack, kim, world, room, placed, heir):
    said = message("more", images=(world.image("one"),), question_id=QUESTION)
    await die_at(world, "files.completeUploadExternal", world.channel.post(room, placed, said))
    (lost,) = world.rows.in_rooms

    await begin_again(heir, room, placed)
    _, picture = (await heir.channel.post(room, placed, said)).split(",")

    deleted = [call.arguments["file"] for call in slack.record.of("files.delete")]
    assert (deleted, picture in deleted) == ([lost[1]], False)
    assert world.rows.in_rooms == [(room, picture)]


async def test_card_goes_behind_the_pictures_below_it(slack, kim, world, room, heir):
    view = RoomView(title="Q417", card=message("M", images=(world.image("one"),), question_id=QUESTION))
    await die_at(world, "files.completeUploadExternal", world.channel.open_thread(room, view))
    (first,) = await kim.sees(room.external_id)

    await begin_again(heir, room, NOTHING)
    placed = await heir.channel.open_thread(room, view)

    taken = [call.method for call in slack.record.calls if call.method.endswith(".delete")]
    cards = [post.ts for post in await kim.sees(room.external_id) if post.blocks]
    assert taken == ["files.delete", "chat.delete"]
    assert (cards, first.ts in placed.card) == ([placed.card.partition("/")[2]], False)


@pytest.mark.parametrize(("refusal", "is_posted"), [("some_new_word", True), ("not_in_channel", False)])
async def test_part_that_slack_keeps_holds_up_no_words(slack, world, room, placed, heir, refusal, is_posted):
    await die_at(world, "chat.postMessage", world.channel.post(room, placed, LONG), is_done=False, once_kept=True)
    ((_, _, stays),) = world.rows.begun
    slack.faults.refuse("chat.delete", refusal)

    (ended,) = await asyncio.gather(heir.channel.post(room, placed, LONG), return_exceptions=True)

    assert isinstance(ended, str) is is_posted
    assert ("parts_left_behind" in heir.log.events) is is_posted
    # It goes with the thread.
    assert stays in {reference for _, reference in world.rows.in_rooms}


async def test_card_that_could_not_be_noted_is_looked_for(world, room):
    def fail() -> None:
        raise TransientError("database_busy")

    world.rows.when_kept = fail
    card = message("M, 50s", token=None, question_id=QUESTION, images=(world.image("one"),))

    with pytest.raises(TransientError, match="database_busy") as failed:
        await world.channel.open_thread(room, RoomView(title="Q417", card=card))

    assert failed.value.is_unsure
