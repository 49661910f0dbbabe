"""Taking back what was sent, one message after another: however it came to that, it is done here, and only here.

What lies at a channel that was switched off is waited for, and the panel's coordinator told, since only people can
delete it meanwhile. Which messages have to go is for others to say: `handlers.relays`, `taking_back`, `incidents`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from domain.commands_services import ClearPhone, DeleteMessage, RemoveRelay, RemoveThread, Retract, TakeBack
from domain.delivery import Delivery, Priority, Value
from domain.errors import PermanentError
from domain.ids import QuestionId
from domain.ports.channel import Copies, RetractingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.delivered import channel_named
from handlers.outbox import Notice, place_of, tell

_Removal = RemoveRelay | ClearPhone | TakeBack | Retract
_Waiting = _Removal | RemoveThread | DeleteMessage
LOOKED_AFTER = timedelta(hours=1)
"""Between two looks whether a channel is back."""
LOOKED_AFTER_LONG = timedelta(hours=6)
"""The same for one that was away longer than patience lasts: it may be for good."""
_PATIENCE = 24
"""After so many looks the coordinator hears of what may wait: whoever tries something out is back by then."""
_AT_ONCE = "relay.channel_off_now"
_MAY_WAIT = (RemoveRelay, RemoveThread)


def may_go(services: Services, delivery: Delivery) -> bool:
    """Return whether a message can be taken back; where its channel is switched off, that is seen once it is back."""
    channel = services.channels.get(delivery.address.channel)
    return channel is None or channel.capabilities.copies is Copies.RETRACTABLE


def note_removal(
    services: Services,
    transaction: Transaction,
    delivery: Delivery,
    *,
    removal: _Removal,
    due_at: datetime | None = None,
) -> None:
    """Have one message taken back, as fast as its conversation allows, or from an instant on."""
    priority = Priority.NORMAL if isinstance(removal, _MAY_WAIT) else Priority.URGENT
    gate, place = delivery.address.channel, place_of(services, delivery.address)
    transaction.jobs.add(removal, due_at=due_at, priority=priority, gate=gate, place=place)


async def retract_sent(
    services: Services,
    removal: _Removal,
    *,
    is_due: Callable[[Transaction, Delivery], bool] = lambda _transaction, _delivery: True,
) -> bool:
    """Take the message of a command back; False where it stays with its reader for good.

    Raises:
        TransientError: later it may work.
    """

    def begin(transaction: Transaction) -> tuple[Delivery, str | None, bool]:
        delivery = transaction.deliveries.get(removal.delivery_id)
        return delivery, transaction.sent.reference(delivery.id), is_due(transaction, delivery)

    delivery, reference, has_to_go = await services.store.read(begin)
    if not has_to_go:
        return True
    channel = services.channels.get(delivery.address.channel)
    if channel is None:
        await wait_for_channel(services, removal, channel=delivery.address.channel, about=delivery.question_id)
        return True
    if reference is None or not may_go(services, delivery):
        return False
    try:
        await cast(RetractingChannel, channel).retract(delivery.address, reference)
    except PermanentError as error:
        services.log.warning("message_stayed", delivery_id=delivery.id, error=error.code)
        return False
    return True


async def wait_for_channel(
    services: Services, command: _Waiting, *, channel: str, about: QuestionId | None = None
) -> None:
    """Look again later whether a channel that was switched off is back; what cannot wait is told of at once."""

    def note(transaction: Transaction) -> None:
        again = replace(command, round=command.round + 1)
        wait = LOOKED_AFTER if command.round < _PATIENCE else LOOKED_AFTER_LONG
        priority = Priority.NORMAL if isinstance(command, _MAY_WAIT) else Priority.URGENT
        transaction.jobs.add(again, due_at=services.clock() + wait, priority=priority, gate=channel)
        if about is None:
            return
        if not isinstance(command, _MAY_WAIT):
            tell_of_channel_off(services, transaction, about, channel=channel)
        elif command.round >= _PATIENCE:
            _tell(services, transaction, about, channel=channel, key="relay.channel_off")

    await services.store.write(note)


def tell_of_channel_off(services: Services, transaction: Transaction, question_id: QuestionId, *, channel: str) -> None:
    """Have the coordinator see to what has to go at once from where Hilum cannot go: once for each question."""
    _tell(services, transaction, question_id, channel=channel, key=_AT_ONCE)


def tell_of_rooms_off(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """Say at once what stands in rooms of channels that are switched off; when they are back, it is taken out."""
    for thread in transaction.rooms.threads_of(question_id):
        if thread.is_open and thread.room.channel not in services.channels:
            tell_of_channel_off(services, transaction, question_id, channel=thread.room.channel)


def _tell(services: Services, transaction: Transaction, question_id: QuestionId, *, channel: str, key: str) -> None:
    """Of what may wait the coordinator hears once a week, whatever the number of questions."""
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
