"""Edits of messages that wait for another word of their author: which question they belong to, or whether it is new."""

from __future__ import annotations

from dataclasses import replace

from domain.arrival import Part, album_of
from domain.delivery import PendingChoice
from domain.ids import InboxId
from domain.messages import Action, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.albums import KEPT
from handlers.inbound import Received, open_kept
from handlers.outbox import Notice, tell


def waits_with_its_message(services: Services, transaction: Transaction, received: Received) -> bool:
    """Ask anew where an edit belongs whose message waits for just that; False for any other edit.

    Words take the place of what the message said before; files stay, and what is said with them goes along.
    """
    if not (received.message.text or received.message.attachments):
        return False
    for choice in kept_by(services, transaction, received):
        waiting = _waiting(transaction, choice)
        if received.inbox_id in waiting:
            return True
        former = {each: said for each, said in waiting.items() if _is_version(said, received.message)}
        if former and choice.question_id is not None and Action.NEW_QUESTION in choice.actions:
            about = _put_in_place(services, transaction, received, former=former) or choice.about
            _ask_again(services, transaction, received, choice=replace(choice, about=about))
            return True
    return False


def kept_by(services: Services, transaction: Transaction, received: Received) -> tuple[PendingChoice, ...]:
    """Return what the sender was asked about words of theirs that wait in the inbox, newest first."""
    asked = transaction.choices.open_of(received.sender.id, services.clock())
    return tuple(each for each in asked if each.about.startswith(KEPT))


def _waiting(transaction: Transaction, choice: PendingChoice) -> dict[InboxId, InboundMessage]:
    """Return the message that waits for a choice, with what else is of its album."""
    kept = InboxId(choice.about.removeprefix(KEPT))
    ids = (kept, *(part.inbox_id for part in transaction.arrivals.parts_of(kept)))
    return {each: open_kept(transaction, each) for each in ids if transaction.inbox.holds(each)}


def _is_version(said: InboundMessage, edited: InboundMessage) -> bool:
    return (said.sender, said.origin.reference) == (edited.sender, edited.origin.reference)


def _put_in_place(
    services: Services, transaction: Transaction, received: Received, *, former: dict[InboxId, InboundMessage]
) -> str:
    """Drop what a message said before its edit; returns what waits in its place, nothing where files still do."""
    with_files = None
    for inbox_id, said in former.items():
        if said.attachments and not said.origin.is_edit:
            with_files = album_of(inbox_id, said)
        else:
            transaction.inbox.finish(inbox_id)
    if with_files is None:
        return f"{KEPT}{received.inbox_id}"
    address, now = received.message.sender, services.clock()
    part = Part(inbox_id=received.inbox_id, album=with_files, address=address, files=0, at=now)
    transaction.arrivals.note_part(part)
    return ""


def _ask_again(services: Services, transaction: Transaction, received: Received, *, choice: PendingChoice) -> None:
    assert choice.question_id is not None
    transaction.choices.take(choice.token, Action.NEW_QUESTION)
    notice = Notice(
        key="prompt.or_new",
        values={"label": transaction.questions.get(choice.question_id).label},
        question_id=choice.question_id,
        choices=choice.actions,
        about=choice.about,
        to=received.message.sender,
        lasts=services.rules.inbox_time_to_live,
    )
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
