"""The panel's side of a question: kept, forgotten, followed, and out of the search while it is sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.ids import QuestionId
from domain.question import EntryKind, QuestionState
from domain.text import DeidentifiedText
from tests.contracts.samples import MINUTE, NOW, QUESTION, entry, member, question


async def test_what_the_panel_needs_is_kept(store):
    wanted = question(number=1, needs=2, is_sealed=True, unsealed_at=NOW + MINUTE, merged_into=QuestionId("lead"))
    await store.write(lambda transaction: transaction.questions.add(wanted))

    found = await store.read(lambda transaction: transaction.questions.get(wanted.id))

    assert found == wanted


async def test_plain_question_forgets_what_it_was(store):
    wanted = question(number=1, needs=2, is_sealed=True)
    await store.write(lambda transaction: transaction.questions.add(wanted))
    plain = replace(wanted, needs=1, is_sealed=False)

    await store.write(lambda transaction: transaction.questions.save(plain))

    assert await store.read(lambda transaction: transaction.questions.get(plain.id)) == plain


async def test_followers_are_found_by_their_lead(store):
    lead = question(number=1)
    follower = question("follower", number=2, merged_into=QUESTION, state=QuestionState.MERGED)
    other = question("other", number=3)
    await store.write(lambda transaction: [transaction.questions.add(each) for each in (lead, follower, other)])

    found = await store.read(lambda transaction: transaction.questions.merged_into(QUESTION))

    assert list(found) == [follower]


async def test_sealed_answer_is_found_once_the_seal_is_broken(store):
    asked = question(number=1, state=QuestionState.OPEN, opened_at=NOW)
    text = DeidentifiedText(value="sarcoidosis")
    sealed = entry("sealed", kind=EntryKind.ANSWER, text=text, details={"sealed": 1}, at=NOW)
    reader = member(active=True)

    def add(transaction):
        transaction.questions.add(asked)
        transaction.entries.add(sealed)

    await store.write(add)
    hidden = await store.read(lambda transaction: transaction.search.find(reader, text.value))
    opened = replace(asked, unsealed_at=NOW + timedelta(minutes=1))
    await store.write(lambda transaction: transaction.questions.save(opened))
    found = await store.read(lambda transaction: transaction.search.find(reader, text.value))

    assert [len(hidden), len(found)] == [0, 1]
