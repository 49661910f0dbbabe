"""What of a member's message goes into the audit: who asked for what, and whether it was done; never words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.audit import ORIGIN, AuditEvent, AuditKind, AuditLink, AuditVerdict, first_break
from domain.ids import QuestionId
from domain.messages import Action
from domain.ports.store import Store
from handlers.inbound import Received


def done(received: Received, action: Action, *, question_id: QuestionId | None, at: datetime) -> AuditEvent:
    """Return the event of an action that was done."""
    return AuditEvent(
        key=f"did:{received.inbox_id}",
        kind=AuditKind.DID,
        action=action.value,
        actor_id=received.sender.id,
        channel=received.message.channel,
        at=at,
        question_id=question_id,
    )


def requested(received: Received, request: str, *, at: datetime) -> AuditEvent:
    """Return the event of something that was asked of the bot in words."""
    return AuditEvent(
        key=f"did:{received.inbox_id}",
        kind=AuditKind.DID,
        action=f"request_{request}",
        actor_id=received.sender.id,
        channel=received.message.channel,
        at=at,
    )


def refused(received: Received, code: str, *, at: datetime) -> AuditEvent:
    """Return the event of a message that was answered with a refusal, which changed nothing."""
    press = received.message.press
    return AuditEvent(
        key=f"refused:{received.inbox_id}",
        kind=AuditKind.REFUSED,
        action="message" if press is None else press.action.value,
        actor_id=received.sender.id,
        channel=received.message.channel,
        at=at,
        question_id=received.message.in_reply_to if press is None else press.question_id,
        details={"code": code},
    )


async def verify_audit(store: Store) -> AuditVerdict:
    """Follow the whole chain from its first event."""
    last: AuditLink | None = None
    while links := await _after(store, last):
        broken_at = first_break(links, after=last)
        if broken_at is not None:
            return AuditVerdict(events=broken_at - 1, digest="", broken_at=broken_at)
        last = links[-1]
    return AuditVerdict(events=_number(last), digest=ORIGIN if last is None else last.digest)


async def _after(store: Store, link: AuditLink | None) -> Sequence[AuditLink]:
    return await store.read(lambda transaction: transaction.audit.after(_number(link)))


def _number(link: AuditLink | None) -> int:
    return 0 if link is None else link.number
