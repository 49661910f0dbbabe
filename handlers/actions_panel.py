"""What a panelist does with a question: claim, release, ask back, note, answer, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.delivery import Value
from domain.errors import UserError
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from handlers import actions_asker
from handlers.chase import begin_chase
from handlers.closing import close_later
from handlers.deed import Deed
from handlers.notify import begin_escalation
from handlers.quality import quality_terms

FEEDBACK = (Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN)
HIGHEST_CONFIDENCE = 5


def claim(deed: Deed) -> None:
    """Take the question, if nobody has; the loser is told who was first."""
    question = _right_patient(deed)
    if question.claimed_by == deed.actor.id and question.state is QuestionState.CLAIMED:
        return
    _refuse_if_taken(deed, question)
    _claim(deed, question)


def release(deed: Deed) -> None:
    """Give the question back; the escalation begins anew."""
    question = deed.panel_question()
    if question.claimed_by != deed.actor.id or not question.is_awaiting_panel:
        raise UserError("not_claimed_by_you", label=question.label)
    released = deed.move(question, QuestionState.OPEN, claimed_by=None)
    deed.record(released, EntryKind.RELEASED_CLAIM)
    begin_escalation(deed.transaction, released)
    deed.tell_about(released, deed.asker_of(released), "question.released")


def ask_back(deed: Deed) -> None:
    """Ask the asker for what is missing; an open question is claimed on the way."""
    question = deed.panel_question()
    text = deed.text()
    _refuse_if_taken(deed, question)
    if question.state is QuestionState.OPEN:
        question = _claim(deed, question)
    asked = question
    if question.state is not QuestionState.NEEDS_INFO:
        asked = deed.move(question, QuestionState.NEEDS_INFO)
    deed.record(asked, EntryKind.ASKED_BACK, text=text)
    values: dict[str, Value] = {"name": deed.actor.display_name, "text": text}
    deed.tell_about(asked, deed.asker_of(asked), "question.asked_back", values=values)


def note(deed: Deed) -> None:
    """Say something to the panel only."""
    question = deed.panel_question()
    deed.record(question, EntryKind.NOTE, text=deed.text())


def answer(deed: Deed) -> None:
    """Answer the asker; a further answer adds to the first and never replaces it."""
    question = _right_patient(deed)
    text = deed.text()
    _refuse_if_taken(deed, question)
    if question.state is QuestionState.CLOSED:
        raise UserError("not_now", label=question.label, state=question.state)
    answered = question
    if question.state is not QuestionState.ANSWERED:
        answered = deed.move(question, QuestionState.ANSWERED, claimed_by=deed.actor.id)
    details, values = _confidence(deed)
    deed.record(answered, EntryKind.ANSWER, text=text, details=details)
    close_later(deed.services, deed.transaction, answered)
    quality = quality_terms(deed.transaction.images.of_question(answered.id))
    values = {"name": deed.actor.display_name, "text": text, "quality": quality, **values}
    key = "question.answer" if details else "question.answer_without_confidence"
    deed.tell_about(answered, deed.asker_of(answered), key, values=values, choices=FEEDBACK)
    deed.tell_about(answered, deed.actor, "panel.answer_sent", values={"at": deed.now})


def close(deed: Deed) -> None:
    """Close an answered question from the panel's side."""
    actions_asker.close_question(deed, deed.panel_question())


def _right_patient(deed: Deed) -> Question:
    question = deed.panel_question()
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    return question


def _claim(deed: Deed, question: Question) -> Question:
    claimed = deed.move(question, QuestionState.CLAIMED, claimed_by=deed.actor.id)
    deed.record(claimed, EntryKind.CLAIMED)
    begin_chase(deed.transaction, claimed, now=deed.now)
    values: dict[str, Value] = {"name": deed.actor.display_name, "at": deed.now}
    deed.tell_about(claimed, deed.asker_of(claimed), "question.claimed", values=values)
    return claimed


def _refuse_if_taken(deed: Deed, question: Question) -> None:
    if question.claimed_by in (None, deed.actor.id) or not question.is_awaiting_panel:
        return
    claimer = deed.transaction.members.get(question.claimed_by)
    raise UserError("already_taken", label=question.label, name=claimer.display_name)


def _confidence(deed: Deed) -> tuple[dict[str, str | int], dict[str, Value]]:
    given = deed.fields.get("confidence")
    if given is None or not given.value:
        return {}, {}
    if not given.value.isdecimal() or not 1 <= int(given.value) <= HIGHEST_CONFIDENCE:
        raise UserError("confidence_unknown")
    confidence = int(given.value)
    return {"confidence": confidence}, {"confidence": confidence}


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.CLAIM: claim,
    Action.RELEASE: release,
    Action.ASK_BACK: ask_back,
    Action.NOTE: note,
    Action.ANSWER: answer,
    Action.CLOSE: close,
}
