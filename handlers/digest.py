"""Digests: planning whose time has come, and writing one member's."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.commands import ComposeDigest, StartDigest
from domain.delivery import Priority
from domain.digest import Digest, DigestState
from domain.member import Member
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.outbox import Notice, tell

FIRST_LOOKS_BACK = timedelta(days=7)
SATURDAY = 5


async def start_digest(services: Services, command: StartDigest) -> None:
    """Plan one digest for each member whose local time has come and who has none of today's yet.

    A late run catches up once: what counts is that today's time has passed, not that it is now.
    """

    def start(transaction: Transaction) -> int:
        planned = 0
        for member in transaction.members.all():
            if member.active and member.addresses and _is_due(member, command):
                planned += _plan(transaction, member, command=command)
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
            key=f"digest.{digest.name}",
            values={"text": DeidentifiedText(value=body)},
            priority=Priority.DIGEST,
        )
        tell(services, transaction, member, cause=f"digest:{digest.id}", notice=notice)
        transaction.digests.set_state(digest.id, DigestState.SENT)

    await services.store.write(compose)


def _is_due(member: Member, command: StartDigest) -> bool:
    if member.digest_at is None:
        return False
    local = member.local(command.at)
    # The clock ticks every quarter of an hour: a later minute of the day's last one would never come.
    quarter = member.digest_at.replace(minute=member.digest_at.minute // 15 * 15, second=0, microsecond=0)
    return command.everyone or (local.weekday() < SATURDAY and local.time() >= quarter)


def _plan(transaction: Transaction, member: Member, *, command: StartDigest) -> int:
    digest = Digest(
        name=command.name,
        period=member.local(command.at).date(),
        member_id=member.id,
        since=_since(transaction, member, command=command),
        until=command.at,
    )
    added = transaction.digests.add(digest) or (command.everyone and transaction.digests.replace_empty(digest))
    if not added:
        return 0
    transaction.jobs.add(ComposeDigest(digest_id=digest.id, until=command.at), priority=Priority.DIGEST)
    return 1


def _since(transaction: Transaction, member: Member, *, command: StartDigest) -> datetime:
    last = transaction.digests.last(command.name, member.id)
    return command.at - FIRST_LOOKS_BACK if last is None else last.until
