"""What was sent before anybody knew that it names somebody: taken back and said again without, shown anew in rooms.

How whom a case names is learned is `handlers.identities`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.commands_services import Reword, TakeBack
from domain.delivery import Delivery, DeliveryState, OutgoingMessage, Priority, Value
from domain.ids import DeliveryId, derive_id
from domain.member import Member
from domain.messages import Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Entry, Question, QuestionState
from domain.room import RoomThread
from domain.text import DeidentifiedText, Rewording
from handlers.delivered import AUTHOR
from handlers.listings import is_list
from handlers.outbox import Notice, queue, tell
from handlers.retracting import (
    fell_due,
    left_about,
    may_go,
    note_removal,
    retract_sent,
    shows_draft,
    stays_elsewhere,
    tell_of_rooms_off,
)
from handlers.room_notes import follow_in_rooms, note_mirror
from handlers.room_previews import ECHO, is_waited_for
from handlers.typed_words import delete_typed
from handlers.withholding import says_hidden, shows_hidden

SAID_AGAIN = "said_again"
"""Among the values of a delivery that tells its reader nothing new."""


def take_out_names(services: Services, transaction: Transaction, question: Question, *, clean: Rewording) -> None:
    """Have all go that was sent or posted about a question and that cleaning changes; what it does not change stays.

    Deliveries and entries have to hold their words still as they were said. What is on its way in this moment is
    waited for, or sees when it has arrived that it was changed.
    """
    for delivery in left_about(transaction, question.id):
        is_changed = any(_is_changed(value, clean) for value in delivery.values.values())
        if is_changed and stays_elsewhere(services, delivery):
            note_rewording(services, transaction, delivery)
    entries = transaction.entries.of_question(question.id)
    changed = tuple(entry for entry in entries if entry.text is not None and clean(entry.text) != entry.text)
    is_on_card = clean(question.text) != question.text
    if changed or is_on_card:
        _take_out_of_rooms(services, transaction, question, changed=changed, is_on_card=is_on_card)
    if changed:
        delete_typed(services, transaction, question, entries=changed, cause=f"named:{changed[-1].key}")


def note_rewording(services: Services, transaction: Transaction, delivery: Delivery, *, late: int = 0) -> None:
    """Have one message taken back, and said again as its words are by then; of lists and drafts others are made."""
    if not (is_list(delivery) or shows_draft(delivery)):
        note_removal(services, transaction, delivery, removal=Reword(delivery_id=delivery.id, late=late))
    elif may_go(services, delivery):
        note_removal(services, transaction, delivery, removal=TakeBack(delivery_id=delivery.id))


async def reword(services: Services, command: Reword) -> None:
    """Take one message back and say it again; where it stays, its reader is asked to delete it.

    Raises:
        TransientError: later it may work.
    """
    is_gone = await retract_sent(services, command)
    await services.store.write(lambda transaction: _settle(services, transaction, command, is_gone=is_gone))


def as_said_again(
    services: Services, delivery: Delivery, *, message: OutgoingMessage, member: Member
) -> OutgoingMessage:
    """Return a message that its reader had before with a line that says so."""
    if SAID_AGAIN not in delivery.values:
        return message
    return replace(message, text=f"{services.wording.text('named.again', member, {})}\n{message.text}")


def _is_changed(value: Value, clean: Rewording) -> bool:
    return isinstance(value, DeidentifiedText) and clean(value) != value


def _take_out_of_rooms(
    services: Services, transaction: Transaction, question: Question, *, changed: Sequence[Entry], is_on_card: bool
) -> None:
    """A card is edited where it stands, as far as its room is shown anything; posts go with their thread."""
    tell_of_rooms_off(services, transaction, question.id)
    follow_in_rooms(services, transaction, question.id)
    for thread in transaction.rooms.threads_of(question.id):
        room = transaction.rooms.get(thread.room)
        stays = is_on_card and (room is None or not room.is_reached)
        # What is being posted in this moment is noted only when that is done.
        is_late = bool(changed) and thread.is_posting
        if thread.is_open and (stays or is_late or _stands_in(transaction, thread, changed)):
            transaction.rooms.save_thread(transaction.rooms.lock_thread(question.id, thread.room).outdated())
            note_mirror(services, transaction, question, room=thread.room, is_lost=True)


def _stands_in(transaction: Transaction, thread: RoomThread, said: Sequence[Entry]) -> bool:
    """Return whether any of what was said was posted or typed in a thread."""
    posted = transaction.rooms.entries_in(thread.question_id, thread.room)
    return any(entry.id in posted or entry.details.get("said_in") == thread.mark for entry in said)


def _settle(services: Services, transaction: Transaction, command: Reword, *, is_gone: bool) -> None:
    delivery = transaction.deliveries.get(command.delivery_id)
    if transaction.sent.reference(delivery.id) is None:
        # It was taken back for something else, or this has been done before.
        return
    if not is_gone:
        _ask_to_delete(services, transaction, delivery)
        return
    transaction.sent.note_gone(delivery.id)
    reader = transaction.members.get(delivery.member_id)
    address = _where_again(services, delivery, reader)
    if address is not None and _is_still_said(services, transaction, delivery):
        _say_again(services, transaction, delivery, address=address)


def _say_again(services: Services, transaction: Transaction, delivery: Delivery, *, address: Address) -> None:
    """Say it in silence, with its buttons; once, however often the same was sent there, as pages are."""
    question_id = delivery.question_id
    assert question_id is not None
    said = (value.value for value in delivery.values.values() if isinstance(value, DeidentifiedText))
    name = derive_id("again", question_id, address.channel, address.external_id, delivery.key, *said)
    again = replace(
        delivery,
        id=DeliveryId(name),
        address=address,
        # A lane of its own, as of a stamp.
        subject=derive_id("again", question_id),
        values={**{name: value for name, value in delivery.values.items() if name != AUTHOR}, SAID_AGAIN: 1},
        priority=Priority.NORMAL,
        state=DeliveryState.READY,
        created_at=services.clock(),
    )
    if transaction.deliveries.add(again):
        queue(services, transaction, again, priority=Priority.URGENT)


def _where_again(services: Services, delivery: Delivery, reader: Member) -> Address | None:
    """Return the same conversation, if it is still its reader's; of a preview in a room, which goes, their own.

    So does what lay on a phone that they have stopped since.
    """
    if delivery.key == ECHO or (reader.active and delivery.address in reader.stopped):
        return next((each for each in reader.chain if each.channel in services.channels), None)
    return delivery.address if reader.active and delivery.address in reader.chain else None


def _is_still_said(services: Services, transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether a message would lie with its reader but for the name in it."""
    assert delivery.question_id is not None
    question = transaction.questions.get(delivery.question_id)
    if question.state in OVER or says_hidden(transaction, question, delivery):
        return False
    is_wrong = question.wrong_patient_at is not None
    if shows_hidden(transaction, question, delivery) or (is_wrong and delivery.images):
        return False
    if delivery.key == ECHO:
        return is_waited_for(services, transaction, delivery)
    is_closed = question.state is QuestionState.CLOSED
    return not is_closed or fell_due(services, transaction, question.id, delivery=delivery) > services.clock()


def _ask_to_delete(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """On the phone that has it, once for a question; the asker's own words stand there as well, as they wrote them."""
    assert delivery.question_id is not None
    question = transaction.questions.get(delivery.question_id)
    if delivery.member_id == question.asker_id:
        return
    reader = transaction.members.get(delivery.member_id)
    to = delivery.address if delivery.address in reader.chain else None
    notice = Notice(key="named.sent", values={"label": question.label}, to=to, priority=Priority.URGENT)
    cause = f"named:{question.id}:{delivery.address.channel}"
    tell(services, transaction, reader, cause=cause, notice=notice)
