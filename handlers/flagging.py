"""What a member points at with a flag, and everything that follows from hiding it: all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from domain.access import may_see_entry, sees_full_card
from domain.audit import AuditEvent, AuditKind
from domain.commands import PageModerators, RemindOfIncident
from domain.commands_services import Retract
from domain.delivery import Priority, Terms, Value
from domain.errors import UserError
from domain.ids import MemberId, QuestionId, derive_id
from domain.incident import INCIDENT_RULES, Decision, Hidden, Incident, What
from domain.question import Entry, EntryKind, Question
from domain.text import DeidentifiedText
from domain.withholding import TEXT, holds, said_item, series_item
from handlers.deed import Deed
from handlers.listings import take_back_lists
from handlers.outbox import Notice
from handlers.retracting import note_removal, tell_of_rooms_off
from handlers.timeline import add_entry, own_entry
from handlers.typed_words import delete_typed
from handlers.withholding import says_hidden, shows_hidden

_HOUR = timedelta(hours=1)


def flag(deed: Deed) -> None:
    """Hide what a member has pointed at from everybody at once, page a moderator, and start the clock.

    Raises:
        UserError: "flag_which", "question_unknown", "flag_nothing", "flag_judged".
    """
    if deed.question_id is None:
        raise UserError("flag_which")
    question = deed.seen_question()
    what, hidden = _pointed(deed, question)
    fresh = tuple(one for one in hidden if one.item not in _taken_down(deed, one.question_id))
    if not fresh:
        deed.tell_about(question, deed.actor, "incident.already")
        return
    _refuse_judged(deed, question, fresh)
    incident = Incident(
        id=derive_id("incident", deed.inbox_id),
        question_id=question.id,
        what=what,
        hidden=fresh,
        opened_at=deed.now,
        opened_by=deed.actor.id,
        due_at=deed.now + deed.services.rules.incident_within,
        reason=deed.fields.get("text", DeidentifiedText(value="")),
    )
    deed.transaction.incidents.add(incident)
    _start_clock(deed, incident)
    note_in_timelines(deed, incident, EntryKind.TAKEN_DOWN)
    note_in_audit(deed, incident)
    _take_back_what_was_sent(deed, incident)
    _tell(deed, question, incident)


def note_in_timelines(deed: Deed, incident: Incident, kind: EntryKind) -> None:
    """Say in every thread concerned that something happened; who flagged it, moderators and the audit know."""
    for question_id in concerned(incident):
        question = deed.transaction.questions.get(question_id)
        key = f"{deed.inbox_id}:{question_id}:{kind}"
        add_entry(
            deed.services,
            deed.transaction,
            own_entry(question, kind, key=key, at=deed.now, details={"what": incident.what}),
        )


def note_in_audit(deed: Deed, incident: Incident) -> None:
    event = AuditEvent(
        key=f"incident:{deed.inbox_id}",
        kind=AuditKind.DID,
        action=f"incident_{deed.action}",
        actor_id=deed.actor.id,
        channel=deed.channel,
        at=deed.now,
        question_id=incident.question_id,
        subject=incident.id,
        details={"what": incident.what.value, "hidden": len(incident.hidden), "decision": incident.decision.value},
    )
    deed.transaction.audit.add(event)


def concerned(incident: Incident) -> tuple[QuestionId, ...]:
    """Return the questions of which something is hidden, each once."""
    return tuple(dict.fromkeys(one.question_id for one in incident.hidden))


def values_of(question: Question, incident: Incident) -> dict[str, Value]:
    """Return what is said of an incident; words of people stand only in what quotes them (`Notice.quotes`)."""
    return {
        "label": question.label,
        "what": Terms(keys=(f"incident.what_{incident.what}",)),
        "due": incident.due_at,
    }


def tell_those_concerned(deed: Deed, question: Question, notice: Notice) -> None:
    """Tell asker and claimer, whose work goes on without what is hidden."""
    people = {question.asker_id, question.claimed_by} - {deed.actor.id, None}
    for member_id in sorted(MemberId(each) for each in people if each is not None):
        deed.tell(deed.transaction.members.get(member_id), notice)


def _pointed(deed: Deed, question: Question) -> tuple[What, tuple[Hidden, ...]]:
    if question.number is None:
        raise UserError("flag_nothing")
    entries = deed.transaction.entries.of_question(question.id)
    seen = [each for each in entries if each.text is not None and may_see_entry(deed.actor, question, each)]
    if not sees_full_card(deed.actor, question):
        released = [each for each in seen if each.kind is EntryKind.PUBLISHED]
        return What.SAID, _of_question(question, (said_item(each) for each in released[-1:]))
    if "image" in deed.fields:
        return What.IMAGES, _found(question, list(_series(deed, question, image=deed.fields["image"].value)))
    if "line" in deed.fields:
        return _in_line(deed, question, seen)
    if "entry" in deed.fields:
        number = deed.fields["entry"].value
        chosen = [each for each in seen if str(each.id) == number]
        _found(question, [said_item(each) for each in chosen])
        return What.SAID, tuple(_copies(deed, question, chosen[0]))
    if deed.fields.get("what", DeidentifiedText(value="")).value == What.TEXT:
        return What.TEXT, _of_question(question, (TEXT,))
    said = (said_item(each) for each in seen)
    return What.EVERYTHING, _of_question(question, (TEXT, *said, *_series(deed, question)))


def _in_line(deed: Deed, question: Question, seen: list[Entry]) -> tuple[What, tuple[Hidden, ...]]:
    """Return what a line of the member's own conversation is a copy of."""
    number = int(deed.fields["line"].value or 0)
    lines = deed.transaction.web.lines(deed.actor.id, after=number - 1, limit=1) if number > 1 else ()
    payload = lines[0].payload if lines and (lines[0].id, lines[0].question_id) == (number, question.id) else {}
    quoted = payload.get("quoted")
    copies = [str(payload.get("text", "")), str(quoted.get("value", "")) if isinstance(quoted, dict) else ""]
    images = payload.get("images")
    shown = [str(image) for image in images] if isinstance(images, list) else []
    said = [each for each in seen if each.text is not None and any(holds(copy, (each.text.value,)) for copy in copies)]
    hidden = [one for each in said for one in _copies(deed, question, each)]
    if question.text.value and any(holds(copy, (question.text.value,)) for copy in copies):
        hidden += _of_question(question, (TEXT,))
    hidden += _of_question(question, (item for image in shown for item in _series(deed, question, image=image)))
    if not hidden:
        raise UserError("flag_nothing")
    return What.EVERYTHING if len(hidden) > 1 else What.SAID, tuple(dict.fromkeys(hidden))


