"""What people wrote at a service, and what must not stay there: deleted by Hilum where it may, else by whoever can.

A resident number goes as soon as it is read. In a panel's room, so do files, what names the patient and an opinion
under seal, before others have read it; and what was typed about a question of which it is hidden or of a wrong patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from domain.arrival import FETCHED_WITHIN, takes_files
from domain.commands_services import DeleteMessage, WhyDeleted
from domain.delivery import Priority, Value
from domain.errors import PermanentError, SealedInRoomError
from domain.ids import MemberId, QuestionId, derive_id
from domain.messages import Address, InboundMessage
from domain.ports.channel import DeletingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, Question
from domain.text import DeidentifiedText, IdentifierKind
from handlers.inbound import Received
from handlers.known_names import Case, case_of
from handlers.outbox import Notice, place_of, tell
from handlers.retracting import wait_for_channel
from handlers.room_notes import room_channel

CUT = f"[{IdentifierKind.RESIDENT_NUMBER}]"
"""What stands in the place of a resident number from the first commit on."""
_CERTAIN = frozenset({IdentifierKind.PHONE, IdentifierKind.EMAIL, IdentifierKind.BIRTH_DATE})
"""What identifies somebody whoever it is; a name may be a colleague's, a number that of a paper."""
_SAID: Mapping[str, tuple[str, str]] = {
    WhyDeleted.NUMBER: ("number.deleted", "number.stays"),
    WhyDeleted.NAMED: ("named.deleted", "named.stays"),
    WhyDeleted.SEALED: ("sealed.deleted", "error.sealed_in_room"),
    WhyDeleted.TYPED: ("room.typed_deleted", "room.typed"),
    WhyDeleted.FILE: ("room.file_deleted", "room.file_stays"),
}
"""What its sender is told once it is gone, and where it stays."""


def delete_with_number(services: Services, transaction: Transaction, received: Received) -> None:
    """Note the deletion of a message in which a resident number stood, in a member's conversation or a panel's room.

    What nobody but our own pages shows is not there; files that lie in it are fetched before.
    """
    message = received.message
    if message.press is not None or message.text is None or CUT not in message.text.value:
        return
    is_ours = not message.origin.room or transaction.rooms.get(_place_of(message)) is not None
    if is_ours and message.origin.reference:
        wait = FETCHED_WITHIN if takes_files(message) else timedelta(0)
        _note(services, transaction, _deletion_of(received, WhyDeleted.NUMBER), wait=wait)


def delete_posted_file(services: Services, transaction: Transaction, received: Received) -> None:
    """Note the deletion of a photo, video or file in a panel's room: none of them has passed the door.

    Where people alone can delete it, its sender is asked to at once; its words count as any others there.
    """
    message = received.message
    if not (message.origin.room and _holds_file(message)) or transaction.rooms.get(_place_of(message)) is None:
        return
    deletion = _deletion_of(received, WhyDeleted.FILE)
    if isinstance(services.channels.get(message.channel), DeletingChannel) and message.origin.reference:
        _note(services, transaction, deletion)
    else:
        _settle(services, transaction, deletion, is_gone=False)


async def delete_named_in_thread(services: Services, received: Received) -> None:
    """Have any words in a question's thread taken out that say who the patient is, whatever they turn out to mean."""
    message = received.message
    if not message.origin.room or message.in_reply_to is None or message.text is None:
        return
    today = received.sender.local(message.received_at).date()
    case = await case_of(services, message.in_reply_to, today=today)
    await delete_named(services, received, case=case, texts=(case.clean(services, message.text),))


async def delete_named(
    services: Services, received: Received, *, case: Case, texts: Iterable[DeidentifiedText]
) -> bool:
    """Have words taken out of a room that say who the patient is, by what is known when they are processed.

    Returns:
        whether Hilum may delete them: the panel is then told there what the door has left of them. Where it may not,
        they stand until their author has deleted them, and are known to stand there.
    """
    message = received.message
    may_go = isinstance(services.channels.get(message.channel), DeletingChannel)
    if not (message.origin.room and message.origin.reference) or message.press is not None or message.text is None:
        return False
    if CUT in message.text.value or _holds_file(message):
        # That it goes was noted as it was read.
        return may_go
    found = {each.kind for text in texts for each in text.replacements}
    if not (found & _CERTAIN or case.is_named_in(services, message.text)):
        return False
    deletion = _deletion_of(received, WhyDeleted.NAMED)
    await services.store.write(lambda transaction: _note(services, transaction, deletion))
    return may_go


def delete_sealed(
    services: Services, transaction: Transaction, received: Received, *, error: SealedInRoomError
) -> bool:
    """Have an opinion under seal taken out of the room where it was typed; False where people are to do it.

    Its author is told once that is done, or could not be.
    """
    channel = services.channels.get(received.message.channel)
    if not (isinstance(channel, DeletingChannel) and received.message.origin.reference):
        return False
    _note(services, transaction, _deletion_of(received, WhyDeleted.SEALED, question_id=error.question_id))
    return True


