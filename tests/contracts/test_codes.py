"""Short codes on phones and short links, on both databases."""

from __future__ import annotations

from dataclasses import replace

from domain.ids import QuestionId
from domain.messages import Address
from domain.short_codes import ShortCode, ShortLink
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, member, question

SMS = Address(channel="sms", external_id="+kim")
CODE = ShortCode(address=SMS, code=41, question_id=QUESTION, given_at=NOW)
LINK = ShortLink(code_hash="h" * 64, member_id=MEMBER, question_id=QUESTION, expires_at=NOW + MINUTE)


async def begin(store):
    await store.write(lambda transaction: transaction.members.save(member()))
    await store.write(lambda transaction: [transaction.questions.add(question(each)) for each in (QUESTION, "other")])


async def test_code_names_a_question_on_its_phone_alone(store):
    await begin(store)
    await store.write(lambda transaction: transaction.codes.give(CODE))

    assert await store.read(lambda transaction: transaction.codes.question_of(SMS, 41)) == QUESTION
    assert await store.read(lambda transaction: transaction.codes.question_of(SMS, 42)) is None
    elsewhere = replace(SMS, external_id="+lee")
    assert await store.read(lambda transaction: transaction.codes.of_address(elsewhere)) == ()


async def test_code_given_again_names_the_other_question(store):
    await begin(store)
    again = replace(CODE, question_id=QuestionId("other"), given_at=NOW + MINUTE)

    await store.write(lambda transaction: transaction.codes.give(CODE))
    await store.write(lambda transaction: transaction.codes.give(again))

    assert await store.read(lambda transaction: transaction.codes.of_address(SMS)) == (again,)


async def test_link_is_found_until_it_expires(store):
    await begin(store)
    await store.write(lambda transaction: transaction.codes.add_link(LINK))

    assert await store.read(lambda transaction: transaction.codes.link(LINK.code_hash, NOW)) == LINK
    assert await store.read(lambda transaction: transaction.codes.link(LINK.code_hash, LINK.expires_at)) is None
    assert await store.read(lambda transaction: transaction.codes.link("unknown", NOW)) is None


async def test_expired_links_are_removed(store):
    await begin(store)
    await store.write(lambda transaction: transaction.codes.add_link(LINK))

    early = await store.write(lambda transaction: transaction.codes.forget_ended(NOW))
    late = await store.write(lambda transaction: transaction.codes.forget_ended(LINK.expires_at))

    assert (early, late) == (0, 1)
