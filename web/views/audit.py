"""The audit as whoever reads it is shown it: people by name, questions by label, everything else as it was noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.audit import AuditLink, AuditVerdict
from domain.errors import PermanentError
from domain.ids import QuestionId
from domain.ports.store import Transaction
from domain.web import JsonValue
from web.views.entries import moment

Json = dict[str, JsonValue]


def audit_view(transaction: Transaction, links: Sequence[AuditLink]) -> Json:
    """Return events with the names that only the audit's readers see, and everybody to choose from."""
    names: dict[str, str] = {member.id: member.display_name for member in transaction.members.all()}
    ids = dict.fromkeys(link.event.question_id for link in links)
    labels = {each: _label(transaction, each) for each in ids if each is not None}
    return {
        "events": [_event_view(link, names=names, labels=labels) for link in links],
        "members": [{"id": member_id, "name": name} for member_id, name in names.items()],
    }


def verdict_view(verdict: AuditVerdict) -> Json:
    return {"events": verdict.events, "digest": verdict.digest, "broken_at": verdict.broken_at}


def _event_view(link: AuditLink, *, names: Mapping[str, str], labels: Mapping[QuestionId, str]) -> Json:
    event = link.event
    about = "" if event.question_id is None else labels[event.question_id]
    return {
        "number": link.number,
        "at": moment(event.at),
        "kind": event.kind.value,
        "action": event.action,
        "who": None if event.actor_id is None else names.get(event.actor_id, event.actor_id),
        "channel": event.channel,
        "about": " · ".join(filter(None, (about, names.get(event.subject, event.subject)))),
        "details": " ".join(f"{name}={value}" for name, value in sorted(event.details.items())),
    }


def _label(transaction: Transaction, question_id: QuestionId) -> str:
    """Return a question's label; what a refused try named need not exist."""
    try:
        question = transaction.questions.get(question_id)
    except PermanentError:
        return "?"
    return question.label if question.number is not None else question_id
