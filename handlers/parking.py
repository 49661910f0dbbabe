"""What a channel could not translate: kept sealed for an operator, who is told of it, and taken in again later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import StrEnum

from domain.commands_services import ReportParked, TellUntaken
from domain.messages import Address
from domain.ports.channel import ReplayingChannel
from domain.ports.deidentifier import Deidentifier
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import IdentifiableText
from handlers.delivered import channel_named
from handlers.outbox import Notice, tell
from handlers.troubles import administrators, tell_refused

_TOO_DEEP = '"nested too deeply"'
_NAME = re.compile("[a-z_]{1,40}")
_APP_REMOVED = "app_removed"
OF_ITS_OWN = frozenset({_APP_REMOVED, "room_archived"})
"""Why something is kept in which nothing was to be read: a service says by it that something has befallen us."""


class Replayed(StrEnum):
    """What became of something that was parked, when it was tried again."""

    TAKEN = "taken"
    UNREADABLE = "unreadable"
    """Its channel still cannot translate it, or is not connected."""
    GONE = "gone"


async def report_parked(services: Services, command: ReportParked) -> None:
    """Tell every administrator, once an hour at the most, that something came which nobody could read."""

    def report(transaction: Transaction) -> None:
        if command.reason == _APP_REMOVED:
            tell_refused(services, transaction, command.channel, code="channel_cut_off")
            return
        count = transaction.parked.waiting(command.channel)
        services.log.error("updates_parked", channel=command.channel, count=count)
        key = "operator.room_archived" if command.reason else "operator.parked"
        cause = f"parked:{command.channel}:{command.hour.isoformat()}"
        for member in administrators(transaction):
            name = channel_named(services, member, command.channel)
            notice = Notice(key=key, values={"channel": name, "count": count})
            tell(services, transaction, member, cause=cause, notice=notice)

    await services.store.write(report)


async def tell_untaken(services: Services, command: TellUntaken) -> None:
    """Tell a member, where they wrote from, why a message of theirs was parked; a stranger is told nothing."""
    address = Address(channel=command.channel, external_id=command.sender)
    limits = {"text_too_long": services.limits.text_characters, "too_many_files": services.limits.files_per_message}
    values = {"limit": limits[command.code]} if command.code in limits else {}

    def say(transaction: Transaction) -> None:
        member = transaction.members.by_address(address)
        if member is None or not member.active:
            return
        notice = Notice(key=f"error.{command.code}", values=values, to=address)
        tell(services, transaction, member, cause=f"untaken:{command.cause}", notice=notice)

    await services.store.write(say)


async def replay_parked(services: Services, parked_id: str) -> Replayed:
    """Have its channel take in what was parked; what it takes is shredded here, what it does not stays.

    Raises:
        TransientError: nothing was taken in.
    """
    found = await services.store.read(lambda transaction: transaction.parked.open(parked_id))
    if found is None:
        return Replayed.GONE
    update, raw = found
    channel = services.channels.get(update.channel)
    if not isinstance(channel, ReplayingChannel):
        return Replayed.UNREADABLE
    # Taken in twice is taken in once: its external id is known.
    if not await channel.replay(raw, received_at=update.received_at):
        return Replayed.UNREADABLE
    await services.store.write(lambda transaction: transaction.parked.finish(parked_id))
    services.log.info("update_replayed", channel=update.channel)
    return Replayed.TAKEN


def without_resident_numbers(deidentifier: Deidentifier, raw: str) -> str:
    """Return what could not be translated without the resident numbers in it (safety rule 2).

    Every text in it is looked at as its sender wrote it: in JSON, digits may be written by their codes. The ids of
    services are numbers there, and stay.
    """

    def cut(text: str) -> str:
        return deidentifier.cut_resident_numbers(IdentifiableText(text)).value

    try:
        return json.dumps(_each_text(json.loads(raw), cut))
    except ValueError:
        return cut(raw)
    except RecursionError:
        return _TOO_DEEP


def shape_of(raw: str) -> object:
    """Return what was parked without a word of it: names of its fields, and what kind of thing stands there."""
    try:
        return _shape(json.loads(raw))
    except (ValueError, RecursionError):
        return _kind(raw)


def _each_text(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        return {change(name): _each_text(inside, change) for name, inside in value.items()}
    if isinstance(value, list):
        return [_each_text(inside, change) for inside in value]
    return change(value) if isinstance(value, str) else value


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {name if _NAME.fullmatch(name) else "?": _shape(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_shape(inside) for inside in value]
    return _kind(value)


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"text of {len(value)}"
    return type(value).__name__
