"""What a member changes or deletes at the service after it was read: of a draft, or of a question that was sent."""

from __future__ import annotations

from dataclasses import replace

from domain.answer import added_words, released_words
from domain.arrival import TakenMessage
from domain.commands import Command, GatherDraft, RelayInformation, TakeAction
from domain.directed import Directed, directed
from domain.errors import SealedInRoomError
from domain.ids import QuestionId, derive_id
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from domain.text import DeidentifiedText, joined, lines_of, with_lines
from handlers.inbound import MESSAGE_NAME, Received, message_name
from handlers.outbox import Notice, tell
from handlers.typed_words import delete_sealed
from handlers.waiting_edits import kept_by, waits_with_its_message

_SEALED = frozenset({Action.OPINION, Action.ANSWER})


def changed_at_service(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Return what follows from an edit or a deletion; None for any other message."""
    origin = received.message.origin
    if not (origin.is_edit or origin.is_deletion):
        return None
    if origin.room:
        return _changed_in_room(services, transaction, received)
    taken = transaction.arrivals.message(received.message.sender, origin.reference)
    if taken is None and origin.is_edit and waits_with_its_message(services, transaction, received):
        return ()
    question = None if taken is None else transaction.questions.get(taken.question_id)
    step = None if question is None or origin.is_deletion else _step(received, question)
    if step is not None:
        return (step,)
    if origin.is_edit and received.message.text is not None:
        # Once a day, since services report some edits that nobody has made; each time while words wait for another.
        cause = received.inbox_id if kept_by(services, transaction, received) else _today(services)
        notice = Notice(key="edit.unknown", to=received.message.sender)
        tell(services, transaction, received.sender, cause=cause, notice=notice)
    elif origin.is_deletion and question is not None and question.state is QuestionState.DRAFT:
        kept = Notice(
            key="draft.message_deleted",
            question_id=question.id,
            choices=(Action.DISCARD,),
            to=received.message.sender,
        )
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=kept)
    transaction.inbox.finish(received.inbox_id)
    return ()


def _step(received: Received, question: Question) -> Command | None:
    """Return what an edit changes of a question; None where that is over, or nothing is said any more."""
    if question.state is QuestionState.DRAFT:
        return GatherDraft(inbox_id=received.inbox_id, question_id=question.id)
    if question.number is None or received.message.text is None:
        return None
    return RelayInformation(inbox_id=received.inbox_id, question_id=question.id)


def _changed_in_room(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...]:
    """Words for the panel are said anew; a command was done already, and what was said is not taken back."""
    message = received.message
    if message.origin.is_edit and message.text is not None and message.in_reply_to is not None:
        said = directed(message.text.value)
        if said is None:
            return (RelayInformation(inbox_id=received.inbox_id, question_id=message.in_reply_to),)
        # What is added to an answer by an edit would stand there twice.
        is_whole = said.action is Action.ANSWER and added_words(said.text) is None
        if is_whole and _shows_answer(services, transaction, received):
            again = Action.DRAFT_ANSWER.value
            return (TakeAction(inbox_id=received.inbox_id, action=again, question_id=message.in_reply_to),)
        _take_out_if_sealed(services, transaction, received, said=said)
        # An answer that reads otherwise now in the room than to its asker must not pass for corrected.
        cause = derive_id("edit", message.channel, message.origin.room, message.origin.reference)
        tell(services, transaction, received.sender, cause=cause, notice=Notice(key="edit.command", to=message.sender))
    transaction.inbox.finish(received.inbox_id)
    return ()


def _take_out_if_sealed(services: Services, transaction: Transaction, received: Received, *, said: Directed) -> None:
    """An edit can bring an opinion into the room as well, and then as little as a message may it stay."""
    assert received.message.in_reply_to is not None
    question = transaction.questions.get(received.message.in_reply_to)
    if question.is_sealed and said.action in _SEALED:
        error = SealedInRoomError(question.id, label=question.label)
        delete_sealed(services, transaction, received, error=error)


def _shows_answer(services: Services, transaction: Transaction, received: Received) -> bool:
    """Return whether an answer of the sender's to this question was shown, and not sent yet."""
    waiting = transaction.choices.open_of(received.sender.id, services.clock())
    about = received.message.in_reply_to
    return any(each.question_id == about and Action.SEND_ANSWER in each.actions for each in waiting)


def _today(services: Services) -> str:
    return f"edit:{services.clock().date()}"


def with_words(
    services: Services, transaction: Transaction, received: Received, *, question: Question, text: DeidentifiedText
) -> DeidentifiedText:
    """Return a draft's text with a message's words: behind the others, or in the place of what it said before."""
    known = _known(transaction, received)
    if known is None or known.question_id != question.id or not received.message.origin.is_edit:
        _note(services, transaction, received, question_id=question.id, lines=lines_of(text))
        return joined(question.text, text)
    messages = transaction.arrivals.messages_of(question.id)
    place = next(number for number, each in enumerate(messages) if _is_same(each, known))
    before = sum(each.lines for each in messages[:place])
    changed = None
    if sum(each.lines for each in messages) == lines_of(question.text):
        changed = with_lines(question.text, text, first=before, count=known.lines)
    if changed is None:
        # The text was changed by hand since: what is new goes behind it, and the preview shows both.
        transaction.arrivals.note_message(replace(known, lines=known.lines + lines_of(text)))
        return joined(question.text, text)
    transaction.arrivals.note_message(replace(known, lines=lines_of(text)))
    return changed


def forget_lines(transaction: Transaction, question_id: QuestionId) -> None:
    """Note that a draft's text was changed by hand: none of its lines is any message's own any more."""
    for message in transaction.arrivals.messages_of(question_id):
        transaction.arrivals.note_message(replace(message, lines=0))


def note_going(services: Services, transaction: Transaction, received: Received, *, step: Command) -> None:
    """Note where a message is going: an edit that came right behind it is read before it has arrived there."""
    if not isinstance(step, GatherDraft | RelayInformation) or received.message.origin.is_edit:
        return
    if step.inbox_id == received.inbox_id:
        note_taken(services, transaction, received, question_id=step.question_id)


def note_taken(services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId) -> None:
    """Note where a message went, so that an edit of it finds the question again."""
    known = _known(transaction, received)
    if known is None or known.question_id != question_id:
        _note(services, transaction, received, question_id=question_id)


def says_nothing_new(
    transaction: Transaction, received: Received, *, question: Question, text: DeidentifiedText
) -> bool:
    """Return whether a sent question holds an edit's words already: services report some that nobody has made.

    From when on the same message was last read: whoever takes a correction back says the first words anew.
    """
    if not received.message.origin.is_edit:
        return False
    entries = transaction.entries.of_question(question.id)
    added = [
        (each, each.text.value) for each in entries if each.kind is EntryKind.INFORMATION and each.text is not None
    ]
    name = message_name(received.message)
    own = [place for place, (entry, _) in enumerate(added) if entry.details.get(MESSAGE_NAME) == name]
    if text.value in {said for _, said in added[own[-1] if own else 0 :]}:
        return True
    known = _known(transaction, received)
    # After a change by hand nobody knows which lines it had.
    is_whole = known is not None and known.lines in (0, lines_of(text))
    return not own and is_whole and f"\n{text.value}\n" in f"\n{question.text.value}\n"


def repeats_own_words(
    transaction: Transaction, received: Received, *, question: Question, text: DeidentifiedText
) -> bool:
    """Return whether an edit in a room brings what its author said there already: a reaction is reported as an edit."""
    if not received.message.origin.is_edit:
        return False
    words = {text.value, (released_words(text) or text).value}
    entries = transaction.entries.of_question(question.id)
    own = [entry.text.value for entry in entries if entry.actor_id == received.sender.id and entry.text is not None]
    return not words.isdisjoint(own)


def _note(
    services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId, lines: int = 0
) -> None:
    origin = received.message.origin
    if not origin.reference or origin.room:
        return
    taken = TakenMessage(
        address=received.message.sender,
        reference=origin.reference,
        question_id=question_id,
        at=services.clock(),
        lines=lines,
    )
    transaction.arrivals.note_message(taken)


def _is_same(one: TakenMessage, other: TakenMessage) -> bool:
    return (one.address, one.reference) == (other.address, other.reference)


def _known(transaction: Transaction, received: Received) -> TakenMessage | None:
    reference = received.message.origin.reference
    return transaction.arrivals.message(received.message.sender, reference) if reference else None
