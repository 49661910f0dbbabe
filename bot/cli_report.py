"""`hilum report` and `hilum incidents`: how long questions waited, and what was flagged."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.clock import utc_now
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.incident import Incident
from domain.ports.store import Transaction
from domain.service_level import Level, ServiceReport, service_report

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
_DAY = timedelta(days=1)
_FOUR_WEEKS = timedelta(days=28)
_MINUTE = 60


def register(app: typer.Typer) -> None:
    app.command("report")(report)
    app.command("incidents")(incidents)


def report(
    context: typer.Context,
    *,
    first: Annotated[str | None, typer.Option("--from", help="First day, such as 2026-11-01; four weeks back.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; today unless given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how long questions waited for a claim and an answer, by urgency, panel and hour of the day."""

    async def make(parts: Parts) -> ServiceReport:
        escalation, now = parts.services.escalation, utc_now()
        zone = ZoneInfo(escalation.time_zone)
        end = _day(last, now.astimezone(zone).date())
        begin = _day(first, end - _FOUR_WEEKS + _DAY)
        since, until = _midnight(begin, zone), min(now, _midnight(end + _DAY, zone))
        waited = await parts.services.store.read(lambda transaction: transaction.waiting.waited(since, until))
        return service_report(waited, escalation.policies, since=since, until=until, time_zone=escalation.time_zone)

    made = with_parts(context, make)
    if as_json:
        sys.stdout.write(json.dumps(asdict(made), default=str, ensure_ascii=False) + "\n")
        return
    groups = (("all", (made.total,)), ("urgency", made.by_urgency), ("panel", made.by_panel), ("hour", made.by_hour))
    rows = [_row(group, level) for group, levels in groups for level in levels]
    show_rows(rows, as_json=False, empty="No question in this period.")
    console.print("Times in minutes. Groups of fewer than 5 questions are hidden.")


def incidents(
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option(help="Closed ones of so many days too.", min=0)] = 30,
    as_json: AsJson = False,
) -> None:
    """List what was flagged: open ones first, with the time that is left to decide and close them."""
    now = utc_now()

    def read(transaction: Transaction) -> list[dict[str, object]]:
        found = transaction.incidents.recent(closed_since=now - timedelta(days=days))
        return [_incident(transaction, each, now=now) for each in found]

    async def rows(parts: Parts) -> list[dict[str, object]]:
        return await parts.services.store.read(read)

    show_rows(with_parts(context, rows), as_json=as_json, empty="Nothing was flagged.")


def _row(group: str, level: Level) -> dict[str, object]:
    return {
        "by": group,
        "group": level.name,
        "questions": "<5" if level.count is None else level.count,
        "claim p50": _minutes(level.claim.median),
        "claim p90": _minutes(level.claim.ninetieth),
        "claimed in time %": level.claimed_in_time,
        "answer p50": _minutes(level.answer.median),
        "answer p90": _minutes(level.answer.ninetieth),
        "answered in time %": level.answered_in_time,
        "never answered": level.never_answered,
        "left to the coordinator": level.owned,
    }


def _incident(transaction: Transaction, incident: Incident, *, now: datetime) -> dict[str, object]:
    """Ids, times and decisions; the words themselves stay on the moderators' page."""
    left = incident.due_at - now
    return {
        "id": incident.id[:12],
        "question": transaction.questions.get(incident.question_id).label,
        "what": incident.what.value,
        "opened": incident.opened_at.isoformat(timespec="minutes"),
        "by": incident.opened_by,
        "taken by": incident.taken_by,
        "decision": incident.decision.value,
        "identifies": incident.identifies_at is not None,
        "hours left": None if not incident.is_open else round(left / timedelta(hours=1), 1),
        "closed": None if incident.closed_at is None else incident.closed_at.isoformat(timespec="minutes"),
    }


def _day(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no day such as 2026-11-01", code=2)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else round(seconds / _MINUTE)
