"""The board's weekly card: how long the questions of the last week waited, in a few lines."""

from __future__ import annotations

from datetime import timedelta

from domain.delivery import Terms, Value
from domain.digest import Digest
from domain.member import Member
from domain.policies import Escalation
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.service_level import Level, service_report

_MINUTE = 60
_LAST_DAY = timedelta(seconds=1)


def weekly_card(
    transaction: Transaction, digest: Digest, member: Member, *, wording: Wording, escalation: Escalation
) -> str | None:
    """Return the card; None where nobody asked anything."""
    report = service_report(
        transaction.waiting.waited(digest.since, digest.until),
        escalation.policies,
        since=digest.since,
        until=digest.until,
        time_zone=escalation.time_zone,
    )
    if report.total.count == 0:
        return None
    head = wording.text("weekly.heading", member, {"begin": digest.since, "end": digest.until - _LAST_DAY})
    lines = [_line(level, member, wording=wording) for level in report.by_urgency if level.count is not None]
    total = _total(report.total, member, wording=wording)
    return "\n".join((head, total, *lines, wording.text("weekly.footer", member, {})))


def _total(level: Level, member: Member, *, wording: Wording) -> str:
    if level.count is None:
        return wording.text("weekly.too_few", member, {})
    return wording.text("weekly.total", member, _values(level))


def _line(level: Level, member: Member, *, wording: Wording) -> str:
    urgency = Terms(keys=(f"weekly.{level.name}",))
    return wording.text("weekly.line", member, {**_values(level), "urgency": urgency})


def _values(level: Level) -> dict[str, Value]:
    return {
        "count": level.count or 0,
        "claim": _minutes(level.claim.median),
        "claim_ninetieth": _minutes(level.claim.ninetieth),
        "claimed": _share(level.claimed_in_time),
        "answer": _minutes(level.answer.median),
        "answer_ninetieth": _minutes(level.answer.ninetieth),
        "answered": _share(level.answered_in_time),
        "never": level.never_answered or 0,
        "owned": level.owned or 0,
    }


def _minutes(seconds: int | None) -> str:
    return "–" if seconds is None else f"{round(seconds / _MINUTE)}"


def _share(per_cent: int | None) -> str:
    return "–" if per_cent is None else f"{per_cent}"
