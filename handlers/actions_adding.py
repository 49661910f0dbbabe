"""What an asker adds to a question that was sent: words, an edit that came too late, images that came late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from domain.arrival import Part
from domain.commands import Command, GatherDraft, RelayInformation
from domain.delivery import Value
from domain.errors import UserError
from domain.ids import InboxId, QuestionId
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import TAKES_IMAGES, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers.actions_draft import edit_draft, tell_claimer
from handlers.albums import KEPT, files_said, waits_for_more
from handlers.deed import Deed
from handlers.draft import begin_draft
from handlers.identities import MESSAGE, learn
from handlers.inbound import Received, open_kept
from handlers.outbox import Notice, tell
from handlers.waiting import end_waiting

LATE = timedelta(minutes=10)
"""So long after a question was sent, images without a word may still be meant for it."""


def add_information(deed: Deed) -> None:
    """Bring further words to the panel.

    Raises:
        UserError: "not_yours", "text_missing", "question_unknown", "question_withdrawn".
    """
    question, text = _sent(deed), deed.text()
    if text.names_a_resident_number:
        tell_of_cut_number(deed, question)
        return
    take_in(deed, question, text)
    _learn(deed, question)


def take_in(deed: Deed, question: Question, text: DeidentifiedText, *, key: str = "question.information_sent") -> None:
    """Note what an asker says in the question's thread and tell whoever has it; the clock runs again."""
    if text.value:
        deed.record(question, EntryKind.INFORMATION, text=text)
    if question.state is QuestionState.NEEDS_INFO:
        question = end_waiting(deed.services, deed.transaction, question, cause=deed.inbox_id)
        key = "question.information_resumed"
    assert question.answer_due_at is not None
    values: dict[str, Value] = {"text": text, "answer_due": question.answer_due_at}
    deed.tell_about(question, deed.actor, key, values=values)
    tell_claimer(deed, question, "panel.information", values={"text": text})


def edit_text(deed: Deed) -> None:
    """Replace the text of a draft; what was sent stays as it was, and the new words are added to it."""
    question = deed.own_question()
    if question.number is None or question.state is QuestionState.WITHDRAWN:
        edit_draft(deed)
        return
    text = deed.text()
    if text.names_a_resident_number:
        tell_of_cut_number(deed, question)
        return
    take_in(deed, question, text, key="question.edit_appended")
    _learn(deed, question)


def tell_of_cut_number(deed: Deed, question: Question) -> None:
    """Safety rule 2: what is left is offered back; nothing of it went to the panel."""
    deed.tell_about(question, deed.actor, "question.resident_number_cut")


def replaced_images(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Offer the files that an edit put into a message whose question was sent; None for any other message.

    What the panel has seen stays as it is; the words of the edit wait with its files.
    """
    message = received.message
    if not (message.origin.is_edit and message.uploads):
        return None
    taken = transaction.arrivals.message(message.sender, message.origin.reference)
    question = None if taken is None else transaction.questions.get(taken.question_id)
    if question is None or question.number is None or question.state not in TAKES_IMAGES:
        return None
    _offer(services, transaction, received, question=question, key="question.add_replaced", waits=received.inbox_id)
    return ()


def late_images(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Ask whether images without a word belong to the question that was sent just now; None where they cannot.

    Parts of an album wait until it is whole: the words that it has may stand with the last.
    """
    message = received.message
    if not message.uploads or message.text or message.press or message.in_reply_to:
        return None
    if transaction.questions.draft_of(received.sender.id) is not None:
        return None
    now, own = services.clock(), transaction.questions.of_asker(received.sender.id)
    recent = [q for q in own if q.is_awaiting_panel and q.opened_at is not None and now - q.opened_at <= LATE]
    if len(recent) != 1:
        return None
    if waits_for_more(services, transaction, received):
        return ()
    kept = _waiting_parts(transaction, received.inbox_id)
    if any(open_kept(transaction, part.inbox_id).text for part in kept):
        # The words of an album stand with one of its parts, and begin a question.
        return None
    count = sum(part.files for part in kept) or len(message.uploads)
    waits = kept[0].inbox_id if kept else received.inbox_id
    _offer(services, transaction, received, question=recent[0], key="question.add_images", waits=waits, count=count)
    return ()


def add_images(deed: Deed) -> None:
    """The images that came late belong to the question."""
    question = _sent(deed)
    for inbox_id in _album(deed):
        deed.transaction.jobs.add(RelayInformation(inbox_id=inbox_id, question_id=question.id))


def new_question(deed: Deed) -> None:
    """The images that came late begin a question of their own."""
    message = open_kept(deed.transaction, _kept(deed))
    draft = deed.transaction.questions.draft_of(deed.actor.id) or begin_draft(
        deed.services, deed.transaction, Received(inbox_id=_kept(deed), message=message, sender=deed.actor)
    )
    for inbox_id in _album(deed):
        deed.transaction.jobs.add(GatherDraft(inbox_id=inbox_id, question_id=QuestionId(draft.id)))


def _offer(  # noqa: PLR0913 - one sentence, and what it is about
    services: Services,
    transaction: Transaction,
    received: Received,
    *,
    question: Question,
    key: str,
    waits: InboxId,
    count: int = 1,
) -> None:
    """Ask whether images belong to a question; the message that brought them waits in the inbox meanwhile."""
    notice = Notice(
        key=key,
        values={"label": question.label, "count": count, "files": files_said(count)},
        question_id=question.id,
        choices=(Action.ADD_IMAGES, Action.NEW_QUESTION),
        about=f"{KEPT}{waits}",
        to=received.message.sender,
        lasts=services.rules.inbox_time_to_live,
    )
    tell(services, transaction, received.sender, cause=notice.about, notice=notice)


def _learn(deed: Deed, question: Question) -> None:
    sources = {f"{MESSAGE}{deed.inbox_id}": deed.named}
    learn(deed.services, deed.transaction, question, sources=sources, secret=deed.secret)


def _kept(deed: Deed) -> InboxId:
    if not deed.about.startswith(KEPT):
        raise UserError("choice_unknown")
    return InboxId(deed.about.removeprefix(KEPT))


def _album(deed: Deed) -> tuple[InboxId, ...]:
    """Return the message that waits, and the other parts of its album."""
    kept = _kept(deed)
    return tuple(part.inbox_id for part in _waiting_parts(deed.transaction, kept)) or (kept,)


def _waiting_parts(transaction: Transaction, inbox_id: InboxId) -> tuple[Part, ...]:
    return tuple(part for part in transaction.arrivals.parts_of(inbox_id) if transaction.inbox.holds(part.inbox_id))


def _sent(deed: Deed) -> Question:
    question = deed.own_question()
    if question.number is None:
        raise UserError("question_unknown")
    if question.state is QuestionState.WITHDRAWN:
        raise UserError("question_withdrawn", label=question.label)
    return question


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.EDIT_TEXT: edit_text,
    Action.ADD_INFORMATION: add_information,
    Action.ASK_MORE: add_information,
    Action.ADD_IMAGES: add_images,
    Action.NEW_QUESTION: new_question,
}
