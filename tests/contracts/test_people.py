"""Members and the web channel's rows."""

from __future__ import annotations

import asyncio
import threading

import pytest

from domain.errors import PermanentError
from domain.ids import MemberId, PanelId, QuestionId
from domain.messages import Address
from domain.web import Direction, SignInLink, UploadLink, WebLine, WebSession
from tests.contracts.samples import MEMBER, MINUTE, NOW, member


def line(cause: str, member_id: str = MEMBER) -> WebLine:
    return WebLine(
        cause=cause,
        member_id=MemberId(member_id),
        direction=Direction.OUT,
        payload={"key": "answer", "quoted": {"value": "폐렴", "replacements": []}, "digits": ["1", None, True, 1.5]},
        at=NOW,
        question_id=QuestionId("q1"),
    )


async def test_member_is_found_as_saved(store):
    await store.write(lambda transaction: transaction.members.save(member()))

    found = await store.read(
        lambda transaction: (
            transaction.members.get(MEMBER),
            transaction.members.by_address(Address(channel="sms", external_id="+kim")),
            transaction.members.by_address(Address(channel="web", external_id="+kim")),
        )
    )

    assert found == (member(), member(), None)


async def test_saving_replaces_member_and_addresses(store):
    changed = member(addresses=(Address(channel="mail", external_id="k@example.org"),), digest_at=None, active=True)
    await store.write(lambda transaction: transaction.members.save(member()))

    await store.write(lambda transaction: transaction.members.save(changed))

    assert await store.read(lambda transaction: transaction.members.get(MEMBER)) == changed


async def test_whoever_changes_a_member_waits_for_whoever_does(store):
    gone, begun, found_early = member(addresses=(), active=False), threading.Event(), threading.Event()
    await store.write(lambda transaction: transaction.members.save(member()))

    def leave(transaction):
        transaction.members.lock(MEMBER)
        begun.set()
        found_early.wait(0.3)
        transaction.members.save(gone)

    def look(transaction):
        found = transaction.members.lock(MEMBER)
        found_early.set()
        return found

    leaving = asyncio.create_task(store.write(leave))
    await asyncio.to_thread(begun.wait, 10)
    assert await store.write(look) == gone
    await leaving


async def test_address_that_moves_leaves_its_former_holder(store):
    shared = Address(channel="web", external_id="kim")
    await store.write(lambda transaction: transaction.members.save(member()))

    await store.write(lambda transaction: transaction.members.save(member("lee", addresses=(shared,))))

    holder = await store.read(lambda transaction: transaction.members.by_address(shared))
    assert holder.id == "lee"


async def test_members_are_listed_by_display_name(store):
    for name in ("lee", "choi", "kim"):
        await store.write(lambda transaction, name=name: transaction.members.save(member(name)))

    listed = await store.read(lambda transaction: transaction.members.all())

    assert listed == tuple(member(name) for name in ("choi", "kim", "lee"))


async def test_unknown_member_and_panel_are_permanent_errors(store):
    with pytest.raises(PermanentError, match="member_unknown"):
        await store.read(lambda transaction: transaction.members.get(MEMBER))
    with pytest.raises(PermanentError, match="member_unknown"):
        await store.write(lambda transaction: transaction.members.lock(MEMBER))
    with pytest.raises(PermanentError, match="panel_unknown"):
        await store.read(lambda transaction: transaction.panels.get(PanelId("chest")))


async def test_lines_come_in_order_and_once_per_cause(store):
    for cause in ("a", "b", "a", "c"):
        await store.write(lambda transaction, cause=cause: transaction.web.add_line(line(cause)))
    await store.write(lambda transaction: transaction.web.add_line(line("d", "lee")))

    lines = await store.read(lambda transaction: transaction.web.lines(MEMBER))

    assert [found.cause for found in lines] == ["a", "b", "c"]
    assert lines[0].payload == line("a").payload
    assert sorted({found.id for found in lines}) == [found.id for found in lines]


async def test_lines_after_one_begin_with_the_next(store):
    for cause in "abcde":
        await store.write(lambda transaction, cause=cause: transaction.web.add_line(line(cause)))

    latest = await store.read(lambda transaction: transaction.web.lines(MEMBER, limit=2))
    following = await store.read(lambda transaction: transaction.web.lines(MEMBER, after=latest[0].id - 2, limit=2))

    assert [found.cause for found in latest] == ["d", "e"]
    assert [found.cause for found in following] == ["c", "d"]


async def test_sign_in_link_works_once(store):
    link = SignInLink(token_hash="a", member_id=MEMBER, expires_at=NOW + MINUTE)
    await store.write(lambda transaction: transaction.web.add_sign_in_link(link))

    uses = await asyncio.gather(
        *(store.write(lambda transaction: transaction.web.use_sign_in_link("a", NOW)) for _ in range(5))
    )

    assert sorted(uses, key=str) == [None, None, None, None, MEMBER]
    found = await store.read(lambda transaction: transaction.web.sign_in_link("a"))
    assert found.used_at == NOW


async def test_expired_and_unknown_links_do_not_work(store):
    await store.write(
        lambda transaction: (
            transaction.web.add_sign_in_link(SignInLink(token_hash="a", member_id=MEMBER, expires_at=NOW)),
            transaction.web.add_upload_link(UploadLink(code_hash="b", member_id=MEMBER, expires_at=NOW)),
        )
    )

    used = await store.write(
        lambda transaction: (
            transaction.web.use_sign_in_link("a", NOW),
            transaction.web.use_sign_in_link("z", NOW),
            transaction.web.use_upload_link("b", NOW),
        )
    )

    assert used == (None, None, False)


async def test_upload_link_works_once(store):
    link = UploadLink(code_hash="b", member_id=MEMBER, expires_at=NOW + MINUTE, question_id=QuestionId("q1"))
    await store.write(lambda transaction: transaction.web.add_upload_link(link))

    found = await store.read(lambda transaction: transaction.web.upload_link("b"))
    uses = [await store.write(lambda transaction: transaction.web.use_upload_link("b", NOW)) for _ in range(2)]

    assert (found, uses) == (link, [True, False])


async def test_session_is_touched_and_revoked(store):
    session = WebSession(token_hash="s", member_id=MEMBER, created_at=NOW, seen_at=NOW, expires_at=NOW + MINUTE)
    await store.write(lambda transaction: transaction.web.add_session(session))

    await store.write(lambda transaction: transaction.web.touch_session("s", NOW + MINUTE))
    touched = await store.read(lambda transaction: transaction.web.session("s"))
    await store.write(lambda transaction: transaction.web.revoke_session("s"))

    assert touched.seen_at == NOW + MINUTE
    assert await store.read(lambda transaction: transaction.web.session("s")) is None


async def test_all_sessions_of_a_member_are_revoked(store):
    for token, member_id in (("a", "kim"), ("b", "kim"), ("c", "lee")):
        session = WebSession(
            token_hash=token, member_id=MemberId(member_id), created_at=NOW, seen_at=NOW, expires_at=NOW
        )
        await store.write(lambda transaction, session=session: transaction.web.add_session(session))

    revoked = await store.write(lambda transaction: transaction.web.revoke_sessions_of(MEMBER))

    assert revoked == 2
    assert await store.read(lambda transaction: transaction.web.session("c"))
