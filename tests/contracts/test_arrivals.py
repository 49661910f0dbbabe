"""What is kept of messages from services: parts of albums, files, where words went; leases; what is parked."""

from __future__ import annotations

from dataclasses import replace

from domain.arrival import FetchedFile, Part, TakenMessage
from domain.ids import InboxId, UploadId
from domain.messages import Address, Attachment, AttachmentKind, Origin
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, message, question, upload

CHAT = Address(channel="chat", external_id="4711")
PART = Part(inbox_id=InboxId("one"), album="album", address=CHAT, files=2, at=NOW)
FILE = FetchedFile(
    upload_id=UploadId("upload-1"),
    attachment=Attachment(reference="file-1", kind=AttachmentKind.PHOTO, size_bytes=5_000_000_000, unique="U1"),
    address=CHAT,
    reference="m1",
    album="album",
    received_at=NOW,
)
TAKEN = TakenMessage(address=CHAT, reference="m1", question_id=QUESTION, at=NOW, lines=2)


async def test_parts_of_an_album_are_found_by_any_of_them(store):
    second = replace(PART, inbox_id=InboxId("two"), at=NOW + MINUTE)
    alone = replace(PART, inbox_id=InboxId("three"), album="three")

    def note(transaction):
        for part in (second, PART, PART, alone):
            transaction.arrivals.note_part(part)

    await store.write(note)

    found = await store.read(lambda transaction: [transaction.arrivals.parts_of(each) for each in ("two", "three", "")])
    assert found == [(PART, second), (alone,), ()]
    assert (PART.is_alone, alone.is_alone) == (False, True)


async def test_file_is_known_until_it_is_forgotten(store):
    def note(transaction):
        transaction.uploads.add(replace(upload(), id=FILE.upload_id, member_id=MEMBER))
        transaction.arrivals.note_file(FILE)
        known = transaction.arrivals.file(FILE.upload_id)
        transaction.arrivals.forget_file(FILE.upload_id)
        return known, transaction.arrivals.file(FILE.upload_id)

    assert await store.write(note) == (FILE, None)


async def test_files_of_one_message_are_found(store):
    other = replace(FILE, upload_id=UploadId("upload-2"), received_at=NOW + MINUTE)
    elsewhere = replace(FILE, upload_id=UploadId("upload-3"), reference="m2")

    def note(transaction):
        for file in (other, FILE, elsewhere):
            transaction.uploads.add(replace(upload(), id=file.upload_id, member_id=MEMBER))
            transaction.arrivals.note_file(file)
        return transaction.arrivals.files_in(CHAT, "m1")

    assert await store.write(note) == (FILE, other)


async def test_messages_of_a_question_stand_in_order(store):
    later = replace(TAKEN, reference="m0", at=NOW + MINUTE)

    def note(transaction):
        transaction.questions.add(question())
        for each in (later, TAKEN, replace(TAKEN, lines=3)):
            transaction.arrivals.note_message(each)
        return transaction.arrivals.messages_of(QUESTION), transaction.arrivals.message(CHAT, "unknown")

    assert await store.write(note) == ((replace(TAKEN, lines=3), later), None)


async def test_parts_of_what_went_into_a_question_are_found(store):
    unread = replace(PART, inbox_id=InboxId("two"), at=NOW + MINUTE)
    alone = replace(PART, inbox_id=InboxId("three"), album="three", at=NOW + 2 * MINUTE)
    elsewhere = replace(PART, inbox_id=InboxId("four"), album="four")
    file = replace(FILE, upload_id=UploadId("upload-2"), album="three", reference="m2")

    def note(transaction):
        transaction.questions.add(question())
        for part in (alone, elsewhere, unread, PART):
            transaction.arrivals.note_part(part)
        for each in (FILE, file, replace(file, upload_id=UploadId("upload-3"), album="four", reference="m3")):
            transaction.uploads.add(replace(upload(), id=each.upload_id, member_id=MEMBER))
            transaction.arrivals.note_file(each)
        for reference in ("m1", "m2"):
            transaction.arrivals.note_message(replace(TAKEN, reference=reference))
        return transaction.arrivals.parts_into(QUESTION)

    assert await store.write(note) == (PART, unread, alone)


async def test_what_is_old_is_forgotten(store):
    def note(transaction):
        transaction.arrivals.note_part(PART)
        return [transaction.arrivals.forget_ended(before) for before in (NOW - MINUTE, NOW + MINUTE)]

    assert await store.write(note) == [0, 1]


async def test_lease_is_taken_by_one_until_it_runs_out(store):
    def take(owner, now):
        return lambda transaction: transaction.leases.take("poller", owner=owner, now=now, until=now + MINUTE)

    taken = [await store.write(take(owner, NOW)) for owner in ("a", "b", "a")]
    late = [await store.write(take(owner, NOW + MINUTE)) for owner in ("b", "a")]

    assert (taken, late) == ([True, False, True], [True, False])


async def test_released_lease_is_free(store):
    def take(transaction):
        until = NOW + MINUTE
        first = transaction.leases.take("poller", owner="a", now=NOW, until=until)
        transaction.leases.release("poller", owner="b")
        second = transaction.leases.take("poller", owner="b", now=NOW, until=until)
        transaction.leases.release("poller", owner="a")
        return first, second, transaction.leases.take("poller", owner="b", now=NOW, until=until)

    assert await store.write(take) == (True, False, True)


async def test_parked_text_is_kept_once_and_shredded(store):
    def park(transaction):
        return transaction.parked.add("chat", "7", "raw", reason="unknown", at=NOW)

    new = [await store.write(park), await store.write(park)]
    shredded = await store.write(lambda transaction: transaction.parked.shred(received_before=NOW + MINUTE))
    left = await store.read(lambda transaction: transaction.parked.waiting("chat"))

    assert (new, shredded, left) == ([True, False], 1, 0)


async def test_parked_text_opens_until_it_is_finished(store):
    def park(transaction):
        for number, raw in (("8", "later"), ("7", "first")):
            transaction.parked.add("chat", number, raw, reason=raw, at=NOW + int(number) * MINUTE)

    await store.write(park)
    kept = await store.read(lambda transaction: transaction.parked.kept())

    opened = await store.read(lambda transaction: transaction.parked.open(kept[0].id))
    await store.write(lambda transaction: transaction.parked.finish(kept[0].id))

    left = await store.read(lambda transaction: (transaction.parked.kept(), transaction.parked.open(kept[0].id)))
    assert ([each.reason for each in kept], opened, left) == (["first", "later"], (kept[0], "first"), (kept[1:], None))
    assert (kept[0].channel, kept[0].received_at) == ("chat", NOW + 7 * MINUTE)


async def test_message_of_a_service_opens_as_it_was_received(store):
    origin = Origin(reference="m1", room="-100", thread="7", replied_to="m0", group="g", is_edit=True)
    written = replace(message(), attachments=(FILE.attachment,), origin=origin, unreadable="voice")
    await store.write(lambda transaction: transaction.inbox.add(InboxId("one"), written))

    assert await store.read(lambda transaction: transaction.inbox.open(InboxId("one"))) == written
    assert await store.read(lambda transaction: transaction.inbox.holds(InboxId("one")))
    assert not await store.read(lambda transaction: transaction.inbox.holds(InboxId("other")))
