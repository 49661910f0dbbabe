"""The audit as storage keeps it: one chain, whoever writes, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from domain.audit import AuditEvent, AuditKind, AuditSearch, first_break
from domain.ids import MemberId, QuestionId
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION


def _event(key: str, **changes: object) -> AuditEvent:
    event = AuditEvent(
        key=key,
        kind=AuditKind.REFUSED,
        action="claim",
        actor_id=MEMBER,
        channel="web",
        at=NOW,
        question_id=QUESTION,
        subject="panel chest",
        details={"code": "not_now", "count": 2},
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # a test changes what it is about


async def test_events_come_back_as_they_were_chained(store):
    events = [_event("a"), _event("b", actor_id=None, question_id=None, at=NOW + MINUTE), _event("c", details={})]
    for event in events:
        assert await store.write(lambda t, e=event: t.audit.add(e))

    links = await store.read(lambda t: t.audit.after(0))

    assert [link.event for link in links] == events
    assert [link.number for link in links] == [1, 2, 3]
    assert first_break(links) is None


async def test_same_key_adds_nothing(store):
    await store.write(lambda t: t.audit.add(_event("a")))

    again = await store.write(lambda t: t.audit.add(_event("a", action="view")))

    assert not again
    assert len(await store.read(lambda t: t.audit.after(0))) == 1


async def test_events_are_found_by_question_and_place(store):
    for key, question in (("a", "x"), ("b", "y"), ("c", "x")):
        await store.write(lambda t, k=key, q=question: t.audit.add(_event(k, question_id=QuestionId(q))))

    of_x = await store.read(lambda t: t.audit.of_question(QuestionId("x")))
    page = await store.read(lambda t: t.audit.after(1, limit=1))
    last = await store.read(lambda t: t.audit.last())

    assert [link.event.key for link in of_x] == ["a", "c"]
    assert [link.number for link in page] == [2]
    assert last.event.key == "c"


async def test_many_writers_make_one_chain(store):
    await asyncio.gather(*(store.write(lambda t, k=str(n): t.audit.add(_event(k))) for n in range(30)))

    links = await store.read(lambda t: t.audit.after(0))

    assert len(links) == 30
    assert first_break(links) is None


async def test_newest_are_found_by_question_member_and_place(store):
    x, lee = QuestionId("x"), MemberId("lee")
    events = [_event("a", question_id=x), _event("b", actor_id=lee), _event("c", question_id=x, subject="lee")]
    for event in [*events, _event("d")]:
        await store.write(lambda t, e=event: t.audit.add(e))
    searches = (
        *(AuditSearch(), AuditSearch(question_id=x), AuditSearch(member_id=lee), AuditSearch(before=3)),
        AuditSearch(question_id=x, member_id=lee, before=3),
    )

    found = [await store.read(lambda t, s=search: t.audit.newest(s, limit=3)) for search in searches]

    assert ["".join(link.event.key for link in links) for links in found] == ["dcb", "ca", "cb", "ba", ""]
