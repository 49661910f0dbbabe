"""A channel that does not work: noted where every process finds it, and told to administrators by another channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from domain.delivery import Value
from domain.member import Member, Role
from domain.outage import Trouble
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.delivered import channel_named
from handlers.outbox import Notice, tell

REFUSALS: Mapping[str, str] = {
    "channel_cut_off": "operator.slack_refused",
    "telegram_token": "operator.telegram_refused",
}
"""What no waiting mends, since a service takes our token no more; told at once, and every day anew."""
_AWAY: Mapping[str, str] = {"slack_not_read_back": "operator.not_read_back"}
"""What is told of a channel that works otherwise."""


async def note_trouble(services: Services, channel: str, *, code: str, owner: str) -> None:
    """Note what keeps a channel from working, as one process sees it, or that it works again.

    Args:
        code: a fixed word; empty while the channel works.
        owner: names the process.
    Raises:
        TransientError: the database is away.
    """
    if not code and await services.store.read(lambda transaction: transaction.troubles.of(channel)) is None:
        return
    await services.store.write(
        lambda transaction: _note(services, transaction, channel, code=code, owner=owner),
    )


def administrators(transaction: Transaction) -> tuple[Member, ...]:
    """Return whoever is told what keeps the program itself from working."""
    return tuple(each for each in transaction.members.all() if each.active and each.has(Role.ADMINISTRATOR))


def tell_refused(services: Services, transaction: Transaction, channel: str, *, code: str) -> None:
    """Tell every administrator, once a day, that a service takes our token no more, and what to do."""
    now = services.clock()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    trouble = Trouble(channel=channel, code=code, since=today, latest=now, owner="")
    _tell(services, transaction, trouble, key=REFUSALS[code], values={})


def tell_scope(services: Services, transaction: Transaction, channel: str, *, scope: str) -> None:
    """Tell every administrator, once a day, which right our app lacks at a service; nothing else is wrong there."""
    services.log.error("scope_missing", channel=channel, reason=scope)
    today = services.clock().date().isoformat()
    for member in administrators(transaction):
        name = channel_named(services, member, channel)
        notice = Notice(key="operator.scope_missing", values={"channel": name, "scope": scope})
        tell(services, transaction, member, cause=f"scope:{channel}:{scope}:{today}", notice=notice)


def _note(services: Services, transaction: Transaction, channel: str, *, code: str, owner: str) -> None:
    now, known = services.clock(), transaction.troubles.of(channel)
    if code:
        new = Trouble(channel=channel, code=code, since=now, latest=now, owner=owner)
        begun = new if known is None or not known.lasts(now) else known
        noted = replace(begun, code=code, latest=now, owner=owner)
        if code in REFUSALS:
            tell_refused(services, transaction, channel, code=code)
            noted = replace(noted, is_told=True)
        elif not noted.is_told and now - noted.since >= services.rules.outage_told_after:
            key = _AWAY.get(code, "operator.channel_away")
            _tell(services, transaction, noted, key=key, values={"code": code})
            noted = replace(noted, is_told=True)
        transaction.troubles.save(noted)
    elif known is not None and (known.owner == owner or not known.lasts(now)):
        # What another process still notes is not over because this one sees nothing of it.
        transaction.troubles.remove(channel)
        if known.is_told:
            minutes = int((now - known.since).total_seconds() // 60)
            _tell(services, transaction, known, key="operator.channel_back", values={"minutes": minutes})


def _tell(
    services: Services, transaction: Transaction, trouble: Trouble, *, key: str, values: Mapping[str, Value]
) -> None:
    """Tell every administrator, where nothing is known to be wrong; whoever is reached by this channel alone is not."""
    away = {each.channel for each in transaction.troubles.all()} | {trouble.channel}
    cause = f"trouble:{trouble.channel}:{trouble.since.isoformat()}"
    planned = []
    for member in administrators(transaction):
        others = [address for address in member.chain if address.channel not in away]
        for to in others[:1]:
            name = channel_named(services, member, trouble.channel)
            notice = Notice(key=key, values={"channel": name, "since": trouble.since, **values}, to=to)
            planned.append(tell(services, transaction, member, cause=cause, notice=notice))
    if any(planned):
        services.log.error("channel_trouble_told", channel=trouble.channel, error=trouble.code)
