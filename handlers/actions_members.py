"""What whoever enrols members does: invites, decides applications, offboards, cuts off a lost phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.delivery import Value
from domain.enrolment import (
    INVITE_LASTS,
    Application,
    ApplicationState,
    Invite,
    clean_name,
    may_give,
)
from domain.errors import UserError
from domain.ids import derive_id
from domain.member import Member, Role
from domain.messages import Action, Address
from domain.ports.store import Transaction
from handlers.deed import Deed
from handlers.enrolling import MAIL, administered, write
from handlers.losing import cut_off
from handlers.offboarding import offboard
from handlers.outbox import Notice
from handlers.secret_values import may_carry_secrets


def invite(deed: Deed) -> None:
    """Make an invite for one person; its link is told here, or made on the page where the text would be kept.

    Raises:
        UserError: "name_missing", "role_unknown", "appoint_only".
    """
    roles = _roles(deed)
    if not may_give(deed.actor, roles):
        raise UserError("appoint_only")
    made = Invite(
        id=derive_id("invite", deed.inbox_id),
        name=clean_name(_field(deed, "name")),
        language=deed.actor.language,
        roles=roles,
        made_by=deed.actor.id,
        made_at=deed.now,
        expires_at=deed.now + INVITE_LASTS,
    )
    deed.transaction.enrolments.add_invite(made)
    _note(deed, "invite", made.id)
    here = deed.here or deed.actor.addresses[0]
    key = "members.invited" if may_carry_secrets(deed.services, here) else "members.invited_on_page"
    values: dict[str, Value] = {"name": made.name, "until": made.expires_at, "invite": made.id}
    deed.tell(deed.actor, Notice(key=key, values=values, to=here))


def approve(deed: Deed) -> None:
    """Let somebody in: their letter brings the link that makes them a member.

    Raises:
        UserError: "application_decided", "email_taken".
    """
    application = _decided(deed, ApplicationState.APPROVED)
    holder = deed.transaction.members.by_address(Address(channel=MAIL, external_id=application.email))
    if holder is not None and holder.active:
        raise UserError("email_taken", name=holder.display_name)
    made = Invite(
        id=derive_id("invite", application.id),
        name=application.name,
        language=application.language,
        roles=frozenset(),
        made_by=deed.actor.id,
        made_at=deed.now,
        expires_at=deed.now + INVITE_LASTS,
        email=application.email,
    )
    deed.transaction.enrolments.add_invite(made)
    write(deed.services, deed.transaction, application, key="join.approved", invite=made.id)
    deed.tell(deed.actor, Notice(key="members.approved", values={"name": application.name}))


def refuse(deed: Deed) -> None:
    """Do not let somebody in, and tell them so.

    Raises:
        UserError("application_decided")
    """
    application = _decided(deed, ApplicationState.REFUSED)
    write(deed.services, deed.transaction, application, key="join.refused")
    deed.tell(deed.actor, Notice(key="members.refused", values={"name": application.name}))


def let_go(deed: Deed) -> None:
    """Offboard a member, but not oneself.

    Raises:
        UserError: "member_unknown", "not_yourself", "appoint_only", and as `offboard` says.
    """
    member = target_of(deed)
    counts = offboard(deed.services, deed.transaction, member, by=deed.actor.id, channel=deed.channel)
    deed.tell(deed.actor, Notice(key="members.left", values=counts))


def cut_off_phone(deed: Deed) -> None:
    """Cut off every phone, session and link of a member whose phone is lost (safety rule 18).

    Raises:
        UserError: "member_unknown", "not_yourself", "appoint_only".
    """
    member = target_of(deed)
    cut_off(deed.services, deed.transaction, member, cause=deed.inbox_id, told=deed.actor.id)
    _note(deed, "cut_off", member.id)
    deed.tell(deed.actor, Notice(key="members.cut_off", values={"name": member.display_name}))


def target_of(deed: Deed) -> Member:
    """Return the member whom a button or a form means; over an office, only who may appoint to it decides."""
    member = member_named(deed.transaction, deed.about or _field(deed, "member"))
    if member.id == deed.actor.id:
        raise UserError("not_yourself")
    if deed.action is Action.OFFBOARD and Role.ADMINISTRATOR in member.roles and not may_give(deed.actor, member.roles):
        raise UserError("appoint_only")
    return member


def member_named(transaction: Transaction, named: str) -> Member:
    """Return the one active member with this id or whole name.

    Raises:
        UserError("member_unknown")
    """
    wanted = named.strip().removeprefix("@").casefold()
    meant = [
        member
        for member in transaction.members.all()
        if member.active and wanted in {member.id.casefold(), member.display_name.casefold()}
    ]
    if len(meant) != 1:
        raise UserError("member_unknown")
    return meant[0]


def _decided(deed: Deed, state: ApplicationState) -> Application:
    application = deed.transaction.enrolments.lock_application(deed.about or _field(deed, "application"))
    if application is None:
        raise UserError("application_decided")
    decided = application.decided(state, deed.actor.id, deed.now)
    deed.transaction.enrolments.save_application(decided)
    _note(deed, state.value, application.id)
    return decided


def _note(deed: Deed, action: str, subject: str) -> None:
    event = administered(action, by=deed.actor.id, subject=subject, channel=deed.channel, at=deed.now)
    deed.transaction.audit.add(event)


def _field(deed: Deed, name: str) -> str:
    given = deed.fields.get(name)
    return "" if given is None else given.value.strip()


def _roles(deed: Deed) -> frozenset[Role]:
    words = _field(deed, "roles").split()
    if not set(words) <= set(Role):
        raise UserError("role_unknown")
    return frozenset(map(Role, words))


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.INVITE: invite,
    Action.APPROVE_MEMBER: approve,
    Action.REFUSE_MEMBER: refuse,
    Action.OFFBOARD: let_go,
    Action.CUT_OFF: cut_off_phone,
}
