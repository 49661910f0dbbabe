"""Pages that were sent or wait, what members have set for them, and the surge's switch."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from domain.hours import QuietHours
from domain.ids import MemberId, QuestionId
from domain.messages import Address
from domain.paging import PageRow, Way
from domain.question import QuestionState
from domain.surge import Surge
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, member, question

SMS = Address(channel="sms", external_id="+kim")
WEB = Address(channel="web", external_id="kim")


def page(page_id: str = "page-1", **changes: object) -> PageRow:
    values: dict[str, object] = {
        "id": page_id,
        "question_id": QUESTION,
        "opening": 2,
        "step": 3,
        "member_id": MEMBER,
        "way": Way.NEXT,
        "is_urgent": True,
        "due_at": NOW,
    }
    return PageRow(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


async def keep(store, *pages):
    await store.write(lambda transaction: transaction.questions.add(question()))
    return await store.write(lambda transaction: [transaction.pages.add(each) for each in pages])


async def test_page_is_found_as_kept_and_kept_once(store):
    sent = page("page-2", address=SMS, sent_at=NOW, is_urgent=False, due_at=NOW + MINUTE)

    added = await keep(store, page(), page(), sent)

    assert added == [True, False, True]
    assert await store.read(lambda transaction: transaction.pages.of_question(QUESTION)) == (page(), sent)
    assert await store.read(lambda transaction: transaction.pages.of_question(QuestionId("other"))) == ()


async def test_only_what_is_due_and_undone_waits(store):
    pages = (page("late", due_at=NOW + 2 * MINUTE), page("dropped"), page("sent"), page("second"), page("first"))
    await keep(store, *pages, page("first", due_at=NOW - MINUTE), page("others", member_id=MemberId("lee")))

    def settle(transaction):
        transaction.pages.lock()
        transaction.pages.drop("dropped")
        transaction.pages.set_sent("sent", WEB, NOW)
        transaction.pages.postpone("second", NOW + MINUTE)

    await store.write(settle)
    found = await store.read(lambda transaction: transaction.pages.waiting(MEMBER, due_by=NOW + MINUTE))
    assert [each.id for each in found] == ["first", "second"]
    assert found[1].due_at == NOW + MINUTE


async def test_pages_of_late_are_counted_by_address(store):
    old = page("old", address=SMS, sent_at=NOW - MINUTE)
    await keep(store, old, page("a"), page("b", address=WEB, sent_at=NOW))
    await store.write(lambda transaction: transaction.pages.set_sent("a", SMS, NOW + MINUTE))

    sent = await store.read(lambda transaction: transaction.pages.sent_since(NOW - MINUTE))

    assert sent == {SMS: [NOW + MINUTE], WEB: [NOW]}


async def test_last_page_of_each_member_is_known(store):
    await keep(store, page("a", address=SMS, sent_at=NOW), page("b"), page("c", member_id=MemberId("lee")))
    await store.write(lambda transaction: transaction.pages.set_sent("b", WEB, NOW + MINUTE))
    await store.write(lambda transaction: transaction.pages.set_sent("unknown", WEB, NOW + MINUTE))

    assert await store.read(lambda transaction: transaction.pages.last_asked()) == {MEMBER: NOW + MINUTE}


async def test_settings_of_a_member_come_back(store):
    saved = member(
        hospital="Marked Hospital",
        quiet=QuietHours(begins=time(23, 30), ends=time(5)),
        awake_pool=False,
        pages_at_night=True,
        stopped=frozenset({SMS}),
    )
    await store.write(lambda transaction: transaction.members.save(saved))

    found = await store.read(
        lambda transaction: (
            transaction.members.get(MEMBER),
            transaction.members.by_address(SMS),
            transaction.members.all(),
        )
    )

    assert found == (saved, saved, (saved,))
    assert saved.chain == (WEB,)


async def test_stopped_number_that_moves_is_in_use_again(store):
    await store.write(lambda transaction: transaction.members.save(member(stopped=frozenset({SMS}))))

    await store.write(lambda transaction: transaction.members.save(member("lee", addresses=(SMS,))))

    lee = await store.read(lambda transaction: transaction.members.get(MemberId("lee")))
    assert lee.chain == (SMS,)


async def test_number_put_back_is_in_use_again(store):
    await store.write(lambda transaction: transaction.members.save(member(stopped=frozenset({SMS}))))

    await store.write(lambda transaction: transaction.members.save(member()))

    assert await store.read(lambda transaction: transaction.members.get(MEMBER)) == member()


async def test_open_claims_are_those_that_await_an_answer(store):
    states = (QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED, QuestionState.CLOSED)
    questions = [question(f"q{n}", state=state, claimed_by=MemberId("lee")) for n, state in enumerate(states)]
    unclaimed = question("q9", state=QuestionState.OPEN)
    for added in (*questions, unclaimed):
        await store.write(lambda transaction, added=added: transaction.questions.add(added))

    assert await store.read(lambda transaction: transaction.questions.open_claims()) == {MemberId("lee"): 2}


async def test_switch_is_off_until_somebody_touches_it(store):
    proposed = Surge(proposed_by=MEMBER, proposed_at=NOW)
    on = replace(proposed, confirmed_by=MemberId("lee"), begins_at=NOW + MINUTE, ends_at=NOW + 2 * MINUTE)

    found = [await store.read(lambda transaction: transaction.surge.get())]
    for saved in (proposed, on, Surge()):
        await store.write(lambda transaction, saved=saved: transaction.surge.save(saved))
        found.append(await store.read(lambda transaction: transaction.surge.get()))

    assert found == [Surge(), proposed, on, Surge()]