def delete_typed(
    services: Services, transaction: Transaction, question: Question, *, entries: Iterable[Entry], cause: str
) -> bool:
    """Have what anybody typed of these entries in a room deleted there, by Hilum where its service lets it.

    Returns:
        whether people are asked to: whoever typed it, and the panel's coordinator.
    """
    by_hand: dict[MemberId, None] = {}
    for entry in entries:
        if "said_in" not in entry.details or entry.actor_id is None:
            continue
        if not _note_typed(services, transaction, entry):
            by_hand[entry.actor_id] = None
    for author_id in by_hand:
        _ask(services, transaction, question, author_id=author_id, cause=cause)
    return bool(by_hand)


async def delete_message(services: Services, command: DeleteMessage) -> None:
    """Delete one message, and say so; where the service does not, people are asked to.

    Raises:
        TransientError: later it may work.
    """
    channel = services.channels.get(command.channel)
    about = QuestionId(command.question_id) if command.question_id else None
    if channel is None:
        await wait_for_channel(services, command.channel, about=about)
    place = Address(channel=command.channel, external_id=command.place)
    is_gone = isinstance(channel, DeletingChannel) and await delete_written(
        services, channel, address=place, reference=command.reference
    )
    await services.store.write(lambda transaction: _settle(services, transaction, command, is_gone=is_gone))


def page_of(services: Services, question_id: QuestionId) -> str:
    return f"{services.rules.page_address}/questions/{question_id}"


async def delete_written(services: Services, channel: DeletingChannel, *, address: Address, reference: str) -> bool:
    """Delete what somebody wrote; False where it stays."""
    try:
        return await channel.delete_received(address, reference)
    except PermanentError as error:
        services.log.warning("original_kept", channel=channel.name, error=error.code)
        return False


def _settle(services: Services, transaction: Transaction, command: DeleteMessage, *, is_gone: bool) -> None:
    sender, question = transaction.members.get(command.member_id), None
    values: dict[str, Value] = {}
    if command.question_id:
        question = transaction.questions.get(QuestionId(command.question_id))
        values = {"label": question.label}
    cause = derive_id(command.why, command.channel, command.place, command.album or command.reference)
    if command.why == WhyDeleted.TYPED and question is not None and not is_gone:
        _ask(services, transaction, question, author_id=sender.id, cause=cause)
        return
    gone, stays = _SAID[command.why]
    to = Address(channel=command.channel, external_id=command.sender) if command.sender else None
    link = None if question is None else page_of(services, question.id)
    notice = Notice(key=gone if is_gone else stays, values=values, to=to, link=link)
    tell(services, transaction, sender, cause=cause, notice=notice)


def _deletion_of(received: Received, why: WhyDeleted, *, question_id: str = "") -> DeleteMessage:
    message = received.message
    return DeleteMessage(
        member_id=received.sender.id,
        channel=message.channel,
        sender=message.sender.external_id,
        place=_place_of(message).external_id,
        reference=message.origin.reference,
        why=why,
        question_id=question_id,
        album=message.origin.group,
    )


def _note_typed(services: Services, transaction: Transaction, entry: Entry) -> bool:
    """False where its service lets no app delete what people wrote, or where nobody knows what it calls the message."""
    room, reference = entry.details.get("typed_in"), entry.details.get("typed_as")
    channel = services.channels.get(entry.channel)
    if not (room and reference) or not (channel is None or isinstance(channel, DeletingChannel)):
        return False
    assert entry.actor_id is not None
    command = DeleteMessage(
        member_id=entry.actor_id,
        channel=entry.channel,
        sender="",
        place=str(room),
        reference=str(reference),
        why=WhyDeleted.TYPED,
        question_id=entry.question_id,
    )
    _note(services, transaction, command)
    return channel is not None


def _note(
    services: Services, transaction: Transaction, command: DeleteMessage, *, wait: timedelta = timedelta(0)
) -> None:
    place = Address(channel=command.channel, external_id=command.place)
    rooms = None if command.place == command.sender else room_channel(services, command.channel)
    gate = place_of(services, place) if rooms is None else rooms.room_gate(place)
    due_at = services.clock() + wait
    transaction.jobs.add(command, due_at=due_at, priority=Priority.URGENT, gate=command.channel, place=gate)


def _holds_file(message: InboundMessage) -> bool:
    return bool(message.attachments) or message.unreadable == "video"


def _place_of(message: InboundMessage) -> Address:
    return Address(channel=message.channel, external_id=message.origin.room or message.sender.external_id)


def _ask(services: Services, transaction: Transaction, question: Question, *, author_id: MemberId, cause: str) -> None:
    """Ask whoever typed it, and the panel's coordinator, to delete it there."""
    author = transaction.members.get(author_id)
    tell(services, transaction, author, cause=f"{cause}:{question.id}", notice=_notice(question, "room.typed"))
    assert question.panel_id is not None
    coordinator = transaction.members.get(transaction.panels.get(question.panel_id).coordinator_id)
    if coordinator.id == author_id:
        return
    name = author.alias if author_id == question.asker_id else author.display_name
    notice = _notice(question, "room.typed_by", name=name)
    tell(services, transaction, coordinator, cause=f"{cause}:{question.id}:{author_id}", notice=notice)


def _notice(question: Question, key: str, **values: Value) -> Notice:
    return Notice(
        key=key, values={"label": question.label, **values}, question_id=question.id, priority=Priority.URGENT
    )
