"""Codes and links that are made as a message leaves: what is kept of them is their hash, here and in the delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from domain.delivery import Delivery, Value
from domain.linking import new_link_code
from domain.member import Member, Role
from domain.messages import Address
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.short_codes import upload_code
from domain.web import SIGN_IN_LINK_LASTS, UPLOAD_LINK_LASTS, SignInLink, UploadLink, hash_token

_SIGN_IN_BY_CHAT = frozenset({Role.PANELIST})
"""Who may do more than these is never signed in by what a service could read (safety rule 17)."""
_UPLOAD_MINUTES = int(UPLOAD_LINK_LASTS.total_seconds() // 60)
_NO_CODE = "…"
"""What stands for a code where none may be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    services: Services
    transaction: Transaction
    delivery: Delivery


def may_carry_secrets(services: Services, address: Address) -> bool:
    """Return whether a secret may be sent to an address: not where its text would lie in our own database."""
    channel = services.channels.get(address.channel)
    return channel is not None and channel.capabilities.copies is not Copies.OURS


def with_secrets(services: Services, transaction: Transaction, delivery: Delivery) -> Delivery:
    """Return a delivery with the secret that its sentence tells; sent again, it tells a new one, the old is void.

    Where its text would lie in our own database it names that page instead, on which its reader is signed in.
    """
    make = _MADE.get(delivery.key)
    if make is None:
        return delivery
    if may_carry_secrets(services, delivery.address):
        made = make(_Making(services=services, transaction=transaction, delivery=delivery))
    else:
        made = {"link": services.rules.page_address, "code": _NO_CODE, "minutes": _UPLOAD_MINUTES}
    return replace(delivery, values={**delivery.values, **made})


def tells_secret(delivery: Delivery) -> bool:
    """Return whether a sentence opens something to whoever reads it."""
    return delivery.key in _MADE


def may_sign_in_by_chat(services: Services, member: Member, address: Address) -> bool:
    """Return whether a link that signs in may be sent to a member there: never by text message, nor to an office."""
    channel = services.channels.get(address.channel)
    is_short = channel is not None and channel.capabilities.is_short
    return may_carry_secrets(services, address) and not is_short and member.roles <= _SIGN_IN_BY_CHAT


def sign_in_page(services: Services, transaction: Transaction, member: Member) -> str:
    """Return the address that signs a member in, by a button, once and for a quarter of an hour."""
    token = services.new_token()
    expires_at = services.clock() + SIGN_IN_LINK_LASTS
    transaction.web.add_sign_in_link(
        SignInLink(token_hash=hash_token(token), member_id=member.id, expires_at=expires_at)
    )
    return f"{services.rules.page_address}/sign-in/{token}"


def _own_page(making: _Making) -> Mapping[str, Value]:
    member = making.transaction.members.get(making.delivery.member_id)
    return {"link": sign_in_page(making.services, making.transaction, member)}


def _link_code(making: _Making) -> Mapping[str, Value]:
    member_id, now = making.delivery.member_id, making.services.clock()
    kept, code = new_link_code(making.services.new_token(), member_id, now)
    making.transaction.channel_links.add(kept)
    return {"code": code}


def _join_code(making: _Making) -> Mapping[str, Value]:
    application = making.transaction.enrolments.lock_application(str(making.delivery.values["application"]))
    if application is None:
        return {"code": ""}
    changed, code = application.with_code(making.services.new_token(), making.services.clock())
    making.transaction.enrolments.save_application(changed)
    return {"code": code}


def _invite_link(making: _Making) -> Mapping[str, Value]:
    """The newest link alone works: whoever has it sent again has lost the one before."""
    invite = making.transaction.enrolments.lock_invite(str(making.delivery.values["invite"]))
    pages = making.services.rules.page_address
    if invite is None or not invite.is_open(making.services.clock()):
        return {"link": f"{pages}/join"}
    token = making.services.new_token()
    making.transaction.enrolments.save_invite(replace(invite, token_hash=hash_token(token)))
    return {"link": f"{pages}/join/{token}"}


def _upload_link(making: _Making) -> Mapping[str, Value]:
    """A page that takes files of any size, once, for whoever could not send one."""
    code, now = upload_code(making.services.new_token()), making.services.clock()
    link = UploadLink(
        code_hash=hash_token(code),
        member_id=making.delivery.member_id,
        expires_at=now + UPLOAD_LINK_LASTS,
        question_id=making.delivery.question_id,
    )
    making.transaction.web.add_upload_link(link)
    return {"link": f"{making.services.rules.page_address}/u/{code}", "minutes": _UPLOAD_MINUTES}


_MADE: Mapping[str, Callable[[_Making], Mapping[str, Value]]] = {
    "link.code": _link_code,
    "own_page.link": _own_page,
    "join.code": _join_code,
    "join.approved": _invite_link,
    "members.invited": _invite_link,
    **dict.fromkeys(("error.file_too_large_here", "error.file_not_fetched", "files.passed_abroad"), _upload_link),
}
