"""What Slack has given up to bring is read back: once, in its order, whatever happens in between."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.slack.history import moment_of
from channels.slack.pace import Pace
from channels.slack.reading_back import ReadingBack
from domain.errors import TransientError
from domain.history import ReadMark
from domain.ids import PanelId
from domain.messages import Address
from domain.outage import SHOWN_AFTER
from domain.room import Room, Suspension
from tests.fakes.slack_world import START, SlackWorld, message

A_MOMENT = timedelta(milliseconds=1)
QUICK = Pace(pause=A_MOMENT)


@pytest.fixture
async def world(slack):
    """The channel, by HTTP, while nothing is brought to it."""
    made = SlackWorld(slack, pace=QUICK)
    yield made
    await made.channel.close()


@pytest.fixture
async def kim(slack, world):
    """A member whose conversation was read up to now."""
    person = await slack.person("kim")
    world.enrol(person.user_id)
    await read_back(world)
    return person


@asynccontextmanager
async def listening(world, *, until="slack_read_back"):
    """Have the channel listen, once it has read what was written before, or has logged something else."""
    world.log.lines.clear()
    task = asyncio.create_task(world.channel.listen())
    await world.logged(until)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def read_back(world, *, until="slack_read_back"):
    async with listening(world, until=until):
        pass


def texts(world):
    return [taken.text.value if taken.text else "" for taken in world.intake.messages]


def room_of(channel, **more):
    return Room(panel_id=PanelId("chest"), address=Address(channel="slack", external_id=channel), **more)


async def test_what_was_given_up_is_found_once(slack, world, kim):
    await kim.writes("58M")
    post = await kim.writes("and the CT", files=[("a.dcm", b"one")])

    await read_back(world)
    await read_back(world)

    assert texts(world) == ["58M", "and the CT"]
    last = world.intake.messages[-1]
    assert (last.sender.external_id, last.origin.room, len(last.attachments)) == (kim.user_id, "", 1)
    assert last.origin.reference == f"{post.channel}/{post.ts}"


async def test_what_an_event_brought_is_not_found_again(slack, world, kim):
    runner = await world.serve()
    await kim.writes("58M")

    await read_back(world)

    assert texts(world) == ["58M"]
    await runner.cleanup()


async def test_event_that_comes_after_all_changes_nothing(slack, world, kim):
    await kim.writes("58M")
    given_up = slack.deliveries[-1]
    await read_back(world)
    runner = await world.serve()

    again = await slack.courier.bring(given_up.kind, given_up.payload)

    assert (again.is_acknowledged, texts(world)) == (True, ["58M"])
    await runner.cleanup()


async def test_what_was_written_before_the_first_listening_is_left_alone(slack, world):
    person = await slack.person("lee")
    world.enrol(person.user_id)
    former = await person.writes("of last year")
    world.rows.marks[""] = ReadMark(channel="slack", place="", until=moment_of(former.ts))
    await person.writes("58M")

    await read_back(world)

    assert texts(world) == ["58M"]


async def test_words_in_a_thread_of_the_room_are_found(slack, world, kim):
    room = await slack.channel("panel-chest", kim)
    world.rows.rooms.append(room_of(room))
    card = await world.channel.send(Address(channel="slack", external_id=room), message("Q417"))
    await read_back(world)

    await kim.writes("claim", channel=room, thread=card.partition("/")[2])
    await read_back(world)

    (taken,) = world.intake.messages
    assert (taken.text.value, taken.origin.room, taken.origin.thread) == ("claim", room, card)


async def test_name_of_the_app_stands_for_the_stroke_as_ever(slack, world, kim):
    room = await slack.channel("panel-chest", kim)
    world.has_room(room)
    await kim.writes("<@U0PEERBOT> close Q417", channel=room)

    await read_back(world)

    assert texts(world) == ["/close Q417"]


async def test_reply_in_ones_own_thread_names_what_it_replies_to(slack, world, kim):
    root = await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("Q417"))

    await kim.writes("CT 5 days ago", thread=root.partition("/")[2])
    await read_back(world)

    assert [taken.origin.replied_to for taken in world.intake.messages] == [root]


async def test_edit_made_meanwhile_is_honoured_once(slack, world, kim):
    runner = await world.serve()
    post = await kim.writes("58M")
    await runner.cleanup()

    await kim.edits(post, "68M")
    await read_back(world)
    await read_back(world)

    first, edit = world.intake.messages
    assert (edit.text.value, edit.origin.is_edit) == ("68M", True)
    assert edit.origin.reference == first.origin.reference


async def test_edit_that_an_event_brought_is_not_found_again(slack, world, kim):
    runner = await world.serve()
    await kim.edits(await kim.writes("58M"), "68M")

    await read_back(world)

    assert texts(world) == ["58M", "68M"]
    await runner.cleanup()


async def test_message_edited_before_it_was_found_is_no_edit(slack, world, kim):
    await kim.edits(await kim.writes("58M"), "68M")

    await read_back(world)
    await read_back(world)

    assert [(taken.text.value, taken.origin.is_edit) for taken in world.intake.messages] == [("68M", False)]


async def test_own_messages_are_nothing(slack, world, kim):
    await world.channel.send(Address(channel="slack", external_id=kim.user_id), message("hello"))

    await read_back(world)

    assert (world.intake.messages, world.intake.parked) == ([], [])


@pytest.mark.parametrize("trouble", [TransientError("database_away"), RuntimeError()])
async def test_reading_that_broke_off_goes_on_where_it_was(slack, world, kim, trouble):
    for text in ("first", "second", "third"):
        await kim.writes(text)
    accept = world.intake.accept
    marks = dict(world.rows.marks)

    async def fail(message, **given):
        if message.text.value == "second":
            world.intake.accept = accept
            assert world.rows.marks == marks
            raise trouble
        return await accept(message, **given)

    world.intake.accept = fail
    await read_back(world)

    assert texts(world) == ["first", "second", "third"]


async def test_one_process_reads_at_a_time(slack, world, kim):
    world.rows.readers.append("another")
    await kim.writes("58M")

    task = asyncio.create_task(world.channel.listen())
    await asyncio.wait({task}, timeout=0.05)
    assert texts(world) == []
    world.rows.readers.clear()
    await world.until(lambda: texts(world) == ["58M"])

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_member_who_has_left_slack_holds_nobody_up(slack, world, kim):
    world.enrol("U0GONE", name="Gone")
    world.rows.members.reverse()
    await kim.writes("58M")

    await read_back(world)

    assert texts(world) == ["58M"]
    assert ("slack_not_read", {"error": "address_blocked"}) in world.log.lines


async def test_missing_scope_leaves_the_mark_until_it_is_mended(slack, world, kim):
    scopes = slack.installation.scopes
    mark = world.rows.marks[""] = replace(world.rows.marks[""], until=world.rows.marks[""].until - timedelta(hours=1))
    await kim.writes("58M")

    await slack.set_scopes(*(scope for scope in scopes if scope != "im:history"))
    await read_back(world, until="slack_not_read")
    assert (texts(world), world.rows.marks[""]) == ([], mark)
    await slack.set_scopes(*scopes)
    await read_back(world)

    assert texts(world) == ["58M"]
    assert world.rows.marks[""].until > mark.until


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (TransientError("slack_unreadable"), "slack_not_read_back"),
        (RuntimeError(), "slack_not_read_back"),
        (TransientError("slack_away"), "slack_away"),
        (TransientError("slack_read_elsewhere"), ""),
    ],
)
async def test_history_that_is_not_read_is_shown_until_it_is(slack, world, kim, trouble, word):
    await kim.writes("58M")

    async def fail(_message, **_given):
        raise trouble

    world.intake.accept = fail
    logged = "slack_not_read" if isinstance(trouble, TransientError) else "slack_reading_failed"
    async with listening(world, until=logged):
        await world.until(lambda: world.log.events.count(logged) > 1)
        shown = [world.channel.trouble]
        world.clock.now += SHOWN_AFTER
        shown.append(world.channel.trouble)
        del world.intake.accept
        await world.logged("slack_read_back")
        await world.until(lambda: not world.channel.trouble)

    assert shown == ["", word]
    assert texts(world) == ["58M"]


async def test_missing_scope_is_shown_as_long_as_it_lasts(slack, world, kim):
    scopes = slack.installation.scopes
    await slack.set_scopes(*(scope for scope in scopes if scope != "im:history"))

    async with listening(world, until="slack_not_read"):
        await world.until(lambda: world.log.events.count("slack_not_read") > 1)
    world.clock.now += SHOWN_AFTER
    shown = world.channel.trouble
    await slack.set_scopes(*scopes)
    async with listening(world):
        await world.until(lambda: not world.channel.trouble)

    assert shown == "slack_not_read_back"


async def test_process_beside_the_one_that_reads_has_no_trouble(slack, world, kim):
    world.rows.readers.append("another")

    task = asyncio.create_task(world.channel.listen())
    await asyncio.wait({task}, timeout=0.05)
    world.clock.now += SHOWN_AFTER

    assert world.channel.trouble == ""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_room_that_has_gone_is_not_asked_for(slack, world, kim):
    room = await slack.channel("panel-chest", kim)
    world.rows.rooms.append(room_of(room, suspended=Suspension.GONE))

    await read_back(world)

    assert slack.record.count("conversations.history", room) == 0


async def test_event_that_was_not_taken_leads_to_reading(slack, world, kim):
    runner, accept = await world.serve(), world.intake.accept

    async def away(_message, **_given):
        raise TransientError("database_away")

    async with listening(world):
        world.intake.accept = away
        await kim.writes("58M")
        world.intake.accept = accept
        await world.until(lambda: texts(world) == ["58M"])

    assert not slack.deliveries[-1].is_acknowledged
    await runner.cleanup()


async def test_what_gives_no_sign_is_found_on_schedule(slack):
    world, kim = SlackWorld(slack, pace=Pace(pause=A_MOMENT, again=5 * A_MOMENT)), await slack.person("kim")
    world.enrol(kim.user_id)

    async with listening(world):
        await kim.writes("58M")
        await world.until(lambda: texts(world) == ["58M"])

    await world.channel.close()


class Busy:
    """A Slack of one page for each place that says "later" before it gives one; `then` happens at that."""

    def __init__(self, times, then=lambda: None):
        self.now, self.times, self.then, self.pages = START, times, then, 0

    async def __call__(self, method, **_asked):
        if method == "conversations.history" and self.times:
            self.times -= 1
            self.then()
            raise TransientError("slack_busy", retry_after=A_MOMENT, is_local=True)
        self.pages += method == "conversations.history"
        return {"user_id": "U0", "channel": {"id": "D1"}}


async def round_of(world, slack):
    """Have a round read, until it is over; return what was logged."""
    missed = asyncio.Event()
    missed.set()
    reading = ReadingBack(calls=slack, services=world.services, find=None, missed=missed, pace=QUICK)
    await reading.begin()
    running = asyncio.create_task(reading.run())
    await world.until(lambda: world.log.lines)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return world.log.lines[0]


async def test_slack_that_says_later_is_waited_for(world):
    world.enrol("U1")
    busy = Busy(times=3)

    assert await round_of(world, busy) == ("slack_read_back", {"count": 1, "messages": 0})
    assert (busy.pages, world.rows.readers) == (1, [])


async def test_reader_who_slept_too_long_leaves_it_to_another(world):
    world.enrol("U1")
    busy = Busy(times=1, then=lambda: world.rows.readers.__setitem__(0, "another"))

    assert await round_of(world, busy) == ("slack_not_read", {"error": "slack_read_elsewhere"})
    assert (busy.pages, world.rows.readers) == (0, ["another"])


class Endless(Busy):
    """A Slack, or whatever answers in its place, that names ever new pages."""

    def __init__(self):
        super().__init__(times=0)

    async def __call__(self, method, **asked):
        answer = await super().__call__(method, **asked)
        return {**answer, "response_metadata": {"next_cursor": f"page-{self.pages}"}}


async def test_pages_without_end_are_left(world):
    world.enrol("U1")

    assert await round_of(world, Endless()) == ("slack_not_read", {"error": "slack_unreadable"})