def _found(question: Question, items: list[str]) -> tuple[Hidden, ...]:
    if not items:
        raise UserError("flag_nothing")
    return _of_question(question, items)


def _of_question(question: Question, items: Iterable[str]) -> tuple[Hidden, ...]:
    return tuple(Hidden(question_id=question.id, item=item) for item in dict.fromkeys(items))


def _series(deed: Deed, question: Question, *, image: str | None = None) -> Iterator[str]:
    """Yield the series that others see; with an image its own, whole: a name is in all slices of a stack or in none."""
    for each in deed.transaction.images.of_question(question.id):
        if each.is_visible and image in (None, each.id):
            yield series_item(each.facts.series_uid)


def _copies(deed: Deed, question: Question, said: Entry) -> Iterator[Hidden]:
    """Yield what was said, and the same words where a merged question has them."""
    lead = question.merged_into or question.id
    group = {question.id, lead, *(each.id for each in deed.transaction.questions.merged_into(lead))}
    for question_id in sorted(group):
        for each in deed.transaction.entries.of_question(question_id):
            if each.text == said.text:
                yield Hidden(question_id=question_id, item=said_item(each))


def _taken_down(deed: Deed, question_id: QuestionId) -> frozenset[str]:
    return deed.transaction.questions.get(question_id).taken_down


def _refuse_judged(deed: Deed, question: Question, hidden: tuple[Hidden, ...]) -> None:
    """What a moderator has put back is not hidden again by the same member: they may say why to the moderator."""
    for earlier in deed.transaction.incidents.of_question(question.id):
        is_theirs = earlier.opened_by == deed.actor.id and earlier.decision is Decision.RESTORED
        if is_theirs and set(hidden) <= set(earlier.hidden):
            raise UserError("flag_judged", label=question.label)


def _start_clock(deed: Deed, incident: Incident) -> None:
    add = deed.transaction.jobs.add
    add(PageModerators(incident_id=incident.id, round=0), priority=Priority.URGENT)
    for before in INCIDENT_RULES.remind_before:
        if (due_at := incident.due_at - before) > deed.now:
            add(RemindOfIncident(incident_id=incident.id, hours_left=before // _HOUR), due_at=due_at)


def _take_back_what_was_sent(deed: Deed, incident: Incident) -> None:
    """Messages that lie on the phones of others are retracted one by one; our own pages hide by themselves."""
    for question_id in concerned(incident):
        question = deed.transaction.questions.get(question_id)
        tell_of_rooms_off(deed.services, deed.transaction, question_id)
        take_back_lists(deed.services, deed.transaction, question)
        for sent in deed.transaction.sent.about(question_id):
            is_hit = says_hidden(deed.transaction, question, sent) or shows_hidden(deed.transaction, question, sent)
            if is_hit:
                removal = Retract(delivery_id=sent.id, incident_id=incident.id)
                note_removal(deed.services, deed.transaction, sent, removal=removal)


def _tell(deed: Deed, question: Question, incident: Incident) -> None:
    values = values_of(question, incident)
    typed = [_delete_typed(deed, incident, question_id) for question_id in concerned(incident)]
    key = "incident.flagged_typed" if any(typed) else "incident.flagged"
    deed.tell(deed.actor, Notice(key=key, values=values, priority=Priority.URGENT))
    for question_id in concerned(incident):
        other = deed.transaction.questions.get(question_id)
        hidden = Notice(key="incident.hidden", values={**values, "label": other.label}, priority=Priority.URGENT)
        tell_those_concerned(deed, other, hidden)


def _delete_typed(deed: Deed, incident: Incident, question_id: QuestionId) -> bool:
    """What was typed in a room stands there in its author's name; True where people have to delete it."""
    question = deed.transaction.questions.get(question_id)
    items = {one.item for one in incident.hidden if one.question_id == question_id}
    said = [each for each in deed.transaction.entries.of_question(question_id) if said_item(each) in items]
    return delete_typed(deed.services, deed.transaction, question, entries=said, cause=deed.inbox_id)
