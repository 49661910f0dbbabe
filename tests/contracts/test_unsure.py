"""What may lie with somebody though no service has named it: kept beside the references of what is known."""

from __future__ import annotations

from domain.ids import DeliveryId
from domain.question import QuestionState
from tests.contracts.samples import NOW, QUESTION, delivery, member, question


async def _asked(store):
    def add(transaction):
        transaction.members.save(member())
        transaction.questions.add(question(number=1, state=QuestionState.ANSWERED, opened_at=NOW))

    await store.write(add)


async def test_what_nobody_has_named_counts_as_lying_there(store):
    await _asked(store)
    sent = delivery(question_id=QUESTION)

    def note(transaction):
        transaction.deliveries.add(sent)
        before = transaction.sent.is_unsure(sent.id)
        transaction.sent.note_found(sent.id)
        transaction.sent.note_unsure(sent.id)
        first = transaction.sent.first_at(sent.address, QUESTION, besides=DeliveryId("none"))
        return before, transaction.sent.is_unsure(sent.id), transaction.sent.reference(sent.id), first

    assert await store.write(note) == (False, True, None, None)
    assert [one.id for one in await store.read(lambda transaction: transaction.sent.about(QUESTION))] == [sent.id]


async def test_references_are_told_without_what_nobody_has_named(store):
    await _asked(store)
    sent = delivery(question_id=QUESTION)

    def note(transaction):
        transaction.deliveries.add(sent)
        transaction.sent.note_unsure(sent.id)
        for reference in ("7,8", "9"):
            transaction.sent.note(sent.id, reference)
        unsure = transaction.sent.is_unsure(sent.id)
        transaction.sent.note_found(sent.id)
        return unsure, transaction.sent.is_unsure(sent.id)

    assert await store.write(note) == (True, False)
    assert await store.read(lambda transaction: transaction.sent.reference(sent.id)) == "7,8,9"
