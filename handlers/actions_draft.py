"""What an asker does with a draft: send it, edit it, or discard it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.checks import open_checks
from domain.commands import PresentDraft
from domain.consent import ConsentScope
from domain.delivery import Value
from domain.errors import UserError
from domain.escalation import POLICIES
from domain.messages import Action
from domain.panel import Panel
from domain.question import EntryKind, Question, QuestionState, Urgency
from domain.study import UploadState
from domain.text import DeidentifiedText, IdentifierKind
from handlers.deed import Deed
from handlers.draft import held_images, note_cut, tell_of_held_images
from handlers.identities import MESSAGE, checks_for, learn, outdate, replace_message_sources
from handlers.notify import begin_escalation
from handlers.shredding import forget_draft


def send(deed: Deed, *, urgency: Urgency) -> None:
    """Open the question: number, panel, targets, first escalation step, receipt."""
    draft = _own_draft(deed)
    if draft.wrong_patient_at is not None:
        raise UserError("wrong_patient_draft")
    if deed.is_outdated or draft.previewed_at is None:
        show_again(deed, draft, "draft.look_again")
        return
    if open_checks(checks_for(deed.transaction, draft)):
        show_again(deed, draft, "draft.check_first")
        return
    images = deed.transaction.images.of_question(draft.id)
    if not draft.text.value and not any(image.is_visible for image in images):
        raise UserError("confirm_first" if held_images(images) else "nothing_to_send")
    panels = deed.transaction.panels.all()
    if not panels:
        raise UserError("no_panel")
    panel = panels[0]
    policy = POLICIES[urgency]
    question = deed.move(
        draft,
        QuestionState.OPEN,
        number=deed.transaction.questions.next_number(),
        panel_id=panel.id,
        urgency=urgency,
        consent=ConsentScope.CONSULT_ONLY,
        opened_at=deed.now,
        claim_due_at=deed.now + policy.claim_within,
        answer_due_at=deed.now + policy.answer_within,
    )
    deed.record(question, EntryKind.OPENED, details={"urgency": urgency.value})
    begin_escalation(deed.transaction, question)
    _receipt(deed, question, panel=panel)
    tell_of_held_images(deed.services, deed.transaction, question, cause=deed.inbox_id)


def discard(deed: Deed) -> None:
    """Drop the draft with everything that was sent for it."""
    draft = _own_draft(deed)
    deed.move(draft, QuestionState.DISCARDED, text=DeidentifiedText(value=""))
    forget_draft(deed.services, deed.transaction, draft.id, cause=deed.inbox_id)
    deed.record(draft, EntryKind.DISCARDED)
    deed.tell_about(draft, deed.actor, "draft.discarded")


def edit_text(deed: Deed) -> None:
    """Replace the draft's text and show the preview again."""
    draft = _own_draft(deed)
    seen = deed.fields.get("seen")
    if seen is not None and seen.value != draft.text.value:
        raise UserError("text_changed")
    text = deed.text()
    question = outdate(deed.transaction, deed.save(draft, text=text))
    deed.record(question, EntryKind.TEXT_EDITED)
    if _resident_numbers(text) > _resident_numbers(draft.text):
        note_cut(deed.services, deed.transaction, question, cause=deed.inbox_id)
    replace_message_sources(deed.transaction, question.id, text)
    sources = {f"{MESSAGE}{deed.inbox_id}": deed.named}
    learn(deed.services, deed.transaction, question, sources=sources, secret=deed.secret)
    deed.transaction.jobs.add(PresentDraft(question_id=question.id, cause=deed.inbox_id))


def show_again(deed: Deed, draft: Question, key: str) -> None:
    """Do nothing but show the draft as it stands now, saying why: one more tap, also for an urgent question."""
    deed.tell_about(draft, deed.actor, key)
    deed.transaction.jobs.add(PresentDraft(question_id=draft.id, cause=deed.inbox_id))


def tell_claimer(deed: Deed, question: Question, key: str, *, values: Mapping[str, Value] | None = None) -> None:
    """Tell whoever has the question that something came in; nobody while it is open."""
    if question.claimed_by is not None:
        claimer = deed.transaction.members.get(question.claimed_by)
        deed.tell_about(question, claimer, key, values=values)


def _resident_numbers(text: DeidentifiedText) -> int:
    return sum(part.kind is IdentifierKind.RESIDENT_NUMBER for part in text.replacements)


def _own_draft(deed: Deed) -> Question:
    """Return the actor's draft; one that was discarded or has expired must not pass for sent."""
    draft = deed.own_question()
    if draft.state is QuestionState.DRAFT:
        return draft
    raise UserError("already_sent", label=draft.label) if draft.number else UserError("draft_gone")


def _receipt(deed: Deed, question: Question, *, panel: Panel) -> None:
    first, second = (deed.transaction.members.get(member_id) for member_id in panel.on_call(deed.now))
    assert question.urgency is not None
    policy = POLICIES[question.urgency]
    values: dict[str, Value] = {
        "sent": deed.now,
        "first": first.display_name,
        "second": second.display_name,
        "claim_due": deed.now + policy.claim_within,
        "answer_due": deed.now + policy.answer_within,
    }
    waiting = [u for u in deed.transaction.uploads.of_question(question.id) if u.state in _STILL_CHECKED]
    key = f"question.receipt_{question.urgency}"
    deed.tell_about(question, deed.actor, key, values={**values, "waiting": len(waiting)}, choices=(Action.WITHDRAW,))


_STILL_CHECKED = frozenset({UploadState.RECEIVING, UploadState.COMPLETE})

DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.SEND_URGENT: partial(send, urgency=Urgency.URGENT),
    Action.SEND_TODAY: partial(send, urgency=Urgency.TODAY),
    Action.SEND_ROUTINE: partial(send, urgency=Urgency.ROUTINE),
    Action.DISCARD: discard,
    Action.EDIT_TEXT: edit_text,
}
