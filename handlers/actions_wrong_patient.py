"""The wrong patient (safety rule 3): marked by whoever notices, acknowledged by everybody who has seen it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.access import may_see
from domain.commands import PageViewers
from domain.delivery import Priority
from domain.errors import UserError
from domain.member import Member
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from domain.wrong_patient import may_mark, unacknowledged
from handlers.actions_asker import take_back
from handlers.deed import Deed
from handlers.merging import void_followers
from handlers.render import ANSWER_KEYS
from handlers.room_readers import note_who_has_it
from handlers.taking_back import stamp_what_was_sent
from handlers.typed_words import delete_typed

_GONE = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED})


def mark_wrong_patient(deed: Deed) -> None:
    """Hide the images on every channel, stamp the answers, and page everybody who saw them.

    Raises:
        UserError: "not_yours", "draft_gone", or "question_unknown" where the actor does not know of it.
    """
    question = deed.question()
    if not may_mark(deed.actor, question):
        question = deed.seen_question()
        raise UserError("draft_gone" if question.state in _GONE else "not_yours")
    if question.wrong_patient_at is not None:
        return
    marked = deed.save(question, wrong_patient_at=deed.now, released_at=None)
    if question.number is not None:
        take_back(deed, question)
    void_followers(deed.services, deed.transaction, marked, cause=deed.inbox_id)
    note_who_has_it(deed.services, deed.transaction, marked)
    viewings = deed.transaction.viewings.of_question(marked.id)
    deed.record(marked, EntryKind.WRONG_PATIENT, details={"viewers": len(viewings)})
    entries = deed.transaction.entries.of_question(marked.id)
    delete_typed(deed.services, deed.transaction, marked, entries=entries, cause=deed.inbox_id)
    stamp_what_was_sent(deed.services, deed.transaction, marked.id)
    for member_id in {marked.asker_id, *(viewing.member_id for viewing in viewings)}:
        _stamp(deed, marked, deed.transaction.members.get(member_id))
    key = "wrong_patient.draft" if marked.state is QuestionState.DRAFT else "wrong_patient.marked"
    choices = (Action.DISCARD,) if marked.state is QuestionState.DRAFT else ()
    deed.tell_about(marked, deed.actor, key, choices=choices)
    deed.transaction.jobs.add(PageViewers(question_id=marked.id, round=0), priority=Priority.URGENT)


def acknowledge(deed: Deed) -> None:
    """Note that whoever was paged knows: they are not paged again."""
    question = deed.question()
    entries = deed.transaction.entries.of_question(question.id)
    viewings = deed.transaction.viewings.of_question(question.id)
    if deed.actor.id in unacknowledged(question, entries, viewings):
        deed.record(question, EntryKind.ACKNOWLEDGED)
        deed.tell_about(question, deed.actor, "wrong_patient.acknowledged")
    elif not may_see(deed.actor, question):
        raise UserError("question_unknown")


def _stamp(deed: Deed, question: Question, member: Member) -> None:
    stamp = deed.services.wording.text("wrong_patient.stamp", member, {})
    deed.transaction.web.stamp(question.id, member.id, keys=ANSWER_KEYS, stamp=stamp)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.WRONG_PATIENT: mark_wrong_patient,
    Action.ACKNOWLEDGE: acknowledge,
}
