"""The event stream: order, resumption, who is told what, and how it ends."""

from __future__ import annotations

from domain.consent import ConsentScope
from domain.member import Member
from domain.question import EntryKind, QuestionState
from domain.web import hash_token
from tests.fakes.event_reader import EventReader
from tests.fakes.web_world import ASKER, COLLEAGUE, PANELIST, WebWorld


async def listen(world: WebWorld, person: Member, marks: str = "line=0&entry=0", **headers: str) -> EventReader:
    token = await world.session(person)
    cookie = {"cookie": f"{world.cookie}={token}", **headers}
    return EventReader(world.app, f"{world.origin}/api/stream?{marks}", headers=cookie)


async def test_lines_come_in_order_and_then_as_they_are_sent(world: WebWorld):
    await world.line(ASKER, "one")
    await world.line(ASKER, "two")

    async with await listen(world, ASKER) as stream:
        known = [await stream.next(), await stream.next()]
        await world.line(ASKER, "three")
        fresh = await stream.next()

    assert [event.data["text"] for event in [*known, fresh]] == ["one", "two", "three"]
    assert [event.name for event in known] == ["line", "line"]


async def test_resumed_stream_goes_on_where_it_broke_off(world: WebWorld):
    for text in ("one", "two"):
        await world.line(ASKER, text)
    async with await listen(world, ASKER) as stream:
        first = await stream.next()

    async with await listen(world, ASKER, **{"last-event-id": first.id}) as stream:
        second = await stream.next()

    assert (first.id, second.data["text"]) == ("1:0", "two")


async def test_question_event_tells_that_something_happened(world: WebWorld):
    question = await world.question(QuestionState.OPEN)

    async with await listen(world, PANELIST) as stream:
        await world.entry(question, EntryKind.OPENED, actor=ASKER)
        event = await stream.next()

    assert (event.name, event.id) == ("question", "0:1")
    assert event.data == {"entry": 1, "question_id": question.id, "kind": "opened"}


async def test_nobody_hears_of_what_they_may_not_see(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    await world.entry(question, EntryKind.NOTE, actor=PANELIST, text="internal")
    await world.entry(question, EntryKind.OPENED, actor=ASKER)
    await world.line(COLLEAGUE, "last")

    async with await listen(world, ASKER) as asker, await listen(world, COLLEAGUE) as colleague:
        told = (await asker.next()).data, (await colleague.next()).data

    assert told[0]["kind"] == "opened"
    assert told[1]["text"] == "last"


async def test_readers_of_a_release_hear_of_the_release_alone(world: WebWorld):
    question = await world.question(QuestionState.CLOSED, consent=ConsentScope.TEACHING, released_at=world.clock())
    await world.entry(question, EntryKind.ANSWER, actor=PANELIST, text="full")
    await world.entry(question, EntryKind.PUBLISHED, text="short")

    async with await listen(world, COLLEAGUE) as stream:
        event = await stream.next()

    assert event.data["kind"] == "published"


async def test_long_absence_is_made_up_for(world: WebWorld):
    for number in range(450):
        await world.line(ASKER, str(number))

    async with await listen(world, ASKER, "line=1&entry=0") as stream:
        told = [(await stream.next()).data["text"] for _ in range(449)]

    assert told == [str(number) for number in range(1, 450)]


async def test_revoked_session_ends_its_stream(world: WebWorld):
    token = await world.session(ASKER)
    url, headers = f"{world.origin}/api/stream", {"cookie": f"{world.cookie}={token}"}
    await world.line(ASKER)

    async with EventReader(world.app, url, headers=headers) as stream:
        await stream.next()
        world.clock.advance(seconds=3)
        await world.store.write(lambda transaction: transaction.web.revoke_session(hash_token(token)))
        assert await stream.has_ended()


async def test_open_page_alone_keeps_nothing_unlocked(world: WebWorld):
    await world.line(ASKER, "in time")
    async with await listen(world, ASKER) as stream:
        await stream.next()
        world.clock.advance(minutes=11)
        await world.line(ASKER, "too late")
        assert await stream.has_ended()


async def test_closing_ends_every_stream_at_once(world: WebWorld):
    for person in (ASKER, PANELIST):
        await world.line(person)
    async with await listen(world, ASKER) as one, await listen(world, PANELIST) as other:
        await one.next(), await other.next()
        world.app.state.close_streams()
        ended = await one.has_ended(), await other.has_ended()

    async with await listen(world, ASKER) as late:
        assert (*ended, await late.has_ended()) == (True, True, True)


async def test_stream_asks_for_a_session(world: WebWorld):
    async with EventReader(world.app, f"{world.origin}/api/stream", headers={}) as stream:
        assert stream.status == 401


async def test_one_member_opens_so_many_pages_and_no_more(world: WebWorld):
    readers = [await listen(world, ASKER) for _ in range(world.options.streams_per_member + 1)]
    for reader in readers:
        await reader.__aenter__()

    statuses = [reader.status for reader in readers]

    assert statuses == [200] * world.options.streams_per_member + [429]
    for reader in readers:
        await reader.__aexit__(None, None, None)
