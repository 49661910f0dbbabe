"""Invites, applications and codes that link channels, on both databases."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from domain.commands import Deliver
from domain.enrolment import Application, ApplicationState, Invite
from domain.ids import DeliveryId, MemberId
from domain.linking import new_link_code
from domain.member import Language, Role
from domain.messages import Address
from domain.web import Direction, WebLine
from storage.tables import conversation, job, web_line
from storage.tables import delivery as deliveries
from storage.tables_incident import sent_reference
from tests.contracts.samples import MEMBER, MINUTE, NOW, delivery, member

TRACES = (deliveries, conversation, web_line, sent_reference, job)

INVITE = Invite(
    id="i1",
    name="한소미",
    language=Language.KOREAN,
    roles=frozenset({Role.EDITOR, Role.PANELIST}),
    made_by=MEMBER,
    made_at=NOW,
    expires_at=NOW + MINUTE,
    token_hash="t1",
    email="somi@example.org",
)
APPLICATION = Application(
    id="a1",
    society_number="K-77",
    name="한소미",
    email="somi@example.org",
    language=Language.ENGLISH,
    made_at=NOW,
    expires_at=NOW + MINUTE,
    salt="s",
    code_hash="h",
    wrong_tries=2,
)


async def test_invite_is_found_by_id_and_by_token(store):
    added = [await store.write(lambda transaction: transaction.enrolments.add_invite(INVITE)) for _ in range(2)]

    locked = await store.write(
        lambda transaction: (
            transaction.enrolments.lock_invite("i1"),
            transaction.enrolments.lock_invite_by_token("t1"),
            transaction.enrolments.lock_invite_by_token("t2"),
            transaction.enrolments.lock_invite("i2"),
        )
    )

    assert added == [True, False]
    assert locked == (INVITE, INVITE, None, None)


async def test_invite_is_looked_at_without_being_locked(store):
    await store.write(lambda transaction: transaction.enrolments.add_invite(INVITE))

    looked = [
        await store.read(lambda transaction, token=token: transaction.enrolments.invite_by_token(token))
        for token in ("t1", "t2")
    ]

    assert looked == [INVITE, None]


async def test_invite_without_a_link_is_found_by_no_token(store):
    await store.write(lambda transaction: transaction.enrolments.add_invite(replace(INVITE, token_hash="")))

    assert await store.read(lambda transaction: transaction.enrolments.invite_by_token("")) is None
    assert await store.write(lambda transaction: transaction.enrolments.lock_invite_by_token("")) is None


async def test_open_invites_are_those_that_still_work(store):
    newer = replace(INVITE, id="i2", made_at=NOW + MINUTE, expires_at=NOW + 9 * MINUTE, made_by=None)
    over = [replace(newer, id="i3", used_at=NOW, used_by=MEMBER), replace(newer, id="i4", revoked_at=NOW)]

    for each in (INVITE, newer, *over):
        await store.write(lambda transaction, each=each: transaction.enrolments.save_invite(each))

    assert await store.read(lambda transaction: transaction.enrolments.open_invites(NOW)) == (newer, INVITE)
    assert await store.read(lambda transaction: transaction.enrolments.open_invites(NOW + MINUTE)) == (newer,)


async def test_waiting_applications_are_listed_until_decided(store):
    waiting = replace(APPLICATION, state=ApplicationState.WAITING)
    decided = replace(waiting, id="a2", state=ApplicationState.REFUSED, decided_by=MEMBER, decided_at=NOW)
    for each in (waiting, decided, replace(APPLICATION, id="a3")):
        await store.write(lambda transaction, each=each: transaction.enrolments.save_application(each))

    listed = await store.read(lambda transaction: transaction.enrolments.waiting(NOW))

    assert listed == (waiting,)
    assert await store.write(lambda transaction: transaction.enrolments.lock_application("a2")) == decided
    assert await store.write(lambda transaction: transaction.enrolments.lock_application("zz")) is None
    assert await store.read(lambda each: each.enrolments.sent_since("somi@example.org", NOW - MINUTE)) == 3


async def test_code_replaces_the_one_before(store):
    await store.write(lambda transaction: transaction.members.save(member()))
    first, _ = new_link_code("one", MEMBER, NOW)
    second, _ = new_link_code("two", MEMBER, NOW)

    for code in (first, second):
        await store.write(lambda transaction, code=code: transaction.channel_links.add(code))

    assert await store.write(lambda transaction: transaction.channel_links.open_codes(NOW)) == (second,)


async def test_used_expired_and_revoked_codes_are_closed(store):
    code, _ = new_link_code("one", MEMBER, NOW)
    await store.write(lambda transaction: transaction.members.save(member()))
    await store.write(lambda transaction: transaction.channel_links.add(code))

    late = await store.write(lambda transaction: transaction.channel_links.open_codes(code.expires_at))
    await store.write(lambda transaction: transaction.channel_links.save(replace(code, used_at=NOW)))
    used = await store.write(lambda transaction: transaction.channel_links.open_codes(NOW))
    await store.write(lambda transaction: transaction.channel_links.save(code))
    await store.write(lambda transaction: transaction.channel_links.revoke_of(MemberId(MEMBER)))

    assert (late, used) == ((), ())
    assert await store.write(lambda transaction: transaction.channel_links.open_codes(NOW)) == ()


async def test_wrong_tries_are_remembered_by_address(store):
    phone = Address(channel="sms", external_id="+8210")
    tries = await store.write(lambda transaction: transaction.channel_links.tries(phone, NOW))

    await store.write(lambda transaction: transaction.channel_links.save_tries(tries.with_wrong(NOW)))

    found = await store.write(lambda transaction: transaction.channel_links.tries(phone, NOW + MINUTE))
    assert found == tries.with_wrong(NOW)


async def test_what_was_said_of_newcomers_leaves_no_trace(storage):
    letter = {"key": "join.code", "question_id": None, "address": Address(channel="mail", external_id="somi@x.org")}
    told = [delivery("old", subject="old", **letter), delivery("new", **{**letter, "created_at": NOW + MINUTE})]

    def tell(transaction):
        for each in (*told, delivery("other")):
            transaction.deliveries.add(each)
        line = WebLine(cause="old", member_id=MEMBER, direction=Direction.OUT, payload={"text": "somi@x.org"}, at=NOW)
        transaction.web.add_line(line)
        transaction.sent.note(DeliveryId("old"), "reference")
        transaction.jobs.add(Deliver(delivery_id=DeliveryId("old")), lane="mail|somi@x.org|old", gate="mail")

    await storage.store.write(tell)
    counts = [await storage.store.write(lambda t: t.deliveries.forget({"join.code": NOW})) for _ in range(2)]

    left = await storage.store.look(lambda connection: [connection.execute(sa.select(each)).all() for each in TRACES])
    assert counts == [1, 0]
    assert [len(rows) for rows in left] == [2, 0, 0, 0, 1]
    assert "|old" not in repr(left)
