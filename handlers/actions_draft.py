"""What an asker does with a draft: send it, edit it, or discard it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.checks import open_checks
from domain.commands import PresentDraft
from domain.consent import ConsentScope
from domain.delivery import Terms, Value
from domain.errors import UserError
from domain.ids import MemberId
from domain.messages import Action
from domain.opinions import seals_from_the_start
from domain.panel import Panel
from domain.question import EntryKind, Question, QuestionState, Urgency
from domain.text import DeidentifiedText, IdentifierKind
from domain.topics import panel_for
from handlers.deed import Deed
from handlers.draft import held_images, note_cut, tell_of_held_images
from handlers.edits import forget_lines
from handlers.grouping import group_if_alike
from handlers.identities import MESSAGE, checks_for, learn, outdate, replace_message_sources
from handlers.notify import begin_escalation
from handlers.originals import delete_originals, leave_draft
from handlers.standing import policy_of


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
    if _asks_again(deed, draft, urgency):
        return
    chosen = _chosen_panel(deed, draft)
    panel = panel_for(draft.text.value, deed.transaction.panels.all(), now=deed.now, chosen=chosen)
    if panel is None:
        raise UserError("no_panel")
    claim_due, answer_due = policy_of(deed.services, deed.transaction, urgency).targets(deed.now)
    question = deed.move(
        draft,
        QuestionState.OPEN,
        number=deed.transaction.questions.next_number(),
        panel_id=panel.id,
        urgency=urgency,
        consent=ConsentScope.CONSULT_ONLY,
        is_sealed=seals_from_the_start(urgency),
        opened_at=deed.now,
        claim_due_at=claim_due,
        answer_due_at=answer_due,
    )
    deed.record(question, EntryKind.OPENED, details={"urgency": urgency.value})
    group_if_alike(deed.services, deed.transaction, question, panel=panel)
    begin_escalation(deed.transaction, question)
    _receipt(deed, question, panel=panel)
    tell_of_held_images(deed.services, deed.transaction, question, cause=deed.inbox_id)


def discard(deed: Deed) -> None:
    """Drop the draft with everything that was sent for it."""
    draft = _own_draft(deed)
    gone = deed.move(draft, QuestionState.DISCARDED, text=DeidentifiedText(value=""))
    left = leave_draft(deed.services, deed.transaction, gone, cause=deed.inbox_id)
    deed.record(draft, EntryKind.DISCARDED)
    deed.tell_about(draft, deed.actor, "draft.discarded", values={"originals": left})


def edit_draft(deed: Deed) -> None:
    """Replace the draft's text and show the preview again."""
    draft = _own_draft(deed)
    seen = deed.fields.get("seen")
    if seen is not None and seen.value != draft.text.value:
        raise UserError("text_changed")
    text = deed.text()
    question = outdate(deed.transaction, deed.save(draft, text=text))
    forget_lines(deed.transaction, question.id)
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
    """Tell whoever has the question that something came in; nobody while it is open.

    One that was merged is looked after with the other.
    """
    has_it = _in_charge(deed, question) if question.state is QuestionState.MERGED else question.claimed_by
    if has_it is not None:
        deed.tell_about(question, deed.transaction.members.get(has_it), key, values=values)


def _in_charge(deed: Deed, follower: Question) -> MemberId:
    """Return who has the question that another follows; while nobody has, whoever owns what nobody takes."""
    assert follower.merged_into is not None
    assert follower.panel_id is not None
    lead = deed.transaction.questions.get(follower.merged_into)
    return lead.claimed_by or deed.transaction.panels.get(follower.panel_id).coordinator_id


def _asks_again(deed: Deed, draft: Question, urgency: Urgency) -> bool:
    """Ask once, and once only, whether it is as urgent as the button says; the asker's word stands then."""
    entries = deed.transaction.entries.of_question(draft.id)
    if any(entry.kind is EntryKind.ASKED_AGAIN for entry in entries):
        return False
    guard, earlier = deed.services.escalation.guard, deed.transaction.questions.of_asker(deed.actor.id)
    opened = [q.opened_at for q in earlier if q.urgency is Urgency.URGENT and q.opened_at is not None]
    key = ""
    if urgency is Urgency.URGENT and guard.doubts_urgent(opened, deed.now):
        key = "draft.really_urgent"
    elif urgency is Urgency.ROUTINE and guard.names_danger(draft.text.value):
        key = "draft.sounds_urgent"
    if key:
        deed.record(draft, EntryKind.ASKED_AGAIN)
        show_again(deed, draft, key)
    return bool(key)


def _chosen_panel(deed: Deed, draft: Question) -> str:
    """Return the panel that its asker has named last; empty where its topic decides."""
    entries = deed.transaction.entries.of_question(draft.id)
    named = [str(entry.details["panel"]) for entry in entries if entry.kind is EntryKind.PANEL_CHOSEN]
    return named[-1] if named else ""


def _resident_numbers(text: DeidentifiedText) -> int:
    return sum(part.kind is IdentifierKind.RESIDENT_NUMBER for part in text.replacements)


def _own_draft(deed: Deed) -> Question:
    """Return the actor's draft; one that was discarded or has expired must not pass for sent."""
    draft = deed.own_question()
    if draft.state is QuestionState.DRAFT:
        return draft
    raise UserError("already_sent", label=draft.label) if draft.number else UserError("draft_gone")


def _receipt(deed: Deed, question: Question, *, panel: Panel) -> None:
    first, second = (_on_call(deed, member_id) for member_id in panel.on_call(deed.now))
    assert question.claim_due_at is not None
    assert question.answer_due_at is not None
    values: dict[str, Value] = {
        "sent": deed.now,
        "panel": panel.named(deed.actor.language),
        "first": first,
        "second": second,
        "claim_due": question.claim_due_at,
        "answer_due": question.answer_due_at,
    }
    key, choices = f"question.receipt_{question.urgency}", (Action.ADD_INFORMATION, Action.WITHDRAW)
    deed.tell_about(
        question, deed.actor, key, values={**values, "originals": _originals(deed, question)}, choices=choices
    )


def _originals(deed: Deed, question: Question) -> Terms:
    """Say that the originals are gone, where there were some and none is still being looked at."""
    return Terms(keys=delete_originals(deed.services, deed.transaction, question), lead="\n")


def _on_call(deed: Deed, member_id: MemberId | None) -> Value:
    return Terms(keys=("rota.nobody",)) if member_id is None else deed.transaction.members.get(member_id).display_name


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.SEND_URGENT: partial(send, urgency=Urgency.URGENT),
    Action.SEND_TODAY: partial(send, urgency=Urgency.TODAY),
    Action.SEND_ROUTINE: partial(send, urgency=Urgency.ROUTINE),
    Action.DISCARD: discard,
}
