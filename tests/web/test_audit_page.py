"""The audit's page: for moderators and administrators, by question and member, newest first; reading is noted too."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from domain.audit import AuditEvent, AuditKind
from domain.incident import Hidden, Incident, What
from domain.member import Member, Role
from domain.question import Question, QuestionState
from domain.withholding import TEXT
from tests.fakes.web_world import ASKER, COORDINATOR, PANELIST, START, WebWorld, member

ADMINISTRATOR = member("admin", Role.ADMINISTRATOR)
MODERATOR = member("moderator", Role.MODERATOR)


async def note(world: WebWorld, action: str, question: Question | None = None, **changes: object) -> None:
    number = len(await events(world))
    facts = {"key": f"k{number}", "kind": AuditKind.DID, "actor_id": PANELIST.id, "channel": "sms", "at": START}
    question_id = None if question is None else question.id
    event = AuditEvent(**{**facts, "action": action, "question_id": question_id, **changes})  # type: ignore[arg-type]
    await world.store.write(lambda transaction: transaction.audit.add(event))


async def events(world: WebWorld) -> list[AuditEvent]:
    links = await world.store.read(lambda transaction: transaction.audit.after(0))
    return [link.event for link in links]


async def reader(world: WebWorld, person: Member = ADMINISTRATOR) -> httpx.AsyncClient:
    await world.save(person)
    return await world.signed_in(person)


async def shown(browser: httpx.AsyncClient, query: str = "") -> list[str]:
    found = (await browser.get(f"/api/audit{query}")).json()
    return [event["action"] for event in found["events"]]


@pytest.mark.parametrize(
    ("person", "status"), [(ASKER, 403), (PANELIST, 403), (COORDINATOR, 403), (MODERATOR, 200), (ADMINISTRATOR, 200)]
)
async def test_audit_is_read_by_those_whom_it_is_for(world: WebWorld, person: Member, status: int) -> None:
    browser = await reader(world, person)

    statuses = [(await browser.get(page)).status_code for page in ("/audit", "/api/audit")]

    assert [*statuses, (await browser.post("/api/audit/verify", json={})).status_code] == [status] * 3


async def test_event_says_who_did_what_and_from_where(world: WebWorld) -> None:
    question = await world.question(QuestionState.OPEN)
    await note(world, "claim", question, subject=ASKER.id, details={"code": "not_now", "found": 2})

    [event] = (await (await reader(world)).get(f"/api/audit?question={question.label}")).json()["events"]

    said = tuple(event[name] for name in ("who", "kind", "action", "channel", "about", "details"))
    about = f"{question.label} · {ASKER.display_name}"
    assert said == (PANELIST.display_name, "did", "claim", "sms", about, "code=not_now found=2")


async def test_events_are_found_by_question_and_member(world: WebWorld) -> None:
    question, other = [await world.question(QuestionState.OPEN) for _ in range(2)]
    await note(world, "claim", question)
    await note(world, "pass", other, actor_id=COORDINATOR.id)
    await note(world, "offboard", actor_id=None, subject=PANELIST.id, channel="cli")
    await note(world, "try", question, question_id="nowhere")
    browser = await reader(world)

    assert await shown(browser, f"?question={question.number}") == ["claim"]
    assert await shown(browser, f"?member={PANELIST.id}") == ["try", "offboard", "claim"]
    assert (await shown(browser))[-4:] == ["try", "offboard", "pass", "claim"]


async def test_older_events_follow_page_by_page(world: WebWorld) -> None:
    for number in range(52):
        await note(world, f"a{number}", subject="s")
    browser = await reader(world)

    first = (await browser.get(f"/api/audit?member={PANELIST.id}")).json()
    rest = (await browser.get(f"/api/audit?member={PANELIST.id}&before={first['before']}")).json()

    assert (len(first["events"]), first["events"][0]["action"]) == (50, "a51")
    assert ([event["action"] for event in rest["events"]], rest["before"]) == (["a1", "a0"], None)


@pytest.mark.parametrize("query", ["question=x", "question=9", "member=nobody", "before=-1", "before=" + "9" * 30])
async def test_search_for_what_is_not_there_is_refused(world: WebWorld, query: str) -> None:
    answer = await (await reader(world)).get(f"/api/audit?{query}")

    assert (answer.status_code, answer.json()["error"]) == (422, "field_invalid")


async def test_chain_is_followed_on_demand(world: WebWorld) -> None:
    await note(world, "claim")
    browser = await reader(world)

    verdict = (await browser.post("/api/audit/verify", json={})).json()

    last = await world.store.read(lambda transaction: transaction.audit.last())
    assert last is not None
    assert verdict == {"events": last.number, "digest": last.digest, "broken_at": None}


async def test_reading_is_noted_once_a_day(world: WebWorld) -> None:
    question = await world.question(QuestionState.OPEN)
    flag = Incident(
        id="i1",
        question_id=question.id,
        what=What.TEXT,
        hidden=(Hidden(question_id=question.id, item=TEXT),),
        opened_at=START,
        opened_by=ASKER.id,
        due_at=START + timedelta(hours=72),
    )
    await world.store.write(lambda transaction: transaction.incidents.add(flag))
    browser = await reader(world, MODERATOR)
    pages = ("/api/incidents", "/api/report", "/api/audit", "/api/audit?question=" + question.label)

    for page in (*pages, *pages):
        assert (await browser.get(page)).status_code == 200

    looks = [event for event in await events(world) if event.kind is AuditKind.VIEWED]
    assert [(look.action, look.question_id, look.subject) for look in looks] == [
        ("view_incident", question.id, "i1"),
        ("view_report", None, "2026-02-03/2026-03-02"),
        ("view_audit", None, ""),
        ("view_audit", question.id, ""),
    ]


async def test_search_is_noted_by_what_it_showed_without_its_words(world: WebWorld) -> None:
    question = await world.question(QuestionState.OPEN)
    browser = await reader(world, PANELIST)
    words = question.text.value.split()[-1]

    for sought in (words, words, "Nowak"):
        await browser.post("/api/search", json={"words": sought})

    noted = [event for event in await events(world) if event.kind is not AuditKind.SIGNED_IN]
    assert [(event.action, event.question_id, dict(event.details)) for event in noted] == [
        ("search", None, {"found": 1}),
        ("view_found", question.id, {}),
    ]
