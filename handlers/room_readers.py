"""Who has seen a question elsewhere than on our pages: in a panel's room, or in their own conversation at a service."""

from __future__ import annotations

from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.room import Room


def note_readers(services: Services, transaction: Transaction, question: Question, *, room: Room) -> None:
    """Note that pictures or an answer are shown in a room: nobody can tell who looks, so everybody of it counts."""
    panel, channel, at = transaction.panels.get(room.panel_id), room.address.channel, services.clock()
    for member_id in panel.people:
        addresses = transaction.members.get(member_id).addresses
        if any(address.channel == channel for address in addresses):
            transaction.viewings.note(question.id, member_id, at)


def note_who_has_it(services: Services, transaction: Transaction, question: Question) -> None:
    """Note whoever has its pictures now: those who have come to a room since, and those who were sent them."""
    for thread in transaction.rooms.threads_of(question.id):
        room = transaction.rooms.get(thread.room)
        if room is not None and thread.pictures:
            note_readers(services, transaction, question, room=room)
    for delivery in transaction.sent.about(question.id):
        if delivery.images and delivery.member_id != question.asker_id:
            transaction.viewings.note(question.id, delivery.member_id, services.clock())
