"""Removing again, after a restore, what a moderator has removed since the backup was made.

The words are blanked as the moderator's deed has blanked them; the incident comes back with them, so that pages
say that something was taken down. Who flagged it and who decided it are not in the log, and stay unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.incident import PAGE, Decision, Hidden, Incident
from domain.question import Entry, EntryKind, Question
from domain.text import DeidentifiedText
from domain.withholding import TEXT, hidden_words, holds, series_of
from storage.erasures import Removal
from storage.repositories.deliveries import SqlDeliveries
from storage.repositories.entries import SqlEntries
from storage.repositories.images import SqlImages
from storage.repositories.incidents import SqlIncidents
from storage.repositories.questions import SqlQuestions
from storage.repositories.web import SqlWeb
from storage.statements import rows_of
from storage.tables import question
from storage.tables_incident import incident

_GONE = DeidentifiedText(value="")


def remove_again(connection: sa.Connection, removals: Iterable[Removal]) -> int:
    """Blank what is named, where it came back; returns how many removals that were."""
    return sum(_apply(connection, removal) for removal in removals)


def _apply(connection: sa.Connection, removal: Removal) -> bool:
    came_back = _that_came_back(connection, removal)
    if not came_back or not _note(connection, removal, came_back):
        return False
    for question_id in dict.fromkeys(one.question_id for one in came_back):
        items = frozenset(one.item for one in came_back if one.question_id == question_id)
        _blank(connection, removal, question_id=question_id, items=items)
    return True


def _that_came_back(connection: sa.Connection, removal: Removal) -> tuple[Hidden, ...]:
    """A backup may be older than the question."""
    ids = {one.question_id for one in removal.hidden}
    known = {row["id"] for row in rows_of(connection, sa.select(question.c.id).where(question.c.id.in_(ids)))}
    return tuple(one for one in removal.hidden if one.question_id in known) if removal.question_id in known else ()


def _note(connection: sa.Connection, removal: Removal, hidden: tuple[Hidden, ...]) -> bool:
    """Have the incident as it was decided; False where the backup is newer than the decision."""
    incidents = SqlIncidents(connection)
    made = Incident(
        id=removal.id,
        question_id=removal.question_id,
        what=removal.what,
        hidden=hidden,
        opened_at=removal.opened_at,
        opened_by=None,
        due_at=removal.at,
        decision=Decision.REMOVED,
        decided_at=removal.at,
        closed_at=removal.at,
    )
    if not incidents.add(made):
        flagged = incidents.lock(removal.id)
        if flagged.decision is Decision.REMOVED:
            return False
        # Whoever moderates closes it, as they would have; why it was flagged goes as well, wherever it was told.
        incidents.save(replace(flagged, decision=Decision.REMOVED, decided_at=removal.at, reason=_GONE))
        if flagged.reason.value:
            incidents.blank_copies(flagged.question_id, frozenset({flagged.reason.value}), key=PAGE)
    connection.execute(sa.update(incident).where(incident.c.id == removal.id).values(logged=True))
    return True


def _blank(connection: sa.Connection, removal: Removal, *, question_id: QuestionId, items: frozenset[str]) -> None:
    questions, entries, incidents = SqlQuestions(connection), SqlEntries(connection), SqlIncidents(connection)
    known = questions.lock(question_id)
    hidden = hidden_words(known, entries.of_question(question_id))
    incidents.blank_copies(question_id, hidden)
    incidents.reword(question_id, lambda said: _GONE if holds(said.value, hidden) else said)
    incidents.forget_texts(question_id, items)
    if known.released_at is not None:
        SqlDeliveries(connection).strike_out(known.label)
        SqlWeb(connection).strike_out(known.label)
    is_held = known.held_back or known.released_at is not None
    text = _GONE if TEXT in items else known.text
    questions.save(replace(known, text=text, released_at=None, held_back=is_held))
    for uid in sorted(series_of(items)):
        SqlImages(connection).remove_series(question_id, uid, removal.at)
    entries.add(_entry(removal, known))


def _entry(removal: Removal, known: Question) -> Entry:
    return Entry(
        key=f"removed_again:{removal.id}:{known.id}",
        question_id=known.id,
        kind=EntryKind.TAKEN_OUT,
        actor_id=None,
        channel="",
        at=removal.at,
        details={"what": removal.what.value},
    )
