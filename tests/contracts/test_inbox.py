"""The sealed inbox: replays, opening, shredding, and what is left on the disk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import PermanentError
from domain.ids import InboxId
from domain.messages import Address
from tests.contracts.samples import NOW, message

FIRST = InboxId("inbox-1")


async def test_message_opens_as_it_was_received(store):
    await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))

    opened = await store.read(lambda transaction: transaction.inbox.open(FIRST))

    assert opened == message()


async def test_replay_is_recognised_and_changes_nothing(store):
    first = await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))
    again = await store.write(lambda transaction: transaction.inbox.add(InboxId("other"), message()))

    assert (first, again) == (True, False)


async def test_same_id_on_another_channel_is_another_message(store):
    await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))

    assert await store.write(lambda transaction: transaction.inbox.add(InboxId("sms"), message(channel="sms")))


async def test_finished_message_is_gone_and_still_recognised(store):
    await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))

    await store.write(lambda transaction: transaction.inbox.finish(FIRST))

    assert not await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))
    with pytest.raises(PermanentError, match="inbox_expired"):
        await store.read(lambda transaction: transaction.inbox.open(FIRST))


async def test_unfinished_are_listed_by_sender_without_content(store):
    late = message("m2", received_at=NOW + timedelta(hours=1))
    await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))
    await store.write(lambda transaction: transaction.inbox.add(InboxId("inbox-2"), late))

    notices = await store.read(
        lambda transaction: transaction.inbox.unfinished(received_before=NOW + timedelta(minutes=1))
    )

    assert [(n.inbox_id, n.sender, n.received_at) for n in notices] == [
        (FIRST, Address(channel="web", external_id="kim:1"), NOW)
    ]


async def test_shredding_takes_what_is_older_only(store):
    yesterday = message("m0", received_at=NOW - timedelta(days=1))
    await store.write(lambda transaction: transaction.inbox.add(InboxId("inbox-0"), yesterday))
    await store.write(lambda transaction: transaction.inbox.add(FIRST, message()))

    shredded = await store.write(lambda transaction: transaction.inbox.shred(received_before=NOW))

    assert shredded == 1
    assert await store.read(lambda transaction: transaction.inbox.open(FIRST)) == message()


async def test_shredding_destroys_keys_of_past_days(storage, options):
    yesterday = message("m0", received_at=NOW - timedelta(days=1))
    await storage.store.write(lambda transaction: transaction.inbox.add(FIRST, yesterday))

    await storage.store.write(lambda transaction: transaction.inbox.shred(received_before=NOW))

    assert not list(options.keys_folder.glob("inbox-2026-03-01*"))


async def test_message_whose_key_is_away_says_so(storage):
    await storage.store.write(lambda transaction: transaction.inbox.add(FIRST, message()))
    storage.keyring.destroy_inbox_keys((NOW + timedelta(days=1)).date())

    with pytest.raises(PermanentError, match="inbox_key_missing"):
        await storage.store.read(lambda transaction: transaction.inbox.open(FIRST))


async def test_files_hold_nothing_identifiable(storage, options):
    await storage.store.write(lambda transaction: transaction.inbox.add(FIRST, message("Marked Patient id")))
    storage.close()

    found = b"".join(path.read_bytes() for path in options.data_folder.rglob("*") if path.is_file())

    assert b"Marked Patient" not in found
    assert "홍길동".encode() not in found
