"""What an asker does with a draft: send it, edit it, look through its images, or discard it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.commands import PresentDraft, ShredRemoved
from domain.consent import ConsentScope
from domain.delivery import Value
from domain.errors import UserError
from domain.escalation import POLICIES
from domain.ids import ImageId
from domain.messages import Action
from domain.panel import Panel
from domain.question import EntryKind, Question, QuestionState, Urgency
from domain.study import UploadState
from domain.text import DeidentifiedText
from handlers.deed import Deed
from handlers.draft import held_images, tell_of_held_images
from handlers.notify import begin_escalation
from handlers.shredding import forget_draft


def send(deed: Deed, *, urgency: Urgency) -> None:
    """Open the question: number, panel, targets, first escalation step, receipt."""
    draft = _own_draft(deed)
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
    question = deed.save(draft, text=deed.text())
    deed.record(question, EntryKind.TEXT_EDITED)
    deed.transaction.jobs.add(PresentDraft(question_id=question.id, cause=deed.inbox_id))


def confirm_series(deed: Deed) -> None:
    """The asker saw the full-size pictures of a series and found no name on them."""
    question = deed.own_question()
    series = _series(deed)
    if question.state not in _TAKES_IMAGES:
        raise UserError("not_now", label=question.label, state=question.state)
    shown = deed.fields.get("images")
    if shown is None:
        raise UserError("series_unknown")
    images = frozenset(ImageId(image) for image in shown.value.split())
    confirmed = deed.transaction.images.confirm_series(question.id, series, images=images, at=deed.now)
    if _has_more(deed, question, series=series):
        deed.tell_about(question, deed.actor, "draft.more_images_came")
    if not confirmed:
        return
    deed.record(question, EntryKind.SERIES_CONFIRMED, details={"series": series, "images": confirmed})
    if question.state is not QuestionState.DRAFT:
        deed.record(question, EntryKind.IMAGES_ADDED, details={"images": confirmed})
        tell_claimer(deed, question, "panel.images_added")


def _has_more(deed: Deed, question: Question, *, series: str) -> bool:
    images = deed.transaction.images.of_question(question.id)
    return any(
        image.confirmed_at is None and image.removed_at is None and image.facts.series_uid == series for image in images
    )


def remove_series(deed: Deed) -> None:
    """Take a series out and shred it."""
    question = deed.own_question()
    series = _series(deed)
    objects = deed.transaction.images.remove_series(question.id, series, deed.now)
    if not objects:
        raise UserError("series_unknown")
    for object_id in objects:
        deed.transaction.objects.shred(object_id)
    deed.transaction.jobs.add(ShredRemoved(question_id=question.id, cause=deed.inbox_id))
    deed.record(question, EntryKind.SERIES_REMOVED, details={"series": series, "images": len(objects)})


def tell_claimer(deed: Deed, question: Question, key: str, *, values: Mapping[str, Value] | None = None) -> None:
    """Tell whoever has the question that something came in; nobody while it is open."""
    if question.claimed_by is not None:
        claimer = deed.transaction.members.get(question.claimed_by)
        deed.tell_about(question, claimer, key, values=values)


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


def _series(deed: Deed) -> str:
    series = deed.fields.get("series")
    if series is None:
        raise UserError("series_unknown")
    return series.value


_STILL_CHECKED = frozenset({UploadState.RECEIVING, UploadState.COMPLETE})
_TAKES_IMAGES = frozenset(
    {
        QuestionState.DRAFT,
        QuestionState.OPEN,
        QuestionState.CLAIMED,
        QuestionState.NEEDS_INFO,
        QuestionState.ANSWERED,
    }
)

DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.SEND_URGENT: partial(send, urgency=Urgency.URGENT),
    Action.SEND_TODAY: partial(send, urgency=Urgency.TODAY),
    Action.SEND_ROUTINE: partial(send, urgency=Urgency.ROUTINE),
    Action.DISCARD: discard,
    Action.EDIT_TEXT: edit_text,
    Action.CONFIRM_SERIES: confirm_series,
    Action.REMOVE_SERIES: remove_series,
}
