"""Not now, not me, not urgent: passing on a question, saying that it can wait, and insisting that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain.delivery import Value
from domain.errors import UserError
from domain.member import Role
from domain.messages import Action
from domain.opinions import PassReason, may_downgrade, may_insist
from domain.question import EntryKind, Question, QuestionState, Urgency
from handlers.actions_draft import tell_claimer
from handlers.chase import resume_chase
from handlers.deed import Deed
from handlers.notify import begin_escalation, continue_escalation, page_next_if_all_passed
from handlers.panel_deed import refuse_if_taken, right_patient
from handlers.standing import policy_of, standing_of


def pass_on_it(deed: Deed) -> None:
    """Say that one does not take it, and why; whoever has it gives it back. The next people are asked at once.

    Raises:
        UserError: "reason_unknown", "already_taken", "passed_already", "not_now".
    """
    question, reason = deed.panel_question(), _reason(deed)
    refuse_if_taken(deed, question)
    if not question.is_awaiting_panel:
        raise UserError("not_now", label=question.label, state=question.state)
    details = {"reason": reason.value}
    if question.claimed_by == deed.actor.id:
        passed = deed.move(question, QuestionState.OPEN, claimed_by=None)
        deed.record(passed, EntryKind.PASSED, details=details)
        deed.record(passed, EntryKind.RELEASED_CLAIM, details=details)
        continue_escalation(deed.transaction, passed)
        deed.tell_about(passed, deed.asker_of(passed), "question.released")
        return
    if _has_passed(deed, question):
        raise UserError("passed_already", label=question.label)
    deed.record(question, EntryKind.PASSED, details=details)
    page_next_if_all_passed(deed.transaction, question)
    deed.tell_about(question, deed.actor, "panel.passed")


def downgrade(deed: Deed) -> None:
    """Say that it can wait until later today, and why; its asker may insist once, and then it stays urgent.

    Raises:
        UserError: "text_missing", "already_taken", "not_now", "stays_urgent".
    """
    question, reason = _judged(deed), deed.text()
    entries = deed.transaction.entries.of_question(question.id)
    if question.urgency is Urgency.URGENT and question.is_awaiting_panel and not may_downgrade(question, entries):
        raise UserError("stays_urgent", label=question.label)
    if question.state not in (QuestionState.OPEN, QuestionState.CLAIMED) or not may_downgrade(question, entries):
        raise UserError("not_now", label=question.label, state=question.state)
    assert question.opened_at is not None
    claim_due, answer_due = policy_of(deed.services, deed.transaction, Urgency.TODAY).targets(question.opened_at)
    later = deed.save(question, urgency=Urgency.TODAY, claim_due_at=claim_due, answer_due_at=answer_due)
    deed.record(later, EntryKind.DOWNGRADED, text=reason)
    begin_escalation(deed.transaction, later)
    values: dict[str, Value] = {"name": deed.actor.display_name, "text": reason, "answer_due": answer_due}
    # Still told as of an urgent question: until its asker has read it.
    deed.tell_until_read(question, "question.downgraded", values=values, choices=(Action.INSIST, Action.READ))


def insist(deed: Deed) -> None:
    """It is urgent all the same: new targets from now on, and the chain of an urgent question anew."""
    question = deed.own_question()
    if not may_insist(question, deed.transaction.entries.of_question(question.id)):
        raise UserError("not_now", label=question.label, state=question.state)
    claim_due, answer_due = policy_of(deed.services, deed.transaction, Urgency.URGENT).targets(deed.now)
    urgent = replace(question, urgency=Urgency.URGENT, opened_at=deed.now)
    urgent = deed.save(urgent, claim_due_at=claim_due, answer_due_at=answer_due)
    deed.record(urgent, EntryKind.INSISTED)
    begin_escalation(deed.transaction, urgent)
    if urgent.state is QuestionState.CLAIMED:
        resume_chase(deed.services, deed.transaction, standing_of(deed.services, deed.transaction, urgent))
    tell_claimer(deed, urgent, "panel.insisted", values={"answer_due": answer_due})
    deed.tell_about(urgent, deed.actor, "question.insisted", values={"claim_due": claim_due})


def _judged(deed: Deed) -> Question:
    """Return the question of a panelist who could take it, or has it; a coordinator judges anybody's."""
    if not deed.actor.has(Role.COORDINATOR):
        question = right_patient(deed)
        refuse_if_taken(deed, question)
        return question
    question = deed.seen_question()
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    return question


def _reason(deed: Deed) -> PassReason:
    """Return what was chosen; who merely presses the button is busy."""
    given = deed.fields.get("reason")
    if given is None or not given.value:
        return PassReason.BUSY
    try:
        return PassReason(given.value)
    except ValueError as error:
        raise UserError("reason_unknown") from error


def _has_passed(deed: Deed, question: Question) -> bool:
    standing = standing_of(deed.services, deed.transaction, question)
    return deed.actor.id in standing.passed


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.PASS: pass_on_it,
    Action.DOWNGRADE: downgrade,
    Action.INSIST: insist,
}
