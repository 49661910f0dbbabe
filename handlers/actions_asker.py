"""What an asker does with a question that was sent: withdraw, give feedback, allow its use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from domain.consent import Consent, ConsentScope
from domain.errors import UserError
from domain.escalation import POLICIES
from domain.member import Role
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from handlers.actions_draft import tell_claimer
from handlers.closing import close
from handlers.deed import Deed
from handlers.notify import begin_escalation
from handlers.shredding import remove_images

REOPEN_WITHIN = timedelta(days=7)


def withdraw(deed: Deed) -> None:
    """Take the question back: the panel no longer sees it, its images are shredded."""
    question = deed.own_question()
    withdrawn = deed.move(question, QuestionState.WITHDRAWN, closed_at=deed.now)
    deed.record(withdrawn, EntryKind.WITHDRAWN)
    remove_images(deed.services, deed.transaction, question.id, cause=deed.inbox_id)
    tell_claimer(deed, withdrawn, "panel.withdrawn")
    deed.tell_about(withdrawn, deed.actor, "question.withdrawn")


def give_feedback(deed: Deed, *, kind: EntryKind) -> None:
    """The answer helped: close, thank, and only now offer wider use (safety rule 6)."""
    question = deed.own_question()
    deed.record(question, kind)
    tell_claimer(deed, question, f"panel.{kind}")
    close_question(deed, question)


def close_question(deed: Deed, question: Question) -> None:
    """Close an answered question in the name of whoever acts."""
    if not question.allows(QuestionState.CLOSED):
        raise UserError("not_now", label=question.label, state=question.state)
    close(deed.services, deed.transaction, question, cause=deed.inbox_id, actor_id=deed.actor.id)


def reopen(deed: Deed) -> None:
    """The answer did not help: the question goes back to the panel, with new targets."""
    question = deed.own_question()
    if question.closed_at is not None and deed.now - question.closed_at > REOPEN_WITHIN:
        raise UserError("too_late_to_reopen", label=question.label)
    if question.urgency is None or question.state not in (QuestionState.ANSWERED, QuestionState.CLOSED):
        raise UserError("not_now", label=question.label, state=question.state)
    policy = POLICIES[question.urgency]
    reopened = deed.move(
        question,
        QuestionState.OPEN,
        claimed_by=None,
        closed_at=None,
        released_at=None,
        opened_at=deed.now,
        claim_due_at=deed.now + policy.claim_within,
        answer_due_at=deed.now + policy.answer_within,
    )
    if question.released_at is not None:
        take_back(deed, question)
    tell_claimer(deed, question, "panel.reopened")
    deed.record(reopened, EntryKind.REOPENED)
    begin_escalation(deed.transaction, reopened)
    deed.tell_about(reopened, deed.actor, "question.reopened", values={"claim_due": deed.now + policy.claim_within})


def allow(deed: Deed, *, scope: ConsentScope) -> None:
    """Record what the asker allows the case to be used for; teaching waits for an editor's release."""
    question = deed.own_question()
    if question.state is not QuestionState.CLOSED:
        raise UserError("not_now", label=question.label, state=question.state)
    basis = "hospital" if scope is ConsentScope.TEACHING else ""
    consent = Consent(question_id=question.id, scope=scope, given_by=deed.actor.id, given_at=deed.now, basis=basis)
    deed.transaction.consents.add(consent)
    # What an editor released was released under the former consent.
    allowed = deed.save(question, consent=scope, released_at=None)
    if question.released_at is not None:
        take_back(deed, question)
    deed.record(allowed, EntryKind.CONSENT_GIVEN, details={"scope": scope.value, "basis": basis})
    deed.tell_about(allowed, deed.actor, f"consent.{scope}")
    if scope is ConsentScope.TEACHING:
        _tell_editors(deed, allowed)
    elif question.closed_at is not None and deed.now - question.closed_at >= deed.services.rules.consult_images_kept:
        # The clock that would have erased them has rung while they were allowed for teaching.
        deed.record(allowed, EntryKind.ERASED)
        remove_images(deed.services, deed.transaction, allowed.id, cause=deed.inbox_id)


def take_back(deed: Deed, question: Question) -> None:
    """Strike a case out of the digests that told members of it."""
    deed.transaction.deliveries.strike_out(question.label)
    deed.transaction.web.strike_out(question.label)


def _tell_editors(deed: Deed, question: Question) -> None:
    for member in deed.transaction.members.all():
        if member.active and member.has(Role.EDITOR):
            deed.tell_about(question, member, "editor.awaiting")


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.WITHDRAW: withdraw,
    Action.HELPED: partial(give_feedback, kind=EntryKind.HELPED),
    Action.CHANGED_PLAN: partial(give_feedback, kind=EntryKind.CHANGED_PLAN),
    Action.REOPEN: reopen,
    Action.CONSENT_TEACHING: partial(allow, scope=ConsentScope.TEACHING),
    Action.CONSENT_CONSULT_ONLY: partial(allow, scope=ConsentScope.CONSULT_ONLY),
}
