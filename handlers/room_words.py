"""What is written in a panel's room: notes in a question's thread, words of command anywhere, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain.delivery import Value
from domain.directed import directed
from domain.errors import UserError
from domain.ids import PanelId
from domain.messages import Address, InboundMessage
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.requests import Request, asked_in, asks_anew
from domain.room import Room, Suspension, panel_named_in
from domain.spelling import folded
from handlers.auditing import requested
from handlers.inbound import MESSAGE_NAME, Received, message_name
from handlers.outbox import Notice, tell
from handlers.room_notes import look_into_rooms, note_mirror, room_channel, thread_in
from handlers.room_watch import people_of_panel

_ANYWHERE = frozenset({Request.ON_CALL, Request.STATUS, Request.HELP})


def settle_aside_from_questions(services: Services, transaction: Transaction, received: Received) -> bool:
    """Finish a message that says nothing of a question, answered where that is called for; False for any other.

    In a question's thread everything of the panel's people counts. Elsewhere in a room only words of command do,
    so that colleagues may talk there; in a room that is no panel's, only the word that makes it one.
    """
    message = received.message
    if not message.origin.room or message.press is not None:
        return False
    address = room_of(message)
    named = _named(message)
    if named is not None:
        _take_room(services, transaction, received, name=named)
    else:
        room = transaction.rooms.get(address)
        if room is not None and not _is_of_panel(transaction, received, room):
            _point_out(services, transaction, received, room=room)
        elif room is not None and _is_question(message):
            _say_where_to_ask(services, transaction, received)
        elif room is not None and _says_something(message):
            return False
    transaction.inbox.finish(received.inbox_id)
    return True


def room_of(message: InboundMessage) -> Address:
    return Address(channel=message.channel, external_id=message.origin.room)


def said_in(transaction: Transaction, message: InboundMessage) -> str:
    """Return the mark of the thread in which a message's words can be read already; nothing where there is none."""
    if not message.origin.room or message.press is not None or message.in_reply_to is None:
        return ""
    thread = thread_in(transaction, message.in_reply_to, room_of(message))
    # Below a card that was deleted they are read by nobody who looks into the thread that took its place.
    return "" if thread is None else replace(thread, thread=message.origin.thread or thread.thread).mark


def standing_of(transaction: Transaction, message: InboundMessage) -> Mapping[str, str]:
    """Return where a message's words stand in a room, and what its service calls them; else which message they are."""
    mark, name = said_in(transaction, message), message_name(message)
    if not mark:
        return {MESSAGE_NAME: name} if name else {}
    return {"said_in": mark, "typed_in": message.origin.room, "typed_as": message.origin.reference}


def save_room(services: Services, transaction: Transaction, room: Room) -> None:
    """Make a place a panel's room; what is open is shown there as soon as it was seen who is in it.

    Raises:
        UserError: "panel_unknown", "rooms_unknown" where the channel has none.
    """
    panel_of(transaction, room.panel_id)
    if room_channel(services, room.address.channel) is None:
        raise UserError("rooms_unknown")
    known = (each.address for each in transaction.rooms.of_panel(room.panel_id))
    former = [address for address in known if address.channel == room.address.channel]
    transaction.rooms.save(replace(room, suspended=Suspension.NEW))
    for address in dict.fromkeys((*former, room.address)):
        _take_out(services, transaction, address)
    look_into_rooms(services, transaction, only=room.address)


def leave_room(services: Services, transaction: Transaction, address: Address) -> bool:
    """Make a place nobody's room, and take out of it what stands there; False where it is none."""
    if transaction.rooms.get(address) is None:
        return False
    transaction.rooms.remove(address)
    _take_out(services, transaction, address)
    return True


def panel_of(transaction: Transaction, name: str) -> Panel:
    """Return a panel by its id, or by its name in either language.

    Raises:
        UserError("panel_unknown"): there is none.
    """
    wanted = folded(name)
    for panel in transaction.panels.all():
        if wanted in {folded(each) for each in (panel.id, panel.name, panel.korean_name)}:
            return panel
    raise UserError("panel_unknown")


def _take_room(services: Services, transaction: Transaction, received: Received, *, name: str) -> None:
    """Make the room in which it was said the panel's, as its coordinator says.

    Raises:
        UserError: "panel_unknown"; "panels_coordinator_only" where anybody but its coordinator says it, or it is the
            room of another panel.
    """
    panel_id, address = panel_of(transaction, name).id, room_of(received.message)
    former = transaction.rooms.get(address)
    for concerned in {panel_id, panel_id if former is None else former.panel_id}:
        if transaction.panels.get(concerned).coordinator_id != received.sender.id:
            raise UserError("panels_coordinator_only")
    language = None if former is None else former.language
    save_room(services, transaction, Room(panel_id=PanelId(panel_id), address=address, language=language))
    panel = transaction.panels.get(panel_id)
    values: dict[str, Value] = {"panel": panel.named(received.sender.language)}
    notice = Notice(key="room.taken", values=values, to=received.message.sender)
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
    transaction.audit.add(requested(received, "panel", at=services.clock()))


def _take_out(services: Services, transaction: Transaction, address: Address) -> None:
    """Have every thread looked at: those of a panel whose room it is no longer are removed."""
    for thread in transaction.rooms.threads_in(address):
        if thread.is_open:
            question = transaction.questions.get(thread.question_id)
            note_mirror(services, transaction, question, room=address, is_lost=True)


def _named(message: InboundMessage) -> str | None:
    return None if message.text is None else panel_named_in(message.text.value)


def _is_of_panel(transaction: Transaction, received: Received, room: Room) -> bool:
    people = people_of_panel(transaction, transaction.panels.get(room.panel_id))
    return received.sender.id in {member.id for member in people}


def _is_question(message: InboundMessage) -> bool:
    """Return whether it is a question of one's own, which is asked in one's own conversation, never before others."""
    return message.text is not None and asks_anew(message.text.value)


def _says_something(message: InboundMessage) -> bool:
    text = "" if message.text is None else message.text.value
    asked = asked_in(text)
    if message.in_reply_to is not None:
        return True
    if asked is not None and asked.request in _ANYWHERE:
        return True
    said = directed(text)
    return said is not None and said.has_stroke and said.number is not None


def _point_out(services: Services, transaction: Transaction, received: Received, *, room: Room) -> None:
    """Tell whoever is not of the panel, once a day, that nothing of what they write there is taken."""
    panel = transaction.panels.get(room.panel_id)
    values: dict[str, Value] = {"panel": panel.named(received.sender.language)}
    cause = f"not_of_panel:{panel.id}:{services.clock().date()}"
    notice = Notice(key="room.not_of_panel", values=values, to=received.message.sender)
    tell(services, transaction, received.sender, cause=cause, notice=notice)


def _say_where_to_ask(services: Services, transaction: Transaction, received: Received) -> None:
    """Tell whoever asks a question before others, once a day, that it was not taken."""
    notice = Notice(key="room.ask_here", to=received.message.sender)
    cause = f"asked_in_room:{services.clock().date()}"
    tell(services, transaction, received.sender, cause=cause, notice=notice)
