"""What was sent and lies with its reader: it is kept how to take it back, and noted when, where nobody comes for it.

What is sent while a question is open goes with its close (`handlers.timeline`); what comes later has a clock of its
own, and what ought not to have come goes at once.
"""

from __future__ import annotations

from domain.commands_services import ClearPhone, RemoveRelay, Retract, TakeBack
from domain.delivery import Delivery
from domain.incident import SAYS, Decision
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText
from handlers.listings import is_list, lacks_case, names_taken_back
from handlers.retracting import may_go, note_removal, stays_elsewhere
from handlers.rewording import note_rewording
from handlers.room_previews import note_unsure_in_room
from handlers.timeline import endings
from handlers.withholding import says_hidden, shows_hidden, tells_of_the_case

OF_NO_QUESTION = 0
"""In the place of a question's closing: what is about none goes after some days, whatever becomes of any."""
_DROPPED = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED})


def note_sent(services: Services, transaction: Transaction, delivery: Delivery, *, reference: str) -> None:
    """Keep what a service calls a message that lies with its reader, and have it removed in time."""
    if delivery.address.channel not in services.channels or not stays_elsewhere(services, delivery):
        return
    if delivery.question_id is None and not tells_of_the_case(delivery):
        return
    transaction.sent.note(delivery.id, reference)
    if _was_reworded(transaction, delivery):
        note_rewording(services, transaction, delivery, late=1)
    question = None if delivery.question_id is None else transaction.questions.get(delivery.question_id)
    if tells_of_the_case(delivery) and may_go(services, delivery):
        _note_end(services, transaction, delivery, question=question)
    if question is not None:
        _hide(services, transaction, delivery, question=question)


def has_own_clock(delivery: Delivery) -> bool:
    """Return whether a message goes some days after it was sent, whatever becomes of any question."""
    return delivery.question_id is None or is_list(delivery) or delivery.key.startswith(SAYS)


def note_unsure(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Keep that a message may lie with its reader, perhaps once more than is known, as no service has said so.

    Where a preview may stand in a room, the room looks for it.
    """
    if note_unsure_in_room(services, transaction, delivery):
        return
    channel = services.channels.get(delivery.address.channel)
    lies = channel is not None and channel.capabilities.copies is Copies.RETRACTABLE
    tells = delivery.question_id is not None or tells_of_the_case(delivery)
    if lies and tells:
        transaction.sent.note_unsure(delivery.id)


def _note_end(services: Services, transaction: Transaction, delivery: Delivery, *, question: Question | None) -> None:
    """Have it go at once where it came too late, and some days later where its question's close is over, or none is."""
    later = services.clock() + services.rules.relays_kept
    state = None if question is None else question.state
    is_late = state in _DROPPED or (is_list(delivery) and _lists_taken_back(transaction, delivery))
    if _is_lost(transaction, delivery):
        note_removal(services, transaction, delivery, removal=ClearPhone(delivery_id=delivery.id))
    elif is_late:
        note_removal(services, transaction, delivery, removal=TakeBack(delivery_id=delivery.id))
    elif question is None or has_own_clock(delivery):
        removal = RemoveRelay(delivery_id=delivery.id, closing=OF_NO_QUESTION)
        note_removal(services, transaction, delivery, removal=removal, due_at=later)
    elif state in (QuestionState.WITHDRAWN, QuestionState.CLOSED):
        removal = RemoveRelay(delivery_id=delivery.id, closing=endings(transaction, question.id))
        due_at = None if state is QuestionState.WITHDRAWN else later
        note_removal(services, transaction, delivery, removal=removal, due_at=due_at)


def _lists_taken_back(transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether a list names a case that nobody finds any more, or that was struck out of it meanwhile."""
    return names_taken_back(transaction, delivery) or lacks_case(transaction, delivery)


def _was_reworded(transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether words of what has left were changed while it was on its way; forgotten is not changed."""
    if is_list(delivery):
        return False
    kept = transaction.deliveries.get(delivery.id).values
    said = ((kept.get(name), value) for name, value in delivery.values.items() if isinstance(value, DeidentifiedText))
    return any(isinstance(now, DeidentifiedText) and now.value and now != value for now, value in said)


def _is_lost(transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether its phone was cut off while it was on its way there."""
    address = delivery.address
    if transaction.rooms.get(address) is not None:
        return False
    reader = transaction.members.by_address(address)
    return reader is None or not reader.active


def _hide(services: Services, transaction: Transaction, delivery: Delivery, *, question: Question) -> None:
    """Take back what was flagged while it left."""
    if not question.taken_down:
        return
    if not (says_hidden(transaction, question, delivery) or shows_hidden(transaction, question, delivery)):
        return
    for incident in transaction.incidents.of_question(question.id):
        if incident.decision is not Decision.RESTORED:
            retraction = Retract(delivery_id=delivery.id, incident_id=incident.id)
            note_removal(services, transaction, delivery, removal=retraction)
