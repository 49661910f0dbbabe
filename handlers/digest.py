"""Digests: planning whose time has come, and writing one member's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.commands import ComposeDigest, StartDigest
from domain.delivery import Priority
from domain.digest import DAILY, WEEKLY, Digest, DigestState, surge_name
from domain.member import Member, Role
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.surge import Surge, SurgeRules, digest_slot
from domain.text import DeidentifiedText
from handlers.outbox import Notice, tell

FIRST_LOOKS_BACK = timedelta(days=7)
SATURDAY = 5
WEEKLY_AT = timedelta(hours=8)
"""Into Monday: when the board's card is due; a late run catches up within the week."""


async def start_digest(services: Services, command: StartDigest) -> None:
    """Plan one digest for each member whose local time has come and who has none of today's yet.

    A late run catches up once: what counts is that today's time has passed, not that it is now.
    With the daily ones come those of a surge, in one transaction, so that nobody is told anything twice.
    """

    def start(transaction: Transaction) -> int:
        planned = 0
        members = [member for member in transaction.members.all() if member.active and member.addresses]
        for member in members:
            if _is_due(member, command):
                planned += _plan(transaction, _digest(transaction, member, command=command), command=command)
        surge = transaction.surge.get()
        if command.name == DAILY and not command.everyone and surge.is_on(services.clock()):
            rules = services.escalation.surge
            planned += sum(_plan_surge(transaction, member, surge, rules=rules, command=command) for member in members)
        return planned

    planned = await services.store.write(start)
    services.log.info("digest_started", digest=command.name, planned=planned)


async def compose_digest(services: Services, command: ComposeDigest) -> None:
    """Write one member's digest and plan its delivery; nothing new, nothing sent."""

    def compose(transaction: Transaction) -> None:
        digest = transaction.digests.get(command.digest_id)
        if digest.state is not DigestState.PLANNED:
            return
        member = transaction.members.get(digest.member_id)
        body = services.digests.compose(transaction, digest, member)
        if body is None:
            transaction.digests.set_state(digest.id, DigestState.EMPTY)
            return
        notice = Notice(
            key=f"digest.{digest.kind}",
            values={"text": DeidentifiedText(value=body)},
            priority=Priority.DIGEST,
        )
        tell(services, transaction, member, cause=f"digest:{digest.id}", notice=notice)
        transaction.digests.set_state(digest.id, DigestState.SENT)

    await services.store.write(compose)


def _is_due(member: Member, command: StartDigest) -> bool:
    if command.name == WEEKLY:
        due_at = _monday(member, command.at) + WEEKLY_AT
        return member.has(Role.BOARD) and (command.everyone or command.at >= due_at)
    if member.digest_at is None:
        return False
    local = member.local(command.at)
    # The clock ticks every quarter of an hour: a later minute of the day's last one would never come.
    quarter = member.digest_at.replace(minute=member.digest_at.minute // 15 * 15, second=0, microsecond=0)
    return command.everyone or (local.weekday() < SATURDAY and local.time() >= quarter)


def _plan_surge(
    transaction: Transaction, member: Member, surge: Surge, *, rules: SurgeRules, command: StartDigest
) -> int:
    """Plan the digest of the last of a surge's times, where it has passed on the member's own clock since it began."""
    slot = digest_slot(member.local(command.at), rules)
    if member.digest_at is None or slot is None or surge.begins_at is None or slot < surge.begins_at:
        return 0
    since = _since(transaction, member, command=command)
    digest = Digest(
        name=surge_name(slot), period=slot.date(), member_id=member.id, since=since, until=max(since, command.at)
    )
    return _plan(transaction, digest, command=command)


def _plan(transaction: Transaction, digest: Digest, *, command: StartDigest) -> int:
    added = transaction.digests.add(digest) or (command.everyone and transaction.digests.replace_empty(digest))
    if not added:
        return 0
    transaction.jobs.add(ComposeDigest(digest_id=digest.id, until=command.at), priority=Priority.DIGEST)
    return 1


def _digest(transaction: Transaction, member: Member, *, command: StartDigest) -> Digest:
    if command.name == WEEKLY:
        monday = _monday(member, command.at)
        since = monday - timedelta(days=7)
        return Digest(
            name=command.name,
            period=monday.date(),
            member_id=member.id,
            since=since.astimezone(UTC),
            until=monday.astimezone(UTC),
        )
    return Digest(
        name=command.name,
        period=member.local(command.at).date(),
        member_id=member.id,
        since=_since(transaction, member, command=command),
        until=command.at,
    )


def _monday(member: Member, at: datetime) -> datetime:
    """Return the beginning of the week on the member's own clock."""
    local = member.local(at)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())


def _since(transaction: Transaction, member: Member, *, command: StartDigest) -> datetime:
    told_until = transaction.digests.told_until(member.id)
    return command.at - FIRST_LOOKS_BACK if told_until is None else told_until
