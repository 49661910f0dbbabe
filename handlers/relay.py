"""Further words and images for a question that was sent, from either side."""

from __future__ import annotations

from dataclasses import replace

from domain.access import may_see
from domain.commands import RelayInformation
from domain.errors import UserError
from domain.member import Role
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers.draft import attach_uploads, case_for, clean, echo, note_named
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, notice_about, tell


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

    def relay(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        if question.asker_id == received.sender.id:
            _from_asker(services, transaction, received, question=question, text=text)
            note_named(services, transaction, received, question=question, case=case)
        else:
            _from_panel(services, transaction, received, question=question, text=text)
        transaction.inbox.finish(received.inbox_id)

    await services.store.write(relay)


def _from_asker(
    services: Services,
    transaction: Transaction,
    received: Received,
    *,
    question: Question,
    text: DeidentifiedText,
) -> None:
    if question.number is None:
        raise UserError("question_unknown")
    if question.state is QuestionState.WITHDRAWN:
        raise UserError("question_withdrawn", label=question.label)
    if question.state is QuestionState.CLOSED and received.message.uploads:
        # Nobody could confirm these images, and the clock that erases them may have rung already.
        raise UserError("not_now", label=question.label, state=question.state)
    echo(services, transaction, received, text=text, question_id=question.id)
    attach_uploads(services, transaction, received, question_id=question.id)
    if text.names_a_resident_number:
        # Safety rule 2: what is left is offered back; nothing of it went to the panel.
        cut = Notice(key="question.resident_number_cut", values={"label": question.label}, question_id=question.id)
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=cut)
        return
    if text.value:
        transaction.entries.add(_entry(services, received, question, kind=EntryKind.INFORMATION, text=text))
    if question.state is QuestionState.NEEDS_INFO:
        transaction.questions.save(replace(question, state=QuestionState.CLAIMED))
    sent = notice_about(question, "question.information_sent", values={"text": text})
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=sent)
    if question.claimed_by is not None:
        claimer = transaction.members.get(question.claimed_by)
        arrived = replace(sent, key="panel.information")
        tell(services, transaction, claimer, cause=received.inbox_id, notice=arrived)


def _from_panel(
    services: Services,
    transaction: Transaction,
    received: Received,
    *,
    question: Question,
    text: DeidentifiedText,
) -> None:
    if not may_see(received.sender, question) or not received.sender.has(Role.PANELIST):
        raise UserError("question_unknown")
    if received.message.uploads:
        raise UserError("panel_files")
    transaction.entries.add(_entry(services, received, question, kind=EntryKind.NOTE, text=text))


def _entry(
    services: Services, received: Received, question: Question, *, kind: EntryKind, text: DeidentifiedText
) -> Entry:
    return Entry(
        key=f"{received.inbox_id}:{kind}",
        question_id=question.id,
        kind=kind,
        actor_id=received.sender.id,
        channel=received.message.channel,
        at=services.clock(),
        text=text,
    )
