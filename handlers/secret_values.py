"""Codes and links that are made as a message leaves: what is kept of them is their hash, here and in the delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from domain.delivery import Delivery, Value
from domain.linking import new_link_code
from domain.messages import Address
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.web import hash_token


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
    """Return a delivery with the secret that its sentence tells; sent again, it tells a new one, the old is void."""
    make = _MADE.get(delivery.key)
    if make is None:
        return delivery
    made = make(_Making(services=services, transaction=transaction, delivery=delivery))
    return replace(delivery, values={**delivery.values, **made})


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


_MADE: Mapping[str, Callable[[_Making], Mapping[str, Value]]] = {
    "link.code": _link_code,
    "join.code": _join_code,
    "join.approved": _invite_link,
    "members.invited": _invite_link,
}
