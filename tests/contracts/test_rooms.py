"""Panels' rooms, on both databases."""

from __future__ import annotations

from dataclasses import replace

from domain.ids import DeliveryId, ObjectId, PanelId, QuestionId
from domain.member import Language
from domain.messages import Address
from domain.room import Room, RoomThread, Suspension
from tests.contracts.samples import NOW, QUESTION, question

HERE = Address(channel="telegram", external_id="-100")
THERE = Address(channel="telegram", external_id="-200")
ROOM = Room(panel_id=PanelId("chest"), address=HERE, language=Language.KOREAN, suspended=Suspension.ROSTER)
THREAD = RoomThread(
    question_id=QUESTION,
    room=HERE,
    thread="7",
    card="8",
    shown="shown",
    withheld="withheld",
    pictures=frozenset({ObjectId("b"), ObjectId("a")}),
    round=3,
    is_noted=True,
    is_posting=True,
    is_closed=True,
    delivered_at=NOW,
    delivered_by="sms",
    removed_at=NOW,
)


async def begin(store):
    def fill(transaction):
        transaction.questions.add(question())
        transaction.questions.add(question("question-2"))
        transaction.rooms.save(ROOM)

    await store.write(fill)


async def test_room_comes_back_as_it_was(store):
    await begin(store)
    slack = Room(panel_id=ROOM.panel_id, address=Address(channel="slack", external_id="C1"))

    await store.write(lambda transaction: transaction.rooms.save(slack))

    assert await store.read(lambda transaction: transaction.rooms.get(HERE)) == ROOM
    assert await store.read(lambda transaction: transaction.rooms.get(THERE)) is None
    assert await store.read(lambda transaction: transaction.rooms.of_panel(ROOM.panel_id)) == (slack, ROOM)
    assert await store.read(lambda transaction: transaction.rooms.all()) == (slack, ROOM)


async def test_place_that_was_left_with_something_in_it_is_known(store):
    await begin(store)
    standing, emptied = replace(THREAD, removed_at=None), replace(THREAD, thread="", card="", room=THERE)
    for thread in (standing, emptied, replace(standing, question_id=QuestionId("question-2"))):
        await store.write(lambda transaction, thread=thread: transaction.rooms.save_thread(thread))
    before = await store.read(lambda transaction: transaction.rooms.left())

    await store.write(lambda transaction: transaction.rooms.remove(HERE))

    assert before == ()
    assert await store.read(lambda transaction: transaction.rooms.left()) == (HERE,)


async def test_panel_has_one_room_on_a_channel(store):
    await begin(store)
    await store.write(lambda transaction: transaction.rooms.save_thread(THREAD))

    await store.write(lambda transaction: transaction.rooms.save(replace(ROOM, address=THERE)))

    assert await store.read(lambda transaction: transaction.rooms.get(HERE)) is None
    assert await store.read(lambda transaction: transaction.rooms.of_panel(ROOM.panel_id)) == (
        replace(ROOM, address=THERE),
    )


async def test_threads_of_a_forgotten_room_are_still_known(store):
    await begin(store)

    def fill(transaction):
        transaction.rooms.save_thread(THREAD)
        transaction.rooms.note_message(HERE, "9", QUESTION)
        transaction.rooms.remove(HERE)

    await store.write(fill)

    assert await store.read(lambda transaction: transaction.rooms.all()) == ()
    assert await store.read(lambda transaction: transaction.rooms.threads_of(QUESTION)) == (THREAD,)
    assert await store.read(lambda transaction: transaction.rooms.messages_in(QUESTION, HERE)) == ("9",)


async def test_thread_comes_back_as_it_was(store):
    await begin(store)

    fresh = await store.write(lambda transaction: transaction.rooms.lock_thread(QUESTION, HERE))
    await store.write(lambda transaction: transaction.rooms.save_thread(THREAD))

    assert fresh == RoomThread(question_id=QUESTION, room=HERE)
    assert await store.write(lambda transaction: transaction.rooms.lock_thread(QUESTION, HERE)) == THREAD
    assert await store.read(lambda transaction: transaction.rooms.threads_of(QUESTION)) == (THREAD,)


async def test_removed_thread_is_none_of_the_rooms(store):
    await begin(store)
    other = replace(THREAD, question_id=QuestionId("question-2"), removed_at=None)

    for thread in (THREAD, other):
        await store.write(lambda transaction, thread=thread: transaction.rooms.save_thread(thread))

    assert await store.read(lambda transaction: transaction.rooms.threads_in(HERE)) == (other,)


