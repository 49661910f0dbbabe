"""What a moderator does with what was flagged: take it in hand, put it back, remove it for good, close it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain.access import Capability, demand
from domain.commands import EraseImages, ShredRemoved
from domain.commands_services import Retract
from domain.delivery import Priority, Value
from domain.errors import PermanentError, UserError
from domain.ids import MemberId, QuestionId
from domain.incident import PAGE, Incident, closed, identifying, removed, restored, taken
from domain.messages import Action
from domain.question import EntryKind, Question
from domain.text import DeidentifiedText
from domain.withholding import TEXT, hidden_words, holds, series_of
from handlers.actions_asker import take_back
from handlers.deed import Deed
from handlers.flagging import concerned, flag, note_in_audit, note_in_timelines, tell_those_concerned, values_of
from handlers.outbox import Notice
from handlers.retracting import left_about, may_go, note_removal
from handlers.timeline import closings

_GONE = DeidentifiedText(value="")


def take_incident(deed: Deed) -> None:
    """Take it in hand: nobody else is paged about it any more."""
    incident = _incident(deed)
    in_hand = taken(incident, deed.actor, deed.now)
    _save(deed, in_hand)
    _tell_moderator(deed, in_hand, "incident.in_hand")


def put_back(deed: Deed) -> None:
    """Show it again, with the reason told to whoever flagged it and whose work it was; that closes it."""
    incident = _incident(deed)
    back = restored(incident, deed.actor, deed.now, reason=deed.fields.get("text", _GONE))
    _save(deed, back)
    note_in_timelines(deed, back, EntryKind.PUT_BACK)
    _tell_all(deed, back, "incident.put_back", words=back.note)
    _resume_erasure(deed, back)


def take_out(deed: Deed) -> None:
    """Shred it: the words everywhere they were copied to, the images with their keys."""
    incident = _incident(deed)
    gone = removed(incident, deed.actor, deed.now)
    for question_id in concerned(gone):
        _shred(deed, gone, question_id)
    _forget_reason(deed, incident)
    _save(deed, gone)
    note_in_timelines(deed, gone, EntryKind.TAKEN_OUT)
    _tell_all(deed, gone, "incident.taken_out")
    _resume_erasure(deed, gone)


def identifies(deed: Deed) -> None:
    """It shows who the patient is: it stays hidden, and everybody who saw it is asked to keep no copy."""
    incident = _incident(deed)
    known = identifying(incident, deed.actor, deed.now)
    _save(deed, known)
    if incident.identifies_at is None:
        for question_id in concerned(known):
            _warn_viewers(deed, known, question_id)
    _tell_moderator(deed, known, "incident.identifying")


def close_incident(deed: Deed) -> None:
    """Stop the clock, with a note of what was done."""
    incident = _incident(deed)
    done = closed(incident, deed.actor, deed.now, note=deed.fields.get("text", _GONE))
    _save(deed, done)
    _tell_moderator(deed, done, "incident.closed")


def _incident(deed: Deed) -> Incident:
    """Return the incident that a page names, or the button under a message; to others there is none.

    Raises:
        UserError("incident_unknown"): there is none of that id.
    """
    demand(deed.actor, Capability.MODERATE)
    named = deed.fields.get("incident")
    try:
        return deed.transaction.incidents.lock(deed.about if named is None else named.value)
    except PermanentError as error:
        raise UserError("incident_unknown") from error


def _save(deed: Deed, incident: Incident) -> None:
    deed.transaction.incidents.save(incident)
    note_in_audit(deed, incident)


def _shred(deed: Deed, incident: Incident, question_id: QuestionId) -> None:
    question = deed.transaction.questions.lock(question_id)
    items = frozenset(one.item for one in incident.hidden if one.question_id == question_id)
    hidden = hidden_words(question, deed.transaction.entries.of_question(question_id))
    deed.transaction.incidents.blank_copies(question_id, hidden)
    deed.transaction.incidents.reword(question_id, lambda said: _GONE if holds(said.value, hidden) else said)
    deed.transaction.incidents.forget_texts(question_id, items)
    take_back(deed, question)
    text = _GONE if TEXT in items else question.text
    # What was released may have the same words; an editor releases it anew.
    deed.save(question, text=text, released_at=None, held_back=question.held_back or question.released_at is not None)
    _shred_images(deed, question, series_of(items))


def _forget_reason(deed: Deed, incident: Incident) -> None:
    """Whoever says why something has to go may well say again what it shows."""
    reason = incident.reason
    if not reason.value:
        return
    for page in left_about(deed.transaction, incident.question_id):
        if page.key == PAGE and page.values.get("text") == reason and may_go(deed.services, page):
            removal = Retract(delivery_id=page.id, incident_id=incident.id)
            note_removal(deed.services, deed.transaction, page, removal=removal)
    deed.transaction.incidents.blank_copies(incident.question_id, frozenset({reason.value}), key=PAGE)


def _shred_images(deed: Deed, question: Question, series: frozenset[str]) -> None:
    for uid in sorted(series):
        for object_id in deed.transaction.images.remove_series(question.id, uid, deed.now):
            deed.transaction.objects.shred(object_id)
    if series:
        deed.transaction.jobs.add(ShredRemoved(question_id=question.id, cause=deed.inbox_id))


def _resume_erasure(deed: Deed, incident: Incident) -> None:
    """The clock that erases a closed question's images has waited for the decision."""
    for question_id in concerned(incident):
        question = deed.transaction.questions.get(question_id)
        if question.closed_at is None:
            continue
        number = closings(deed.transaction, question_id)
        erasing = EraseImages(question_id=question_id, closing=number, after_incident=incident.id)
        due_at = max(deed.now, question.closed_at + deed.services.rules.consult_images_kept)
        deed.transaction.jobs.add(erasing, due_at=due_at)


