"""What an asker allows their closed question to be used for, on the basis that they attest (safety rule 6).

A panelist may ask for it: without consent there is no case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.consent import HOSPITAL, Consent, ConsentScope, basis_in, board_number
from domain.delivery import Terms, Value
from domain.errors import UserError, WordsMissingError
from domain.member import Role
from domain.messages import Action
from domain.proposals import PURPOSE, purposes_of
from domain.question import EntryKind, Question, QuestionState
from handlers.actions_asker import take_back
from handlers.closing import consent_offer
from handlers.deed import Deed
from handlers.outbox import tell
from handlers.panel_deed import right_patient
from handlers.shredding import remove_images
from handlers.timeline import closings


def allow(deed: Deed, *, scope: ConsentScope) -> None:
    """Record what the asker allows the case to be used for; teaching waits for an editor's release.

    Raises:
        UserError: "not_yours", "not_now" before the close; of a study also "basis_missing",
            "basis_unknown", "basis_identifies".
    """
    question = deed.own_question()
    if question.state is not QuestionState.CLOSED:
        raise UserError("not_now", label=question.label, state=question.state)
    basis = _basis(deed, question, scope)
    consent = Consent(question_id=question.id, scope=scope, given_by=deed.actor.id, given_at=deed.now, basis=basis)
    deed.transaction.consents.add(consent)
    # What an editor released was released under the former consent.
    allowed = deed.save(question, consent=scope, released_at=None)
    if question.released_at is not None:
        take_back(deed, question)
    number = board_number(basis)
    # A board's number tells colleagues where the asker works: the thread says what kind of basis it is.
    kind = "irb" if number else basis
    deed.record(allowed, EntryKind.CONSENT_GIVEN, details={"scope": scope.value, "basis": kind})
    key = "consent.research_irb" if number else f"consent.{scope}"
    deed.tell_about(allowed, deed.actor, key, values={"number": number})
    if scope is ConsentScope.TEACHING:
        _tell_editors(deed, allowed)
    elif scope is ConsentScope.CONSULT_ONLY:
        _erase_if_due(deed, allowed)


def propose(deed: Deed, *, purpose: str) -> None:
    """Propose an answered question to the editors: what is missing is asked for, its asker's consent first.

    Args:
        purpose: "case", "quiz" or "guideline", which the editors see beside it.
    Raises:
        UserError("not_now"): it has no answer yet.
    """
    question = right_patient(deed)
    if question.state not in (QuestionState.ANSWERED, QuestionState.CLOSED):
        raise UserError("not_now", label=question.label, state=question.state)
    if purpose not in purposes_of(deed.transaction.entries.of_question(question.id)):
        deed.record(question, EntryKind.PROPOSED, details={PURPOSE: purpose})
    values: dict[str, Value] = {"purpose": Terms(keys=(f"proposal.{purpose}",))}
    if question.consent is ConsentScope.TEACHING:
        deed.tell_about(question, deed.actor, "panel.case_with_editors", values=values)
        return
    if question.state is QuestionState.CLOSED:
        _ask_for_consent(deed, question)
    deed.tell_about(question, deed.actor, "panel.case_needs_consent", values=values)


def _ask_for_consent(deed: Deed, question: Question) -> None:
    """Ask once more, once for each close: nobody is pressed."""
    cause = f"case:{question.id}:{closings(deed.transaction, question.id)}"
    offer = consent_offer(deed.services, question)
    tell(deed.services, deed.transaction, deed.asker_of(question), cause=cause, notice=offer)


def _basis(deed: Deed, question: Question, scope: ConsentScope) -> str:
    """Return what is attested: for teaching by the press itself, for a study in words."""
    if scope is not ConsentScope.RESEARCH:
        return HOSPITAL if scope is ConsentScope.TEACHING else ""
    said = deed.fields.get("basis")
    if said is None or not said.value.strip():
        raise WordsMissingError("basis_missing", action=deed.action, question_id=question.id, label=question.label)
    if said.replacements:
        raise UserError("basis_identifies", label=question.label)
    basis = basis_in(said.value)
    if basis is None:
        raise UserError("basis_unknown", label=question.label)
    return basis


def _erase_if_due(deed: Deed, allowed: Question) -> None:
    """The clock that would have erased the images has rung while more than the consultation was allowed."""
    if allowed.closed_at is not None and deed.now - allowed.closed_at >= deed.services.rules.consult_images_kept:
        deed.record(allowed, EntryKind.ERASED)
        remove_images(deed.services, deed.transaction, allowed.id, cause=deed.inbox_id)


def _tell_editors(deed: Deed, question: Question) -> None:
    for member in deed.transaction.members.all():
        if member.active and member.has(Role.EDITOR):
            deed.tell_about(question, member, "editor.awaiting")


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.MAKE_CASE: partial(propose, purpose="case"),
    Action.QUIZ_CANDIDATE: partial(propose, purpose="quiz"),
    Action.GUIDELINE_PROPOSAL: partial(propose, purpose="guideline"),
    Action.CONSENT_TEACHING: partial(allow, scope=ConsentScope.TEACHING),
    Action.CONSENT_RESEARCH: partial(allow, scope=ConsentScope.RESEARCH),
    Action.CONSENT_CONSULT_ONLY: partial(allow, scope=ConsentScope.CONSULT_ONLY),
}
