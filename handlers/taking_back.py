"""Taking back at once what lies in somebody's conversation: of a wrong patient, and of a draft that came to nothing.

What a flag hides is `handlers.incidents`', what is old or on a lost phone `handlers.relays`'; how it is done,
`handlers.retracting`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from domain.commands_services import TakeBack
from domain.delivery import Delivery, DeliveryState, Priority
from domain.ids import DeliveryId, QuestionId, derive_id
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.delivered import AUTHOR
from handlers.outbox import queue
from handlers.render import ANSWER_KEYS
from handlers.retracting import may_go, note_removal, retract_sent, shows_draft, tell_of_rooms_off


def take_back_draft(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """Note that what showed a draft is taken back; for as long as its words are in the deliveries."""
    _note(services, transaction, question_id, which=shows_draft)


def stamp_what_was_sent(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """Have a wrong patient's answers stand there with their stamp, and its pictures nowhere (safety rule 3)."""
    tell_of_rooms_off(services, transaction, question_id)
    for delivery in _note(services, transaction, question_id, which=_is_unstamped):
        _send_stamped(services, transaction, delivery)


def stamp_if_late(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Do the same with a message that left while the question was being marked."""
    if may_go(services, delivery) and _is_unstamped(delivery):
        note_removal(services, transaction, delivery, removal=TakeBack(delivery_id=delivery.id))
        _send_stamped(services, transaction, delivery)


async def take_back(services: Services, command: TakeBack) -> None:
    """Take one message back from its reader's conversation; what a service keeps for good stays.

    Raises:
        TransientError: later it may work.
    """
    await retract_sent(services, command)


def _note(
    services: Services, transaction: Transaction, question_id: QuestionId, *, which: Callable[[Delivery], bool]
) -> list[Delivery]:
    sent = transaction.sent.about(question_id)
    concerned = [each for each in sent if which(each) and may_go(services, each)]
    for delivery in concerned:
        note_removal(services, transaction, delivery, removal=TakeBack(delivery_id=delivery.id))
    return concerned


def _is_unstamped(delivery: Delivery) -> bool:
    return bool(delivery.images) or delivery.key in ANSWER_KEYS


def _send_stamped(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Say an answer once more: on its way out it gets the stamp. Its buttons, and the word to its author, are past."""
    if delivery.key not in ANSWER_KEYS or delivery.address.channel not in services.channels:
        return
    stamped_id = DeliveryId(derive_id("stamped", delivery.id))
    stamped = replace(
        delivery,
        id=stamped_id,
        # A subject of its own: whatever of the question cannot be delivered there holds up no stamp.
        subject=stamped_id,
        values={name: value for name, value in delivery.values.items() if name != AUTHOR},
        choices=(),
        token=None,
        images=(),
        state=DeliveryState.READY,
        created_at=services.clock(),
    )
    transaction.deliveries.add(stamped)
    queue(services, transaction, stamped, priority=Priority.URGENT)
