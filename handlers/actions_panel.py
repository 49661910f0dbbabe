"""What a panelist does with a question: claim, release, ask back, note, close; answering has a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.delivery import Value
from domain.errors import UserError
from domain.messages import Action
from domain.opinions import answers_of
from domain.question import EntryKind, Question, QuestionState
from handlers import actions_asker
from handlers.chase import begin_chase, may_extend
from handlers.deed import Deed
from handlers.notify import continue_escalation
from handlers.panel_deed import refuse_if_taken, right_patient
from handlers.waiting import begin_waiting


def claim(deed: Deed) -> None:
    """Take the question, if nobody has; the loser is told who was first."""
    question = right_patient(deed)
    if question.claimed_by == deed.actor.id and question.state is QuestionState.CLAIMED:
        return
    refuse_if_taken(deed, question)
    _refuse_if_answered(deed, question)
    _claim(deed, question)


def release(deed: Deed) -> None:
    """Give the question back; the next people are asked at once."""
    question = deed.panel_question()
    if question.claimed_by != deed.actor.id or not question.is_awaiting_panel:
        raise UserError("not_claimed_by_you", label=question.label)
    released = deed.move(question, QuestionState.OPEN, claimed_by=None)
    deed.record(released, EntryKind.RELEASED_CLAIM)
    continue_escalation(deed.transaction, released)
    deed.tell_about(released, deed.asker_of(released), "question.released")


def extend(deed: Deed) -> None:
    """Keep the question a little longer, once."""
    question = deed.panel_question()
    if question.claimed_by != deed.actor.id or not question.is_awaiting_panel:
        raise UserError("not_claimed_by_you", label=question.label)
    if not may_extend(deed.transaction, question):
        raise UserError("extended_already", label=question.label)
    deed.record(question, EntryKind.EXTENDED)
    assert question.urgency is not None
    minutes = int(deed.services.escalation.policies[question.urgency].extend_claim_by.total_seconds() // 60)
    deed.tell_about(question, deed.actor, "panel.extended", values={"minutes": minutes})


def ask_back(deed: Deed) -> None:
    """Ask the asker for what is missing; an open question is claimed on the way."""
    question = deed.panel_question()
    refuse_if_taken(deed, question)
    if question.state is QuestionState.OPEN:
        _refuse_if_answered(deed, question)
        question = _claim(deed, question)
    asked = question
    if question.state is not QuestionState.NEEDS_INFO:
        asked = deed.move(question, QuestionState.NEEDS_INFO)
    text = deed.text()
    deed.record(asked, EntryKind.ASKED_BACK, text=text)
    begin_waiting(deed.services, deed.transaction, asked)
    values: dict[str, Value] = {"name": deed.actor.display_name, "at": deed.now, "text": text}
    deed.tell_until_read(asked, "question.asked_back", values=values, choices=(Action.READ,))


def close(deed: Deed) -> None:
    """Close an answered question from the panel's side."""
    actions_asker.close_question(deed, deed.panel_question())


def _refuse_if_answered(deed: Deed, question: Question) -> None:
    """A second opinion is another's to give."""
    if deed.actor.id in {entry.actor_id for entry in answers_of(deed.transaction.entries.of_question(question.id))}:
        raise UserError("second_by_another", label=question.label)


def _claim(deed: Deed, question: Question) -> Question:
    claimed = deed.move(question, QuestionState.CLAIMED, claimed_by=deed.actor.id)
    deed.record(claimed, EntryKind.CLAIMED)
    begin_chase(deed.services, deed.transaction, claimed, now=deed.now)
    values: dict[str, Value] = {"name": deed.actor.display_name, "at": deed.now}
    deed.tell_about(claimed, deed.asker_of(claimed), "question.claimed", values=values)
    return claimed


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.CLAIM: claim,
    Action.RELEASE: release,
    Action.EXTEND: extend,
    Action.ASK_BACK: ask_back,
    Action.CLOSE: close,
}
