"""Telling whoever answered that the answer is delivered: when, by which channel, how long after the question."""

from __future__ import annotations

from datetime import datetime

from domain.delivery import Delivery, Terms, Value
from domain.ids import MemberId
from domain.member import Member
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.outbox import notice_about, tell
from handlers.room_notes import note_delivered

AUTHOR = "author"
"""Whose answer it is, among the values of its delivery: no sentence says it."""


def tell_author(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Tell the author that a service has accepted the answer; once, however often it is sent again until it is read."""
    author_id, answered_at = delivery.values.get(AUTHOR), delivery.values.get("at")
    if not isinstance(author_id, str) or not isinstance(answered_at, datetime) or delivery.question_id is None:
        return
    question, now = transaction.questions.get(delivery.question_id), services.clock()
    assert question.opened_at is not None
    author = transaction.members.get(MemberId(author_id))
    values: dict[str, Value] = {
        "at": now,
        "channel": channel_named(services, author, delivery.address.channel),
        "minutes": int((now - question.opened_at).total_seconds() // 60),
    }
    cause = f"delivered:{question.id}:{author_id}:{answered_at.isoformat()}"
    notice = notice_about(question, "panel.answer_sent", values=values)
    if tell(services, transaction, author, cause=cause, notice=notice) is not None:
        note_delivered(services, transaction, question, by=delivery.address.channel)


def channel_named(services: Services, reader: Member, name: str) -> Value:
    """Return a channel's name in the reader's language; as it is where it was added without one."""
    key = f"page.channel.{name}"
    return name if services.wording.placeholders(key, reader.language) is None else Terms(keys=(key,))
