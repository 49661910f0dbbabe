"""Taking back what was sent, one message after another: however it came to that, it is done here, and only here.

What lies at a channel that was switched off is waited for, and the panel's coordinator told, since only people can
delete it meanwhile. Which messages have to go is for others to say: `handlers.relays`, `taking_back`, `incidents`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NoReturn

from domain.commands_services import ClearPhone, RemoveRelay, Retract, Reword, TakeBack
from domain.delivery import Delivery, DeliveryState, Priority, Value
from domain.errors import ChannelOffError, PermanentError, TransientError
from domain.ids import QuestionId
from domain.ports.channel import Copies, RetractingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import QuestionState
from handlers.delivered import channel_named
from handlers.outbox import Notice, place_of, tell

_Removal = RemoveRelay | ClearPhone | TakeBack | Retract | Reword
LOOKED_AFTER = timedelta(hours=6)
"""Between two looks whether a channel is back, and who has to be told; what the program finds on as it starts is done
at once."""
_PATIENCE = timedelta(days=1)
"""After so long the coordinator hears of what may wait: whoever tries something out is back by then."""
_AT_ONCE = "relay.channel_off_now"
_MAY_WAIT = "relay.channel_off"
_OF_DRAFTS = ("draft.", "check.")


def shows_draft(delivery: Delivery) -> bool:
    """Return whether a message shows a draft: its next preview shows it as it is by then."""
    return delivery.key.startswith(_OF_DRAFTS)


def may_go(services: Services, delivery: Delivery) -> bool:
    """Return whether a message can be taken back; where its channel is switched off, that is seen once it is back."""
    channel = services.channels.get(delivery.address.channel)
    return channel is None or channel.capabilities.copies is Copies.RETRACTABLE


def stays_elsewhere(services: Services, delivery: Delivery) -> bool:
    """Return whether a message lies with a service, and not on our own page; one that is off may have it still."""
    channel = services.channels.get(delivery.address.channel)
    return channel is None or channel.capabilities.copies is not Copies.OURS


def left_about(transaction: Transaction, question_id: QuestionId) -> list[Delivery]:
    """Return what has left about a question, or may have: after a crash in mid-send nobody knows. All are locked."""
    about = transaction.deliveries.lock_about(question_id)
    sent = {each.id for each in transaction.sent.about(question_id)}
    return [each for each in about if each.id in sent or each.state is DeliveryState.SENDING]


def note_removal(
    services: Services,
    transaction: Transaction,
    delivery: Delivery,
    *,
    removal: _Removal,
    due_at: datetime | None = None,
) -> None:
    """Have one message taken back, as fast as its conversation allows, or from an instant on."""
    priority = Priority.NORMAL if isinstance(removal, RemoveRelay) else Priority.URGENT
    gate, place = delivery.address.channel, place_of(services, delivery.address)
    transaction.jobs.add(removal, due_at=due_at, priority=priority, gate=gate, place=place)


async def retract_sent(
    services: Services,
    removal: _Removal,
    *,
    is_due: Callable[[Transaction, Delivery], bool] = lambda _transaction, _delivery: True,
) -> bool:
    """Take the message of a command back; False where it stays with its reader for good.

    Where a copy may stand there that nobody knows, its reader is asked to look for it.

    Raises:
        TransientError: later it may work.
    """

    def begin(transaction: Transaction) -> tuple[Delivery, str | None, bool, bool]:
        delivery = transaction.deliveries.get(removal.delivery_id)
        reference, is_unsure = transaction.sent.reference(delivery.id), transaction.sent.is_unsure(delivery.id)
        return delivery, reference, is_unsure, is_due(transaction, delivery)

    delivery, reference, is_unsure, has_to_go = await services.store.read(begin)
    is_leaving = delivery.state is DeliveryState.SENDING and services.clock() < delivery.created_at + _PATIENCE
    if reference is None and not is_unsure and is_leaving:
        # Once it has left, or was cut off, it is known what lies there.
        raise TransientError("still_leaving")
    if not has_to_go or (reference is None and not is_unsure):
        # Without a reference something else has taken it back.
        return True
    channel, about = services.channels.get(delivery.address.channel), delivery.question_id
    if channel is None:
        since = None
        if about is not None and isinstance(removal, RemoveRelay):
            since = await services.store.read(
                lambda transaction: fell_due(services, transaction, about, delivery=delivery)
            )
        await wait_for_channel(services, delivery.address.channel, about=about, since=since)
    if not may_go(services, delivery):
        return False
    is_gone = reference is None or await _is_gone(services, delivery, reference)
    if is_unsure and not isinstance(removal, ClearPhone):
        await services.store.write(lambda transaction: _ask_to_look(services, transaction, delivery))
    return is_gone


async def _is_gone(services: Services, delivery: Delivery, reference: str) -> bool:
    try:
        channel = services.channels[delivery.address.channel]
        assert isinstance(channel, RetractingChannel)
        await channel.retract(delivery.address, reference)
    except PermanentError as error:
        services.log.warning("message_stayed", delivery_id=delivery.id, error=error.code)
        return False
    return True


def _ask_to_look(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Have its reader delete what may have arrived without a word of the service, which nobody else can find."""
    reader = transaction.members.get(delivery.member_id)
    if not reader.active:
        return
    values: dict[str, Value] = {"channel": channel_named(services, reader, delivery.address.channel)}
    key = "relay.perhaps_twice_list"
    if delivery.question_id is not None:
        key, values["label"] = "relay.perhaps_twice", transaction.questions.get(delivery.question_id).label
    notice = Notice(key=key, values=values, question_id=delivery.question_id, to=delivery.address)
    tell(services, transaction, reader, cause=f"twice:{delivery.id}", notice=notice)


