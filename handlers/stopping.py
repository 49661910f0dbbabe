"""STOP and START from a phone, or a service that says we are blocked: honoured at once, and who counts on it is told.

A duty on a stopped phone is a gap in the rota; its member is still asked wherever else they are reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.delivery import Priority, Value
from domain.gaps import duty_ahead
from domain.member import Member, Role
from domain.messages import Address
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import AWAITING_PANEL, QuestionState
from handlers.auditing import requested
from handlers.delivered import channel_named
from handlers.inbound import Received
from handlers.outbox import Notice, notice_about, tell

_IN_HAND = AWAITING_PANEL | {QuestionState.ANSWERED}
_STAND_IN = (Role.CHAIR, Role.ADMINISTRATOR)
"""Who is told where the coordinator's own phone is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A phone that was stopped or put back, inside its transaction; `panels` are as they were before."""

    services: Services
    transaction: Transaction
    member: Member
    panels: tuple[Panel, ...]
    cause: str


def stop_phone(services: Services, transaction: Transaction, received: Received) -> None:
    """Send nothing more to the phone that says STOP; tell its member elsewhere, and the coordinators concerned.

    The coordinator is paged where the member is on call, now or soon, or wants to be asked while awake.
    A second STOP is noted and changes nothing.
    """
    phone, now = received.message.sender, services.clock()
    transaction.audit.add(requested(received, "stop", at=now))
    member = transaction.members.lock(received.sender.id)
    if phone in member.stopped:
        return
    left = replace(member, stopped=member.stopped | {phone})
    change = _saved(services, transaction, left, cause=received.inbox_id)
    if left.chain:
        tell(services, transaction, left, cause=change.cause, notice=Notice(key="phone.stopped"))
    else:
        _tell_who_waits_for(change)
    for panel in change.panels:
        notice = _stopped(change, panel)
        if notice is not None:
            _tell_office(change, panel, notice)
    services.log.warning("phone_stopped", member_id=member.id)


def start_phone(services: Services, transaction: Transaction, received: Received) -> None:
    """Send to a phone again that was stopped, and tell whoever was told of that."""
    transaction.audit.add(requested(received, "start", at=services.clock()))
    _put_back(services, transaction, received)


def _put_back(services: Services, transaction: Transaction, received: Received) -> Member:
    phone, member = received.message.sender, transaction.members.lock(received.sender.id)
    if not member.active or phone not in member.stopped:
        # They have left meanwhile, or that phone was cut off.
        return member
    again = replace(member, stopped=member.stopped - {phone})
    change = _saved(services, transaction, again, cause=received.inbox_id)
    tell(services, transaction, again, cause=change.cause, notice=Notice(key="phone.started", to=phone))
    for panel in change.panels:
        if _stopped(change, panel) is not None:
            _tell_office(change, panel, Notice(key="phone.started_by_panelist", values=_values(change)))
    services.log.info("phone_started", member_id=member.id)
    return again


def stop_blocked(services: Services, transaction: Transaction, member: Member, *, address: Address, cause: str) -> None:
    """Send nothing more where a service says that its member has blocked us; tell them elsewhere, and who counts on it.

    It is put back as soon as they write from there again.
    """
    member = transaction.members.lock(member.id)
    if address in member.stopped or address not in member.addresses:
        return
    left = replace(member, stopped=member.stopped | {address})
    change = _saved(services, transaction, left, cause=cause)
    if left.chain:
        name = channel_named(services, left, address.channel)
        tell(services, transaction, left, cause=cause, notice=Notice(key="phone.blocked", values={"channel": name}))
    else:
        _tell_who_waits_for(change)
    for panel in change.panels:
        notice = _stopped(change, panel)
        if notice is not None:
            _tell_office(change, panel, notice)
    services.log.warning("address_blocked", member_id=member.id, channel=address.channel)


def put_back_where_heard(services: Services, transaction: Transaction, received: Received) -> Received:
    """Return a message with its sender as they are now: who had blocked us, and writes again, is reached there again.

    Where carriers know words for it, only such a word does that; and what is said in a room says nothing of it.
    """
    message = received.message
    channel = services.channels.get(message.channel)
    if channel is None or channel.capabilities.is_short or message.origin.room:
        return received
    if message.sender not in transaction.members.get(received.sender.id).stopped:
        return received
    return replace(received, sender=_put_back(services, transaction, received))


def _tell_who_waits_for(change: _Change) -> None:
    """An asker can no longer be reached: an answer would go nowhere, so whoever has the question learns it now."""
    transaction = change.transaction
    for question in transaction.questions.of_asker(change.member.id):
        if question.panel_id is None or question.state not in _IN_HAND:
            continue
        coordinator_id = transaction.panels.get(question.panel_id).coordinator_id
        notice = notice_about(question, "phone.stopped_by_asker", values={"name": change.member.alias})
        for member_id in dict.fromkeys((coordinator_id, question.claimed_by or coordinator_id)):
            member = transaction.members.get(member_id)
            tell(change.services, transaction, member, cause=f"{change.cause}:{question.id}", notice=notice)


def _saved(services: Services, transaction: Transaction, member: Member, *, cause: str) -> _Change:
    panels = tuple(transaction.panels.all())
    transaction.members.save(member)
    return _Change(services=services, transaction=transaction, member=member, panels=panels, cause=cause)


def _stopped(change: _Change, panel: Panel) -> Notice | None:
    """Return what a panel's office is told of a stopped phone; None where the panel does not count on it."""
    member, now = change.member, change.services.clock()
    duty = duty_ahead(panel, member.id, now)
    values, key, priority = _values(change), "phone.stopped_by_panelist", Priority.URGENT
    if duty is not None and duty.begins_at <= now:
        key = "phone.stopped_on_call"
    elif duty is not None:
        key, values["begins"] = "phone.stopped_before_duty", duty.begins_at
    elif member.id == panel.coordinator_id:
        key = "phone.stopped_by_coordinator"
    elif member.id not in panel.members:
        return None
    elif _is_in_pool(change):
        key = "phone.stopped_in_pool"
    else:
        priority = Priority.NORMAL
    return Notice(key=key, values=values, priority=priority)


def _is_in_pool(change: _Change) -> bool:
    chosen = change.member.awake_pool
    return change.transaction.surge.get().is_on(change.services.clock()) if chosen is None else chosen


def _tell_office(change: _Change, panel: Panel, notice: Notice) -> None:
    for member in _office(change, panel):
        own = replace(notice, values={**notice.values, "panel": panel.called(member.language)})
        tell(change.services, change.transaction, member, cause=f"{change.cause}:{panel.id}", notice=own)


def _office(change: _Change, panel: Panel) -> Iterable[Member]:
    """The coordinator; where it is their own phone, who stands in for them."""
    if panel.coordinator_id != change.member.id:
        return (change.transaction.members.get(panel.coordinator_id),)
    others = (each for each in change.transaction.members.all() if each.active and each.id != change.member.id)
    return [each for each in others if any(each.has(role) for role in _STAND_IN)]


def _values(change: _Change) -> dict[str, Value]:
    return {"name": change.member.display_name}
