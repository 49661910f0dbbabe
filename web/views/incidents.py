"""Incidents as a moderator sees them: the running clock, who flagged what, and what is hidden, to decide on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.access import Capability, can
from domain.incident import Hidden, Incident
from domain.member import Member
from domain.ports.store import Transaction
from domain.study import Image, group_into_series
from domain.web import JsonValue
from domain.withholding import TEXT, said_item, series_item
from domain.wrong_patient import may_mark
from web.views.entries import Names, moment

Json = dict[str, JsonValue]


def incident_view(transaction: Transaction, incident: Incident, *, reader: Member, now: datetime) -> Json:
    """Return one incident with what it hides, which nobody else is shown."""
    names = Names(transaction, reader)
    question = transaction.questions.get(incident.question_id)
    people: Json = {
        name: None if member_id is None else names.member(member_id).display_name
        for name, member_id in (
            ("opened_by", incident.opened_by),
            ("taken_by", incident.taken_by),
            ("decided_by", incident.decided_by),
            ("closed_by", incident.closed_by),
        )
    }
    return {
        "id": incident.id,
        "label": question.label,
        "question": question.id,
        "what": incident.what.value,
        "reason": incident.reason.value,
        "note": incident.note.value,
        "decision": incident.decision.value,
        "identifies": incident.identifies_at is not None,
        "mine": incident.taken_by == reader.id,
        "late": incident.is_late(now),
        "may_mark": question.wrong_patient_at is None and may_mark(reader, question),
        "may_see": can(reader, Capability.ANSWER),
        "wrong_patient": question.wrong_patient_at is not None,
        **people,
        **{name: moment(getattr(incident, name)) for name in ("opened_at", "due_at", "decided_at", "closed_at")},
        "hidden": [part for hidden in incident.hidden for part in _hidden(transaction, hidden, names)],
    }


def _hidden(transaction: Transaction, hidden: Hidden, names: Names) -> Iterator[Json]:
    question = transaction.questions.get(hidden.question_id)
    if hidden.item == TEXT:
        by = names.of(question.asker_id, question)
        yield {"kind": "text", "label": question.label, "by": by, "text": question.text.value}
    for entry in transaction.entries.of_question(question.id):
        if entry.text is not None and said_item(entry) == hidden.item:
            by = names.of(entry.actor_id, question)
            yield {"kind": entry.kind.value, "label": question.label, "by": by, "text": entry.text.value}
    seen = [each for each in transaction.images.of_question(question.id) if each.confirmed_at is not None]
    hit = tuple(each for each in seen if series_item(each.facts.series_uid) == hidden.item)
    if hit:
        yield {"kind": "images", "label": question.label, "by": "", "text": "", "frames": _frames(hit)}


def _frames(images: tuple[Image, ...]) -> list[JsonValue]:
    """Return the pictures of a series that are still there, one an image, in reading order."""
    series = group_into_series(images)
    return [image.id for one in series for image in one.images]
