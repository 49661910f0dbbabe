"""Words that people typed themselves in a panel's room: what is hidden of them only people can take out of there."""

from __future__ import annotations

from collections.abc import Iterable

from domain.delivery import Priority, Value
from domain.ids import MemberId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, Question
from handlers.outbox import Notice, tell


def ask_for_deletion(
    services: Services, transaction: Transaction, question: Question, *, entries: Iterable[Entry], cause: str
) -> bool:
    """Ask whoever typed any of these entries in a room, and the panel's coordinator, to delete them there.

    Returns:
        whether anything was typed in a room.
    """
    typed = [entry.actor_id for entry in entries if "said_in" in entry.details and entry.actor_id is not None]
    assert question.panel_id is not None or not typed
    for author_id in dict.fromkeys(typed):
        notice = _notice(question, "room.typed")
        tell(services, transaction, transaction.members.get(author_id), cause=f"{cause}:{question.id}", notice=notice)
        _tell_coordinator(services, transaction, question, author_id=author_id, cause=cause)
    return bool(typed)


def _tell_coordinator(
    services: Services, transaction: Transaction, question: Question, *, author_id: MemberId, cause: str
) -> None:
    assert question.panel_id is not None
    coordinator = transaction.members.get(transaction.panels.get(question.panel_id).coordinator_id)
    if coordinator.id == author_id:
        return
    author = transaction.members.get(author_id)
    name = author.alias if author_id == question.asker_id else author.display_name
    notice = _notice(question, "room.typed_by", name=name)
    tell(services, transaction, coordinator, cause=f"{cause}:{question.id}:{author_id}", notice=notice)


def _notice(question: Question, key: str, **values: Value) -> Notice:
    return Notice(
        key=key, values={"label": question.label, **values}, question_id=question.id, priority=Priority.URGENT
    )
