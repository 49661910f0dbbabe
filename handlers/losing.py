"""A phone is lost: everything that it could still open is cut off at once (safety rule 18)."""

from __future__ import annotations

from dataclasses import replace

from domain.delivery import Priority
from domain.ids import MemberId
from domain.member import Member
from domain.messages import Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.outbox import Notice, tell
from handlers.relays import note_clearing
from handlers.room_notes import look_into_rooms
from handlers.room_trouble import have_put_out, panels_with

_PAGES = "web"
"""Its address is the member's own: without a session it opens nothing."""


def cut_off(
    services: Services,
    transaction: Transaction,
    member: Member,
    *,
    cause: str,
    told: Address | MemberId | None = None,
) -> None:
    """End every session and link of a member, and send nothing more to any phone but one that is kept.

    What was cut off is not taken back by a word from it: the member is enrolled anew there.

    Args:
        told: the address from which the member reports the loss, which is kept (at a service it is an account, and on
            all its devices, as they are told); or who else does, and knows already.
    """
    # A code before its member, as where one is used: in another order two would wait for each other.
    transaction.channel_links.revoke_of(member.id)
    member = transaction.members.lock(member.id)
    left = tuple(each for each in member.addresses if each == told or each.channel == _PAGES)
    lost = tuple(each for each in member.addresses if each not in left)
    for address in lost:
        note_clearing(services, transaction, address)
    transaction.members.save(replace(member, addresses=left))
    transaction.web.revoke_sessions_of(member.id)
    transaction.web.revoke_links_of(member.id, services.clock())
    transaction.feeds.revoke_of(member.id, services.clock())
    # In a panel's room that phone is a stranger's from now on: nothing of a case goes there.
    look_into_rooms(services, transaction)
    panels = panels_with(transaction, member)
    have_put_out(services, transaction, member, panels=panels, channels={address.channel for address in lost})
    services.log.warning("phone_lost", member_id=member.id)
    for panel in transaction.panels.all():
        if member.id in panel.members and panel.coordinator_id not in (member.id, told):
            coordinator = transaction.members.get(panel.coordinator_id)
            values = {"name": member.display_name, "panel": panel.called(coordinator.language)}
            notice = Notice(key="phone.lost", values=values, priority=Priority.URGENT)
            tell(services, transaction, coordinator, cause=f"{cause}:{panel.id}", notice=notice)
