"""What the page of members shows: to each their own phones, to whoever enrols also invites, applications, members."""

from __future__ import annotations

from datetime import datetime

from domain.access import Capability, can
from domain.enrolment import GIVEN_BY_ALL, Application, Invite
from domain.member import Member, Role
from domain.ports.store import Transaction
from domain.web import JsonValue

_PAGE = "web"


def members_view(transaction: Transaction, reader: Member, now: datetime) -> dict[str, JsonValue]:
    mine: list[JsonValue] = [_address(reader, place) for place in range(len(reader.addresses))]
    if not can(reader, Capability.ENROL):
        return {"mine": mine}
    roles: list[JsonValue] = [role.value for role in Role if _may_give(reader, role)]
    waiting: list[JsonValue] = [_application(each) for each in transaction.enrolments.waiting(now)]
    invites: list[JsonValue] = [_invite(each) for each in transaction.enrolments.open_invites(now)]
    members: list[JsonValue] = [_member(each, reader) for each in transaction.members.all()]
    return {"mine": mine, "roles": roles, "waiting": waiting, "invites": invites, "members": members}


def _address(reader: Member, place: int) -> dict[str, JsonValue]:
    """The end of a number is enough to know one's own phone by."""
    address = reader.addresses[place]
    shown = "" if address.channel == _PAGE else address.external_id
    kept = shown if "@" in shown or len(shown) <= 4 else f"…{shown[-4:]}"
    return {"channel": address.channel, "shown": kept, "stopped": address in reader.stopped}


def _may_give(reader: Member, role: Role) -> bool:
    return role in GIVEN_BY_ALL or can(reader, Capability.APPOINT)


def _application(application: Application) -> dict[str, JsonValue]:
    return {
        "id": application.id,
        "name": application.name,
        "number": application.society_number,
        "email": application.email,
        "made_at": application.made_at.isoformat(),
    }


def _invite(invite: Invite) -> dict[str, JsonValue]:
    roles: list[JsonValue] = [role.value for role in sorted(invite.roles)]
    return {
        "id": invite.id,
        "name": invite.name,
        "roles": roles,
        "expires_at": invite.expires_at.isoformat(),
        "has_link": bool(invite.token_hash),
    }


def _member(member: Member, reader: Member) -> dict[str, JsonValue]:
    roles: list[JsonValue] = [role.value for role in sorted(member.roles)]
    channels: list[JsonValue] = [address.channel for address in member.chain]
    return {
        "id": member.id,
        "name": member.display_name,
        "roles": roles,
        "channels": channels,
        "active": member.active,
        "is_me": member.id == reader.id,
    }
