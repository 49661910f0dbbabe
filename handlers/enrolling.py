"""Letting somebody in: what an invite makes of whoever takes it, and the way of an application to its decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.access import Capability, can
from domain.audit import AuditEvent, AuditKind
from domain.commands import RemindOfApplications, SendJoinCode, ShowApplication
from domain.delivery import Value
from domain.enrolment import APPLICATION_LASTS, CODE_LASTS, INVITE_LASTS, Application, Invite, member_of
from domain.ids import MemberId
from domain.member import Member, stranger
from domain.messages import Action, Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.outbox import Notice, tell

MAIL = "mail"

PENDING: Mapping[str, timedelta] = {
    "join.code": CODE_LASTS,
    "join.request": APPLICATION_LASTS,
    "join.approved": INVITE_LASTS,
    "join.refused": timedelta(0),
    "members.approved": INVITE_LASTS,
    "members.refused": timedelta(0),
    "members.invited": INVITE_LASTS,
    "members.invited_on_page": INVITE_LASTS,
}
"""What is said of somebody who is no member yet, and how long it may still lead to something; then it is forgotten."""


def enrollers(transaction: Transaction) -> list[Member]:
    """Return whoever lets members in and out."""
    return [member for member in transaction.members.all() if can(member, Capability.ENROL)]


def join(transaction: Transaction, invite: Invite, *, at: Address, now: datetime) -> Member:
    """Make a member of whoever took an invite, reached where they took it.

    Raises:
        UserError: "invite_used", "invite_revoked" or "invite_expired".
    """
    invite.refuse_if_over(now)
    member = member_of(invite, taken=_aliases(transaction.members.all()), also_at=(at,))
    transaction.members.save(member)
    transaction.enrolments.save_invite(replace(invite, used_at=now, used_by=member.id))
    transaction.audit.add(administered("joined", by=member.id, subject=invite.id, channel=at.channel, at=now))
    return member


def administered(action: str, *, by: MemberId | None, subject: str, channel: str, at: datetime) -> AuditEvent:
    """Return the event of something that was done to a member or an invite."""
    return AuditEvent(
        key=f"{action}:{subject}:{at.isoformat()}",
        kind=AuditKind.ADMINISTERED,
        action=action,
        actor_id=by,
        channel=channel,
        at=at,
        subject=subject,
    )


async def send_join_code(services: Services, command: SendJoinCode) -> None:
    """Send the code that proves an e-mail address; it is made as the letter leaves."""

    def send(transaction: Transaction) -> None:
        application = transaction.enrolments.lock_application(command.application_id)
        if application is not None:
            write(services, transaction, application, key="join.code")

    await services.store.write(send)


async def show_application(services: Services, command: ShowApplication) -> None:
    """Lay a proved application before everybody who may decide it; the first press counts."""

    def show(transaction: Transaction) -> None:
        application = transaction.enrolments.lock_application(command.application_id)
        now = services.clock()
        if application is None or not application.is_waiting(now):
            return
        notice = Notice(
            key="join.request",
            values={"name": application.name, "number": application.society_number, "email": application.email},
            choices=(Action.APPROVE_MEMBER, Action.REFUSE_MEMBER),
            about=application.id,
            lasts=application.expires_at - now,
        )
        for member in enrollers(transaction):
            tell(services, transaction, member, cause=f"application:{application.id}", notice=notice)

    await services.store.write(show)


async def remind_of_applications(services: Services, command: RemindOfApplications) -> None:
    """Remind whoever decides of those who wait since a former day: once a day, by the clock and outside quiet hours."""

    def remind(transaction: Transaction) -> None:
        since = [application.made_at for application in transaction.enrolments.waiting(command.at)]
        for member in enrollers(transaction) if since else ():
            _remind(services, transaction, member, since=since)

    await services.store.write(remind)


def _remind(services: Services, transaction: Transaction, member: Member, *, since: Sequence[datetime]) -> None:
    local = member.local(services.clock())
    former = [at for at in since if member.local(at).date() < local.date()]
    if not former or (member.quiet or services.escalation.quiet).hold(local):
        return
    notice = Notice(key="join.waiting", values={"count": len(former), "since": min(former)})
    tell(services, transaction, member, cause=f"applications:{member.id}:{local.date()}", notice=notice)


def write(
    services: Services, transaction: Transaction, application: Application, *, key: str, invite: str = ""
) -> None:
    """Send a letter to whoever applied, once for each key."""
    reader = stranger(application.language, Address(channel=MAIL, external_id=application.email))
    values: dict[str, Value] = {
        "name": application.name,
        "society": services.rules.society,
        "application": application.id,
        "invite": invite,
    }
    tell(services, transaction, reader, cause=f"letter:{application.id}", notice=Notice(key=key, values=values))


def _aliases(members: Iterable[Member]) -> frozenset[str]:
    return frozenset(member.alias for member in members)
