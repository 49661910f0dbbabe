"""Further words and images for a question that was sent, from either side."""

from __future__ import annotations

from domain.access import may_see
from domain.commands import RelayInformation
from domain.errors import UserError
from domain.member import Role
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText
from handlers.actions_adding import take_in, tell_of_cut_number
from handlers.actions_answer import note
from handlers.albums import follows_in_silence
from handlers.deed import Deed
from handlers.draft import case_for, clean, echo, note_named
from handlers.edits import note_taken, repeats_own_words, says_nothing_new
from handlers.inbound import Received, open_received
from handlers.room_words import said_in, standing_of
from handlers.typed_words import delete_named
from handlers.uploads import attach_uploads


async def relay_information(services: Services, command: RelayInformation) -> None:
    """Bring an asker's words to the panel; a panelist's plain words stay with the panel as a note.

    Raises:
        UserError: the sender has no part in this question, or it was withdrawn.
    """
    received = await open_received(services, command.inbox_id)
    if received is None:
        return
    case = await case_for(services, received, command.question_id)
    text = clean(services, received, case)
    is_going = await delete_named(services, received, case=case, texts=(text,))

    def relay(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        is_askers = question.asker_id == received.sender.id
        deed = Deed(
            services=services,
            transaction=transaction,
            inbox_id=received.inbox_id,
            channel=received.message.channel,
            action=Action.ADD_INFORMATION if is_askers else Action.NOTE,
            actor=received.sender,
            question_id=question.id,
            fields={"text": text},
            said_in=said_in(transaction, received.message),
            standing={} if is_going else standing_of(transaction, received.message),
            now=services.clock(),
        )
        if is_askers:
            _from_asker(deed, received, question=question, text=text)
            note_named(services, transaction, received, question=question, case=case)
        else:
            _from_panel(deed, received, question=question)
        transaction.inbox.finish(received.inbox_id)

    await services.store.write(relay)


def _from_asker(deed: Deed, received: Received, *, question: Question, text: DeidentifiedText) -> None:
    services, transaction = deed.services, deed.transaction
    if question.number is None:
        raise UserError("question_unknown")
    if question.state is QuestionState.WITHDRAWN:
        raise UserError("question_withdrawn", label=question.label)
    echo(services, transaction, received, text=text, question_id=question.id)
    attach_uploads(services, transaction, received, question_id=question.id)
    if text.names_a_resident_number:
        tell_of_cut_number(deed, question)
        return
    note_taken(services, transaction, received, question_id=question.id)
    if says_nothing_new(transaction, received, question=question, text=text):
        return
    if follows_in_silence(transaction, received, question=question) or _brings_nothing(received, question, text):
        return
    key = "question.edit_appended" if received.message.origin.is_edit else "question.information_sent"
    take_in(deed, question, text, key=key)


def _brings_nothing(received: Received, question: Question, text: DeidentifiedText) -> bool:
    """Return whether a message has files alone for a question that takes none any more, which its sender was told."""
    return question.state is QuestionState.CLOSED and bool(received.message.uploads) and not text.value


def _from_panel(deed: Deed, received: Received, *, question: Question) -> None:
    if not may_see(received.sender, question) or not received.sender.has(Role.PANELIST):
        raise UserError("question_unknown")
    if received.message.uploads:
        raise UserError("panel_files")
    if repeats_own_words(deed.transaction, received, question=question, text=deed.text()):
        return
    note(deed)