async def wait_for_channel(
    services: Services, channel: str, *, about: QuestionId | None, since: datetime | None = None
) -> NoReturn:
    """Leave what is to be done at a channel that was switched off until it is back, and have people told meanwhile.

    Args:
        about: the question whose coordinator is told.
        since: from when on it waits, where it may wait; None where it has to go at once.

    Raises:
        ChannelOffError: always: its job waits, and lasts as long as that takes.
    """
    waits_in_silence = since is not None and services.clock() < since + _PATIENCE
    if about is not None and not waits_in_silence:
        key = _AT_ONCE if since is None else _MAY_WAIT
        await services.store.write(lambda transaction: _tell(services, transaction, about, channel=channel, key=key))
    raise ChannelOffError(look_after=LOOKED_AFTER)


def fell_due(
    services: Services, transaction: Transaction, question_id: QuestionId, *, delivery: Delivery | None = None
) -> datetime:
    """Return from when on what stands of a question that is over, or one message about it, was to be removed."""
    question = transaction.questions.get(question_id)
    kept = timedelta() if question.state is QuestionState.WITHDRAWN else services.rules.relays_kept
    ended_at = question.closed_at or question.created_at
    return kept + (ended_at if delivery is None else max(ended_at, delivery.created_at))


def tell_of_channel_off(services: Services, transaction: Transaction, question_id: QuestionId, *, channel: str) -> None:
    """Have the coordinator see to what has to go at once from where Hilum cannot go: once for each question."""
    _tell(services, transaction, question_id, channel=channel, key=_AT_ONCE)


def tell_of_rooms_off(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """Say at once what stands in rooms of channels that are switched off; when they are back, it is taken out."""
    for thread in transaction.rooms.threads_of(question_id):
        if thread.is_open and thread.room.channel not in services.channels:
            tell_of_channel_off(services, transaction, question_id, channel=thread.room.channel)


def _tell(services: Services, transaction: Transaction, question_id: QuestionId, *, channel: str, key: str) -> None:
    """Of what may wait the coordinator hears once a week, whatever it is, and of how many questions."""
    question = transaction.questions.get(question_id)
    services.log.warning("channel_is_off", question_id=question_id, channel=channel)
    if question.panel_id is None:
        return
    panel = transaction.panels.get(question.panel_id)
    coordinator = transaction.members.get(panel.coordinator_id)
    values: dict[str, Value] = {
        "label": question.label,
        "panel": panel.named(coordinator.language),
        "channel": channel_named(services, coordinator, channel),
    }
    # Not by the very channel that is off, where there is another.
    there = next((each for each in coordinator.chain if each.channel in services.channels), None)
    notice = Notice(key=key, values=values, to=there, priority=Priority.URGENT)
    week = "-".join(str(part) for part in services.clock().isocalendar()[:2])
    once = question_id if key == _AT_ONCE else week
    tell(services, transaction, coordinator, cause=f"{key}:{panel.id}:{channel}:{once}", notice=notice)