async def test_thread_is_found_by_its_place_and_its_messages(store):
    await begin(store)

    def fill(transaction):
        transaction.rooms.save_thread(THREAD)
        transaction.rooms.note_message(HERE, "9", QUESTION, entry=4)
        transaction.rooms.note_message(HERE, "9", QUESTION, entry=5)

    await store.write(fill)

    rooms = await store.read(
        lambda transaction: [
            transaction.rooms.thread_at(HERE, "7"),
            transaction.rooms.thread_of_message(HERE, "9"),
            transaction.rooms.thread_at(HERE, ""),
            transaction.rooms.thread_at(THERE, "7"),
            transaction.rooms.thread_of_message(HERE, ""),
            transaction.rooms.thread_of_message(HERE, "7"),
        ]
    )
    assert rooms == [THREAD, THREAD, None, None, None, None]


async def test_messages_are_known_until_they_are_forgotten(store):
    await begin(store)

    def fill(transaction):
        transaction.rooms.note_message(HERE, "9", QUESTION, entry=4)
        transaction.rooms.note_message(HERE, "8", QUESTION)
        transaction.rooms.note_message(HERE, "10", QuestionId("question-2"), entry=6)

    await store.write(fill)
    posted = await store.read(lambda transaction: transaction.rooms.entries_in(QUESTION, HERE))
    lying = await store.read(lambda transaction: transaction.rooms.messages_in(QUESTION, HERE))
    await store.write(lambda transaction: transaction.rooms.forget_messages(QUESTION, HERE))

    assert (posted, lying) == (frozenset({0, 4}), ("8", "9"))
    assert await store.read(lambda transaction: transaction.rooms.messages_in(QUESTION, HERE)) == ()
    assert await store.read(lambda transaction: transaction.rooms.entries_in(QuestionId("question-2"), HERE)) == {6}


async def test_parts_of_a_message_are_known_as_such_until_it_is_whole(store):
    await begin(store)
    first, other = DeliveryId("first"), DeliveryId("other")

    def fill(transaction):
        transaction.rooms.note_message(HERE, "6", QUESTION, entry=3)
        for reference, whose in (("6", first), ("7", first), ("8", first), ("9", other)):
            transaction.rooms.note_begun(HERE, reference, QUESTION, delivery_id=whose)

    await store.write(fill)
    begun = await store.read(lambda transaction: transaction.rooms.begun_in(QUESTION, HERE, first))
    await store.write(lambda transaction: transaction.rooms.note_message(HERE, "8", QUESTION, entry=4))

    left = await store.read(lambda transaction: transaction.rooms.begun_in(QUESTION, HERE, first))
    assert (sorted(begun), left) == (["7", "8"], ("7",))
    assert await store.read(lambda transaction: transaction.rooms.has_begun(QUESTION, HERE))
    assert await store.read(lambda transaction: transaction.rooms.entries_in(QUESTION, HERE)) == {3, 4}
    assert len(await store.read(lambda transaction: transaction.rooms.messages_in(QUESTION, HERE))) == 4
    await store.write(lambda transaction: transaction.rooms.forget_messages(QUESTION, HERE, only=["7", "9"]))
    assert not await store.read(lambda transaction: transaction.rooms.has_begun(QUESTION, HERE))


async def test_some_messages_are_forgotten_without_the_others(store):
    await begin(store)

    def fill(transaction):
        for reference in ("7", "8", "9"):
            transaction.rooms.note_message(HERE, reference, QUESTION)
        transaction.rooms.forget_messages(QUESTION, HERE, only=["7", "9"])

    await store.write(fill)

    assert await store.read(lambda transaction: transaction.rooms.messages_in(QUESTION, HERE)) == ("8",)


async def test_moved_room_takes_its_threads_along(store):
    await begin(store)

    def fill(transaction):
        transaction.rooms.save_thread(THREAD)
        transaction.rooms.note_message(HERE, "9", QUESTION)
        transaction.rooms.moved(HERE, THERE)

    await store.write(fill)

    assert await store.read(lambda transaction: transaction.rooms.get(THERE)) == replace(ROOM, address=THERE)
    moved = await store.read(lambda transaction: transaction.rooms.thread_of_message(THERE, "9"))
    assert moved == replace(THREAD, room=THERE)


async def test_room_that_is_said_to_have_moved_twice_stays(store):
    await begin(store)

    def move(transaction):
        transaction.rooms.save_thread(THREAD)
        for old, new in ((HERE, THERE), (HERE, THERE), (THERE, THERE)):
            transaction.rooms.moved(old, new)

    await store.write(move)

    assert await store.read(lambda transaction: transaction.rooms.all()) == (replace(ROOM, address=THERE),)
    assert await store.read(lambda transaction: transaction.rooms.threads_of(QUESTION)) == (
        replace(THREAD, room=THERE),
    )


async def test_place_that_is_moved_to_is_cleared(store):
    await begin(store)

    def move(transaction):
        transaction.rooms.save_thread(replace(THREAD, room=THERE, thread="1"))
        transaction.rooms.save_thread(THREAD)
        transaction.rooms.moved(HERE, THERE)

    await store.write(move)

    found = await store.read(lambda transaction: transaction.rooms.threads_of(QUESTION))
    assert found == (replace(THREAD, room=THERE),)