def _warn_viewers(deed: Deed, incident: Incident, question_id: QuestionId) -> None:
    question = deed.transaction.questions.get(question_id)
    viewers = {each.member_id for each in deed.transaction.viewings.of_question(question_id)}
    people = {*viewers, question.asker_id, question.claimed_by, incident.opened_by} - {deed.actor.id, None}
    notice = Notice(key="incident.identifies", values=values_of(question, incident), priority=Priority.URGENT)
    for member_id in sorted(MemberId(each) for each in people if each is not None):
        deed.tell(deed.transaction.members.get(member_id), notice)


def _tell_all(deed: Deed, incident: Incident, key: str, *, words: DeidentifiedText = _GONE) -> None:
    """Tell whoever flagged it and whose work it was, with the words of the moderator, where there are any."""
    for question_id in concerned(incident):
        question = deed.transaction.questions.get(question_id)
        notice = _notice(question, incident, key, words=words)
        tell_those_concerned(deed, question, notice)
        told = (question.asker_id, question.claimed_by, deed.actor.id)
        if question_id == incident.question_id and incident.opened_by is not None and incident.opened_by not in told:
            deed.tell(deed.transaction.members.get(incident.opened_by), notice)
    _tell_moderator(deed, incident, key, words=words)


def _tell_moderator(deed: Deed, incident: Incident, key: str, *, words: DeidentifiedText = _GONE) -> None:
    question = deed.transaction.questions.get(incident.question_id)
    deed.tell(deed.actor, replace(_notice(question, incident, key, words=words), priority=Priority.NORMAL))


def _notice(question: Question, incident: Incident, key: str, *, words: DeidentifiedText) -> Notice:
    said: dict[str, Value] = {"text": words} if words.value else {}
    values = {**values_of(question, incident), **said}
    return Notice(key=key, values=values, quotes=question.id if said else None, priority=Priority.URGENT)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.FLAG: flag,
    Action.TAKE_INCIDENT: take_incident,
    Action.PUT_BACK: put_back,
    Action.TAKE_OUT: take_out,
    Action.IDENTIFIES: identifies,
    Action.CLOSE_INCIDENT: close_incident,
}
