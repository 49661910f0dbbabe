"""The audit: who saw or did what, when and from where, as a chain in which each link holds the digest of the last.

Texts never enter it: ids, codes and counts do. Whoever changes, removes or adds an event in the middle breaks the
chain; whoever keeps the newest digest outside notices if its end was cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from domain.ids import MemberId, QuestionId, derive_id

ORIGIN = "0" * 64
"""The digest before the first event."""


class AuditKind(StrEnum):
    DID = "did"
    REFUSED = "refused"
    VIEWED = "viewed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    ADMINISTERED = "administered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One fact; `key` makes it unique, so that a repeat adds nothing.

    `actor_id` is None for somebody who is no member; `subject` is what it was done to where that is no question.
    """

    key: str
    kind: AuditKind
    action: str
    actor_id: MemberId | None
    channel: str
    at: datetime
    question_id: QuestionId | None = None
    subject: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("at must be aware")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLink:
    """An event in its place in the chain; numbers begin with 1 and have no gaps."""

    number: int
    event: AuditEvent
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """How many events follow from one another, the digest of the last of them, and where the chain breaks."""

    events: int
    digest: str
    broken_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSearch:
    """Which events somebody looks for: of one question, of one member (who did it, or to whom it was done), before one.

    Without any of them, all events are.
    """

    question_id: QuestionId | None = None
    member_id: MemberId | None = None
    before: int | None = None


def looked(
    action: str, *, by: MemberId, at: datetime, subject: str, question_id: QuestionId | None = None
) -> AuditEvent:
    """Return the event of a look at a page, which is kept once a day for each subject."""
    return AuditEvent(
        key=f"{action}:{derive_id('looked', by, at.date().isoformat(), subject, question_id or '')}",
        kind=AuditKind.VIEWED,
        action=action,
        actor_id=by,
        channel="web",
        at=at,
        question_id=question_id,
        subject=subject,
    )


def searched(
    by: MemberId, found: Sequence[QuestionId], *, key: str, channel: str, at: datetime
) -> tuple[AuditEvent, ...]:
    """Return the events of a search: how much it found, and, once a day each, the questions it showed a line of.

    The words stay out, and a hash of them too: whoever has a list of names could find a name by its hash.
    """
    search = AuditEvent(
        key=key,
        kind=AuditKind.DID,
        action="search",
        actor_id=by,
        channel=channel,
        at=at,
        details={"found": len(found)},
    )
    day = at.date().isoformat()
    shown = (
        AuditEvent(
            key=f"found:{derive_id('found', question_id, by, day)}",
            kind=AuditKind.VIEWED,
            action="view_found",
            actor_id=by,
            channel=channel,
            at=at,
            question_id=question_id,
        )
        for question_id in found
    )
    return (search, *shown)


def digest_of(former: str, number: int, event: AuditEvent) -> str:
    """Return the digest of a link, 64 hex digits, over all of the event and the digest before it (SHA-256)."""
    facts = [
        former, number, event.key, event.kind.value, event.action, event.actor_id or "", event.channel,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.question_id or "", event.subject,
        sorted(event.details.items()),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def linked(event: AuditEvent, *, after: AuditLink | None) -> AuditLink:
    """Return an event as the link that follows another, or as the first."""
    number, former = (1, ORIGIN) if after is None else (after.number + 1, after.digest)
    return AuditLink(number=number, event=event, digest=digest_of(former, number, event))


def first_break(links: Iterable[AuditLink], *, after: AuditLink | None = None) -> int | None:
    """Return the number of the first link that does not follow from the one before it; None where all do."""
    former = after
    for link in links:
        if link != linked(link.event, after=former):
            return link.number
        former = link
    return None
