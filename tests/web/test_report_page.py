"""The report's page and its numbers: for those who answer for the society, whole days, nothing invalid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.member import Member, Role
from domain.question import EntryKind, Question, Urgency
from tests.fakes.web_world import ASKER, COORDINATOR, PANELIST, WebWorld, member

BOARD = member("board", Role.BOARD)


async def _asked(world: WebWorld, *, questions: int) -> None:
    for _ in range(questions):
        question: Question = await world.question(urgency=Urgency.URGENT)
        await world.entry(question, EntryKind.OPENED, actor=ASKER, details={"urgency": "urgent"})
        world.clock.advance(minutes=5)
        await world.entry(question, EntryKind.CLAIMED, actor=PANELIST)
        world.clock.advance(minutes=25)
        await world.entry(question, EntryKind.ANSWER, actor=PANELIST, text="CTPA.")


@pytest.mark.parametrize(("reader", "status"), [(ASKER, 403), (PANELIST, 403), (COORDINATOR, 200), (BOARD, 200)])
async def test_report_is_for_those_who_answer_for_the_society(world: WebWorld, reader: Member, status: int) -> None:
    await world.save(BOARD)

    async with await world.signed_in(reader) as browser:
        statuses = [(await browser.get(page)).status_code for page in ("/report", "/api/report")]

    assert statuses == [status, status]


async def test_four_weeks_are_reported_unless_asked_otherwise(world: WebWorld) -> None:
    await _asked(world, questions=6)

    async with await world.signed_in(COORDINATOR) as browser:
        report = (await browser.get("/api/report")).json()

    assert (report["from"], report["to"], report["total"]["count"]) == ("2026-02-03", "2026-03-02", 6)
    assert (report["total"]["claim_median"], report["total"]["answer_median"]) == (300, 1800)
    assert [level["name"] for level in report["urgency"]] == ["urgent"]


async def test_period_is_as_asked(world: WebWorld) -> None:
    await _asked(world, questions=6)
    yesterday = (world.clock.now - timedelta(days=1)).date().isoformat()

    async with await world.signed_in(COORDINATOR) as browser:
        report = (await browser.get(f"/api/report?from={yesterday}&to={yesterday}")).json()

    assert (report["total"]["count"], report["hour"]) == (0, [])


@pytest.mark.parametrize(
    "query",
    [
        "from=soon",
        "from=2026-03-09&to=2026-03-01",
        "from=2020-01-01&to=2026-03-01",
        "to=9999-12-31",
        "to=0001-01-01",
        "from=1999-12-31&to=2000-01-02",
    ],
)
async def test_period_that_is_none_is_refused(world: WebWorld, query: str) -> None:
    async with await world.signed_in(COORDINATOR) as browser:
        answer = await browser.get(f"/api/report?{query}")

    assert answer.status_code == 422
