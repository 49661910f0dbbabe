"""Questions, entries, consents, choices, deliveries and digests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.consent import Consent, ConsentScope
from domain.delivery import DeliveryState
from domain.digest import Digest, DigestState
from domain.errors import PermanentError
from domain.ids import DeliveryId, DigestId, MemberId, QuestionId
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from domain.text import DeidentifiedText
from tests.contracts.samples import (
    MEMBER,
    MINUTE,
    NOW,
    QUESTION,
    choice,
    closed_question,
    delivery,
    entry,
    question,
)


def digest(day: int = 2, **changes: object) -> Digest:
    period = date(2026, 3, day)
    values: dict[str, object] = {
        "name": "daily",
        "period": period,
        "member_id": MEMBER,
        "since": NOW,
        "until": NOW + MINUTE,
    }
    return Digest(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


async def save(store, *questions):
    await store.write(lambda transaction: [transaction.questions.add(question) for question in questions])


async def ids(store, find):
    return [found.id for found in await store.read(lambda transaction: find(transaction.questions))]


async def test_question_is_found_as_added_and_once(store):
    full = closed_question("q1", 1, held_back=True, released_at=NOW)
    await save(store, full)

    again = await store.write(lambda transaction: transaction.questions.add(question("q1")))
    found = await store.read(
        lambda transaction: (transaction.questions.get(QuestionId("q1")), transaction.questions.by_number(1))
    )

    assert (again, found) == (False, (full, full))


async def test_saved_question_replaces_the_former(store):
    await save(store, question())
    changed = closed_question(QUESTION, 7)

    await store.write(lambda transaction: transaction.questions.save(changed))

    assert await store.read(lambda transaction: transaction.questions.get(QUESTION)) == changed


async def test_unknown_question_is_a_permanent_error(store):
    for use in ("get", "lock"):
        with pytest.raises(PermanentError, match="question_unknown"):
            await store.write(lambda transaction, use=use: getattr(transaction.questions, use)(QUESTION))
    with pytest.raises(PermanentError, match="question_unknown"):
        await store.write(lambda transaction: transaction.questions.save(question()))


async def test_text_that_no_database_holds_is_kept_in_length(store):
    odd = DeidentifiedText(value="a\x00b\ud800c")
    await save(store, question(text=odd))

    found = await store.read(lambda transaction: transaction.questions.get(QUESTION))

    assert len(found.text.value) == len(odd.value)


async def test_numbers_have_no_gaps_and_no_doubles(store):
    async def take(fails):
        def work(transaction):
            number = transaction.questions.next_number()
            if fails:
                raise LookupError
            return number

        return await store.write(work)

    taken = await asyncio.gather(*(take(number % 2) for number in range(20)), return_exceptions=True)

    assert sorted(number for number in taken if isinstance(number, int)) == list(range(1, 11))


async def test_draft_of_a_member_is_found(store):
    await save(store, question(), closed_question("q2", 2), question("q3", asker_id=MemberId("lee")))

    found = await store.read(lambda transaction: transaction.questions.draft_of(MEMBER))

    assert found == question()


async def test_own_questions_come_newest_first(store):
    await save(store, question(), closed_question("q1", 1), closed_question("q2", 2))

    assert await ids(store, lambda questions: questions.of_asker(MEMBER)) == ["q2", "q1"]


async def test_desk_shows_open_answered_and_lately_closed(store):
    await save(store, *(closed_question(f"q{number}", number) for number in range(1, 4)))
    await save(store, question("draft"), question("open", state=QuestionState.OPEN, opened_at=NOW - MINUTE))
    await save(store, question("answered", state=QuestionState.ANSWERED, opened_at=NOW - 2 * MINUTE))

    found = await ids(store, lambda questions: questions.for_panel(closed_since=NOW + 2 * MINUTE))

    assert found == ["answered", "open", "q2", "q3"]


async def test_editor_is_offered_what_awaits_release(store):
    await save(store, closed_question("late", 9), closed_question("early", 1))
    await save(store, closed_question("held", 2, held_back=True), closed_question("out", 3, released_at=NOW))
    await save(store, closed_question("consult", 4, consent=ConsentScope.CONSULT_ONLY), question())

    assert await ids(store, lambda questions: questions.awaiting_release()) == ["early", "late"]


async def test_released_includes_the_end_and_not_the_start(store):
    for minute in range(4):
        await save(store, closed_question(f"q{minute}", minute + 1, released_at=NOW + minute * MINUTE))

    found = await ids(store, lambda questions: questions.released_between(NOW, NOW + 2 * MINUTE))

    assert found == ["q1", "q2"]


async def test_entries_are_appended_once_and_in_order(store):
    await save(store, question(), question("q2"))
    for added in (entry("a"), entry("b", text=None, actor_id=None), entry("a"), entry("c", question_id="q2")):
        await store.write(lambda transaction, added=added: transaction.entries.add(added))

    found, after, last = await store.read(
        lambda transaction: (
            transaction.entries.of_question(QUESTION),
            transaction.entries.after(1, limit=2),
            transaction.entries.last_id(),
        )
    )

    assert [replace(each, id=0) for each in found] == [entry("a"), entry("b", text=None, actor_id=None)]
    assert ([each.key for each in after], last) == (["b", "c"], after[-1].id)


async def test_own_entries_of_some_kinds_are_found_by_question(store):
    await save(store, question(), question("other"))
    kept = [
        entry("mine", kind=EntryKind.FOLLOWED, actor_id=MEMBER),
        entry("later", kind=EntryKind.UNFOLLOWED, actor_id=MEMBER),
        entry("anothers", kind=EntryKind.FOLLOWED, actor_id=None),
        entry("else", kind=EntryKind.NOTE, actor_id=MEMBER),
    ]
    await store.write(lambda transaction: [transaction.entries.add(each) for each in kept])
    kinds = frozenset({EntryKind.FOLLOWED, EntryKind.UNFOLLOWED})

    def find(*ids):
        return store.read(lambda transaction: transaction.entries.of_member(MEMBER, ids, kinds=kinds))

    found = await find(QUESTION, *(f"none-{number}" for number in range(600)))
    assert [each.key for each in found] == ["mine", "later"]
    assert (await find(), await find("other")) == ((), ())


async def test_follower_misses_no_entry_of_concurrent_writers(store):
    await save(store, question())
    seen: list[int] = []

    async def follow():
        while len(seen) < 60:
            found = await store.read(lambda transaction: transaction.entries.after(seen[-1] if seen else 0))
            seen.extend(entry.id for entry in found)

    def add(number):
        return store.write(lambda transaction: transaction.entries.add(entry(f"e{number}")))

    await asyncio.wait_for(asyncio.gather(follow(), *(add(number) for number in range(60))), 20)

    assert seen == sorted(set(seen))


async def test_consents_are_added_and_never_doubled(store):
    await save(store, question())
    first = Consent(question_id=QUESTION, scope=ConsentScope.CONSULT_ONLY, given_by=MEMBER, given_at=NOW)
    later = Consent(
        question_id=QUESTION, scope=ConsentScope.TEACHING, given_by=MEMBER, given_at=NOW, basis="hospital", version=2
    )

    for given in (first, later, first):
        await store.write(lambda transaction, given=given: transaction.consents.add(given))

    assert await store.read(lambda transaction: transaction.consents.of_question(QUESTION)) == (first, later)


async def test_choice_is_taken_once(store):
    await store.write(lambda transaction: transaction.choices.add(choice()))

    takes = await asyncio.gather(
        *(store.write(lambda transaction: transaction.choices.take("token-1", Action.CLAIM)) for _ in range(4))
    )

    assert sorted(takes) == [False, False, False, True]
    found = await store.read(lambda transaction: transaction.choices.get("token-1"))
    assert found == choice(taken=Action.CLAIM)


async def test_open_choices_are_neither_taken_nor_expired(store):
    added = (choice("a"), choice("b"), choice("c", taken=Action.CLAIM), choice("d", expires_at=NOW))
    await store.write(lambda transaction: [transaction.choices.add(each) for each in (*added, choice("a"))])

    found = await store.read(lambda transaction: transaction.choices.open_of(MEMBER, NOW))

    assert [each.token for each in found] == ["b", "a"]
    assert await store.read(lambda transaction: transaction.choices.get("z")) is None


async def test_choice_that_was_not_taken_can_wait_longer(store):
    added = (choice("a", expires_at=NOW), choice("b", expires_at=NOW, taken=Action.CLAIM))
    await store.write(lambda transaction: [transaction.choices.add(each) for each in added])

    await store.write(lambda transaction: [transaction.choices.prolong(each, NOW + MINUTE) for each in "ab"])

    found = await store.read(lambda transaction: [transaction.choices.get(token) for token in "ab"])
    assert found == [choice("a"), added[1]]


async def test_taking_an_action_everywhere_spares_other_choices(store):
    added = (choice("a"), choice("b"), choice("c", taken=Action.ASK_BACK), choice("d", actions=(Action.CLOSE,)))
    await store.write(lambda transaction: [transaction.choices.add(each) for each in added])

    taken = [await store.write(lambda t: t.choices.take_all(QUESTION, Action.CLAIM)) for _ in range(2)]

    found = await store.read(lambda transaction: [transaction.choices.get(token).taken for token in "abcd"])
    assert (taken, found) == ([2, 0], [Action.CLAIM, Action.CLAIM, Action.ASK_BACK, None])


async def test_delivery_is_found_as_added_and_once(store):
    adds = [await store.write(lambda transaction: transaction.deliveries.add(delivery())) for _ in range(2)]

    found = await store.read(lambda transaction: transaction.deliveries.get(DeliveryId("delivery-1")))

    assert (adds, found) == ([True, False], delivery())


async def test_deliveries_are_listed_by_state(store):
    later = delivery("later", created_at=NOW + MINUTE, token=None, question_id=None, link=None)
    await store.write(lambda transaction: [transaction.deliveries.add(each) for each in (later, delivery())])

    await store.write(lambda transaction: transaction.deliveries.set_state(DeliveryId("later"), DeliveryState.UNKNOWN))

    found = await store.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.UNKNOWN))
    assert [(each.id, each.question_id) for each in found] == [("later", None)]


async def test_unknown_delivery_and_digest_are_permanent_errors(store):
    for work in (
        lambda transaction: transaction.deliveries.get(DeliveryId("x")),
        lambda transaction: transaction.deliveries.set_state(DeliveryId("x"), DeliveryState.SENT),
        lambda transaction: transaction.digests.get(DigestId("x")),
        lambda transaction: transaction.digests.set_state(DigestId("x"), DigestState.SENT),
    ):
        with pytest.raises(PermanentError, match="_unknown"):
            await store.write(work)


async def test_digest_is_one_per_name_period_and_member(store):
    adds = [
        await store.write(lambda transaction, each=each: transaction.digests.add(each))
        for each in (digest(), digest(since=NOW - MINUTE), digest(3), digest(4, name="weekly"))
    ]

    told = await store.read(
        lambda transaction: (transaction.digests.told_until(MEMBER), transaction.digests.told_until(MemberId("x")))
    )

    assert (adds, told) == ([True, False, True, True], (digest(3).until, None))


async def test_member_is_told_up_to_the_newest_digest_whatever_its_name(store):
    later = {"surge.1200": NOW + MINUTE, "weekly": NOW + timedelta(days=1)}
    added = (digest(), *(digest(name=name, until=until) for name, until in later.items()))
    await store.write(lambda transaction: [transaction.digests.add(each) for each in added])

    told = await store.read(lambda transaction: transaction.digests.told_until(MEMBER))

    assert told == NOW + MINUTE


async def test_empty_digest_may_be_replaced(store):
    later = digest(until=NOW + timedelta(hours=1))
    await store.write(lambda transaction: transaction.digests.add(digest()))

    refused = await store.write(lambda transaction: transaction.digests.replace_empty(later))
    await store.write(lambda transaction: transaction.digests.set_state(digest().id, DigestState.EMPTY))
    replaced = await store.write(lambda transaction: transaction.digests.replace_empty(later))

    assert (refused, replaced) == (False, True)
    assert await store.read(lambda transaction: transaction.digests.get(digest().id)) == later
