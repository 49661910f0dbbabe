"""Images, their sealed objects, and uploads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from domain.errors import PermanentError, UserError
from domain.ids import ImageId, ObjectId, QuestionId, UploadId
from domain.study import UploadState
from storage.erasures import ErasureLog
from tests.contracts.samples import MINUTE, NOW, QUESTION, facts, image, question, sealed_object, segment, upload


@pytest.fixture
async def asked(store):
    images = [image(f"i{number}", facts=facts("2.25.1" if number < 3 else "2.25.2")) for number in range(4)]

    def ask(transaction):
        transaction.questions.add(question())
        return [transaction.images.add(each) for each in images]

    await store.write(ask)
    return images


async def test_images_come_in_order_of_arrival(store, asked):
    again = await store.write(lambda transaction: transaction.images.add(asked[0]))

    found = await store.read(
        lambda transaction: (transaction.images.of_question(QUESTION), transaction.images.get(ImageId("i2")))
    )

    assert (again, found) == (False, (tuple(asked), asked[2]))


async def test_unknown_image_is_a_permanent_error(store):
    with pytest.raises(PermanentError, match="image_unknown"):
        await store.read(lambda transaction: transaction.images.get(ImageId("x")))


async def test_only_what_was_shown_is_confirmed(store, asked):
    everything = await store.read(lambda transaction: transaction.images.of_question(QUESTION))
    shown = frozenset({everything[0].id})

    changed = await store.write(
        lambda transaction: transaction.images.confirm_series(QUESTION, "2.25.1", images=shown, at=NOW)
    )

    found = await store.read(lambda transaction: transaction.images.of_question(QUESTION))
    assert (changed, [each.id for each in found if each.confirmed_at]) == (1, [everything[0].id])


async def test_what_one_file_became_is_removed_alone(store, asked):
    other = replace(asked[0], id=ImageId("i9"), upload_id=UploadId("other"), object_id=ObjectId("o9"))

    def remove(transaction):
        transaction.images.add(other)
        removed = transaction.images.remove_upload(QUESTION, other.upload_id, NOW)
        return removed, [each.id for each in transaction.images.of_question(QUESTION) if each.removed_at]

    assert await store.write(remove) == ((other.object_id,), [other.id])


async def test_series_is_confirmed_once(store, asked):
    shown = frozenset(
        each.id for each in await store.read(lambda transaction: transaction.images.of_question(QUESTION))
    )

    def confirm(transaction, at):
        return transaction.images.confirm_series(QUESTION, "2.25.1", images=shown, at=at)

    counts = [await store.write(partial(confirm, at=at)) for at in (NOW, NOW + MINUTE)]

    found = await store.read(lambda transaction: transaction.images.of_question(QUESTION))
    assert counts == [3, 0]
    assert [each.confirmed_at for each in found] == [NOW, NOW, NOW, None]


async def test_removed_series_names_its_objects_again(store, asked):
    removals = [
        await store.write(lambda transaction: transaction.images.remove_series(QUESTION, "2.25.2", NOW))
        for _ in range(2)
    ]

    found = await store.read(lambda transaction: transaction.images.of_question(QUESTION))
    assert removals == [("object-i3",), ("object-i3",)]
    assert [each.removed_at for each in found] == [None, None, None, NOW]


async def test_removing_all_keeps_earlier_times(store, asked):
    await store.write(lambda transaction: transaction.images.remove_series(QUESTION, "2.25.2", NOW))

    objects = await store.write(lambda transaction: transaction.images.remove_all(QUESTION, NOW + MINUTE))

    found = await store.read(lambda transaction: transaction.images.get(ImageId("i3")))
    assert (len(objects), found.removed_at) == (4, NOW)


async def test_object_is_found_until_shredded(store):
    await store.write(lambda transaction: transaction.objects.add(sealed_object()))
    found = await store.read(lambda transaction: transaction.objects.get(ObjectId("object-1")))

    await store.write(lambda transaction: transaction.objects.shred(ObjectId("object-1")))

    assert found == sealed_object()
    with pytest.raises(PermanentError, match="object_shredded"):
        await store.read(lambda transaction: transaction.objects.get(ObjectId("object-1")))


async def test_shredded_object_does_not_come_back(store):
    await store.write(lambda transaction: transaction.objects.add(sealed_object()))
    await store.write(lambda transaction: transaction.objects.shred(ObjectId("object-1")))

    await store.write(lambda transaction: transaction.objects.add(sealed_object()))

    with pytest.raises(PermanentError, match="object_shredded"):
        await store.read(lambda transaction: transaction.objects.get(ObjectId("object-1")))


async def test_erasure_reaches_the_log_once(storage, options):
    for work in ("add", "shred", "shred"):
        argument = sealed_object() if work == "add" else ObjectId("object-1")
        await storage.store.write(lambda transaction, w=work, a=argument: getattr(transaction.objects, w)(a))
    storage.close()

    log = ErasureLog(options.erasures_path)
    assert log.read().objects == {"object-1"}
    assert (log.path.read_text().count("object-1")) == 1


async def test_upload_is_found_as_saved(store):
    changed = upload(
        received_bytes=7, state=UploadState.REFUSED, question_id=QUESTION, refusals=("refusal.empty",), shredded=True
    )
    adds = [await store.write(lambda transaction: transaction.uploads.add(upload())) for _ in range(2)]

    await store.write(lambda transaction: transaction.uploads.save(changed))

    assert adds == [True, False]
    assert await store.read(lambda transaction: transaction.uploads.get(upload().id)) == changed


async def test_changes_in_order_of_a_locked_upload(store):
    await store.write(lambda transaction: transaction.uploads.add(upload()))

    def count_one(transaction):
        found = transaction.uploads.lock(upload().id)
        transaction.uploads.save(replace(found, received_bytes=found.received_bytes + 1))

    await asyncio.gather(*(store.write(count_one) for _ in range(20)))

    found = await store.read(lambda transaction: transaction.uploads.get(upload().id))
    assert found.received_bytes == 20


async def test_unknown_upload_is_a_permanent_error(store):
    for work in (
        lambda transaction: transaction.uploads.get(UploadId("x")),
        lambda transaction: transaction.uploads.lock(UploadId("x")),
        lambda transaction: transaction.uploads.save(upload("x")),
    ):
        with pytest.raises(PermanentError, match="upload_unknown"):
            await store.write(work)


async def test_segments_come_in_order_until_forgotten(store):
    await store.write(lambda transaction: transaction.uploads.add(upload()))
    for position in (1, 0):
        await store.write(lambda transaction, at=position: transaction.uploads.add_segment(segment(at)))

    found = await store.read(lambda transaction: transaction.uploads.segments(upload().id))
    await store.write(lambda transaction: transaction.uploads.forget_segments(upload().id))

    assert found == (segment(0), segment(1))
    assert await store.read(lambda transaction: transaction.uploads.segments(upload().id)) == ()


async def test_second_connection_does_not_replace_a_segment(store):
    await store.write(lambda transaction: transaction.uploads.add(upload()))
    for _ in range(2):
        await store.write(lambda transaction: transaction.uploads.add_segment(segment()))

    with pytest.raises(UserError, match="upload_offset"):
        await store.write(lambda transaction: transaction.uploads.add_segment(segment(key=b"other")))

    assert await store.read(lambda transaction: transaction.uploads.segments(upload().id)) == (segment(),)


async def test_uploads_are_listed_by_question_and_age(store):
    ours = upload("a", question_id=QUESTION)
    others = (upload("b", created_at=NOW + MINUTE), replace(upload("c"), shredded=True), upload("d"))
    await store.write(lambda transaction: [transaction.uploads.add(each) for each in (ours, *others)])

    found = await store.read(
        lambda transaction: (
            transaction.uploads.of_question(QUESTION),
            transaction.uploads.of_question(QuestionId("x")),
            transaction.uploads.begun_before(NOW + MINUTE),
        )
    )

    assert found == ((ours,), (), (ours, others[2]))
