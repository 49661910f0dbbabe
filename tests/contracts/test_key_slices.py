"""Marked slices, on both databases."""

from __future__ import annotations

from dataclasses import replace

from domain.ids import MemberId, QuestionId
from domain.key_slices import KeySlice
from tests.contracts import samples
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, member, question

KEY = KeySlice(
    question_id=QUESTION, image_id=samples.image().id, frame=2, member_id=MEMBER, is_askers=True, marked_at=NOW
)
LATER = replace(KEY, frame=0, member_id=MemberId("lee"), is_askers=False, marked_at=NOW + MINUTE)


async def begin(store):
    def fill(transaction):
        for name in (MEMBER, "lee"):
            transaction.members.save(member(name))
        transaction.questions.add(question())
        transaction.uploads.add(samples.upload())
        transaction.images.add(samples.image())

    await store.write(fill)


async def marked(store):
    return await store.read(lambda transaction: transaction.key_slices.of_question(QUESTION))


async def test_marks_come_back_in_their_order(store):
    await begin(store)

    for key in (LATER, KEY):
        assert await store.write(lambda transaction, key=key: transaction.key_slices.add(key))

    assert await marked(store) == (KEY, LATER)
    assert await store.read(lambda transaction: transaction.key_slices.of_question(QuestionId("other"))) == ()


async def test_slice_is_marked_once_by_each(store):
    await begin(store)
    await store.write(lambda transaction: transaction.key_slices.add(KEY))
    again = replace(KEY, marked_at=NOW + MINUTE)

    assert not await store.write(lambda transaction: transaction.key_slices.add(again))
    assert await store.write(lambda transaction: transaction.key_slices.add(replace(KEY, frame=1)))
    assert await store.write(lambda transaction: transaction.key_slices.add(replace(KEY, member_id=LATER.member_id)))


async def test_mark_is_taken_away_by_its_member_alone(store):
    await begin(store)
    await store.write(lambda transaction: transaction.key_slices.add(KEY))

    assert not await store.write(lambda transaction: transaction.key_slices.remove(LATER))
    assert await store.write(lambda transaction: transaction.key_slices.remove(replace(KEY, marked_at=NOW + MINUTE)))
    assert await marked(store) == ()
