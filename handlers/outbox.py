"""How a handler says something: a delivery and its job, in the transaction of the change that caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.commands import Deliver
from domain.delivery import Delivery, PendingChoice, Priority, SendingGate, Value
from domain.ids import DeliveryId, QuestionId, derive_id
from domain.member import Member
from domain.messages import Action, Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be said: a wording key with values, and the buttons under it."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    question_id: QuestionId | None = None
    quotes: QuestionId | None = None
    """The question of which it says words, where it is none of its conversation: whatever takes them out reaches it."""
    choices: tuple[Action, ...] = ()
    link: str | None = None
    about: str = ""
    """Id of what the buttons are about, where that is no question."""
    priority: Priority = Priority.NORMAL
    to: Address | None = None
    """Where it is sent; where the member wrote of the question last, or to their first address, unless it is given."""
    place: SendingGate | None = None
    """The gate of a room, where it is said there; that of the conversation unless it is given."""
    lasts: timedelta | None = None
    """How long its buttons wait; as long as the society has it unless it is given."""
    due_at: datetime | None = None
    """Held back until then; what is said of the same question meanwhile does not wait for it."""


def notice_about(
    question: Question, key: str, *, values: Mapping[str, Value] | None = None, choices: tuple[Action, ...] = ()
) -> Notice:
    """Say something about a question, as urgently as it was asked; its label is among the values."""
    return Notice(
        key=key,
        values={"label": question.label, **(values or {})},
        question_id=question.id,
        choices=choices,
        priority=priority_of(question),
    )


def notice_again(delivery: Delivery) -> Notice:
    """Say once more what a delivery says, wherever that is."""
    return Notice(
        key=delivery.key,
        values=delivery.values,
        question_id=delivery.question_id,
        choices=delivery.choices,
        link=delivery.link,
        priority=delivery.priority,
    )


def priority_of(question: Question) -> Priority:
    return Priority.URGENT if question.urgency is Urgency.URGENT else Priority.NORMAL


def tell(
    services: Services, transaction: Transaction, member: Member, *, cause: str, notice: Notice
) -> DeliveryId | None:
    """Plan a notice to a member; the same cause, key and member never get it twice.

    A member who can be reached nowhere is logged, and nothing is planned.

    Returns:
        the delivery's id; None where nothing was planned, or the same was planned before.
    """
    if not member.chain:
        services.log.warning("member_unreachable", member_id=member.id)
        return None
    address = where_told(transaction, member, notice)
    delivery_id = DeliveryId(derive_id("delivery", cause, notice.key, address.channel, address.external_id))
    token = services.new_token() if notice.choices else None
    delivery = Delivery(
        id=delivery_id,
        address=address,
        member_id=member.id,
        subject=(notice.question_id if notice.due_at is None else None) or delivery_id,
        key=notice.key,
        values=notice.values,
        question_id=notice.question_id or notice.quotes,
        choices=notice.choices,
        token=token,
        link=notice.link,
        priority=notice.priority,
        created_at=services.clock(),
    )
    if not transaction.deliveries.add(delivery):
        return None
    if token is not None:
        _offer(services, transaction, member, notice=notice, token=token)
    queue(services, transaction, delivery, due_at=notice.due_at, place=notice.place)
    return delivery_id


def queue(  # noqa: PLR0913 - all that a delivery waits for
    services: Services,
    transaction: Transaction,
    delivery: Delivery,
    *,
    again: int = 0,
    due_at: datetime | None = None,
    place: SendingGate | None = None,
    priority: Priority | None = None,
) -> None:
    """Have a delivery sent: behind what else of its subject goes there, as fast as its channel and place allow.

    Args:
        again: as of `Deliver`.
        place: of a room, where it is said there; that of the conversation unless it is given.
        priority: on its way out; as it is heard where it arrives unless it is given.
    """
    transaction.jobs.add(
        Deliver(delivery_id=delivery.id, again=again),
        due_at=due_at,
        priority=delivery.priority if priority is None else priority,
        lane=delivery.lane,
        gate=delivery.address.channel,
        place=place or place_of(services, delivery.address),
    )


def where_told(transaction: Transaction, member: Member, notice: Notice) -> Address:
    """Return where a notice goes: whoever asks at a service is told there, whatever else they are reached by."""
    # Whoever writes from a phone that they have stopped is answered elsewhere.
    if notice.to is not None and notice.to not in member.stopped:
        return notice.to
    written = () if notice.question_id is None else transaction.arrivals.messages_of(notice.question_id)
    places = [each.address for each in written if each.address in member.chain]
    return places[-1] if places else member.chain[0]


def place_of(services: Services, address: Address) -> SendingGate | None:
    """Return the gate of one conversation; None where its channel has none, or is not there."""
    channel = services.channels.get(address.channel)
    return None if channel is None else channel.capabilities.address_gate(address)


def _offer(services: Services, transaction: Transaction, member: Member, *, notice: Notice, token: str) -> None:
    transaction.choices.add(
        PendingChoice(
            token=token,
            member_id=member.id,
            question_id=notice.question_id,
            actions=notice.choices,
            expires_at=services.clock() + (notice.lasts or services.rules.choice_time_to_live),
            about=notice.about,
        )
    )
