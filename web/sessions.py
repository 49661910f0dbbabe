"""Sessions as they are stored: whose, and whether they still stand. Cookies live in `web/visits.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import PermanentError
from domain.ids import MemberId
from domain.member import Member
from domain.ports.store import Transaction
from domain.web import WebSession


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSession:
    """A session that was not revoked, with its active member."""

    session: WebSession
    member: Member

    def has_expired(self, now: datetime) -> bool:
        return self.session.expires_at <= now

    def is_idle(self, now: datetime, limit: timedelta | None) -> bool:
        """Whether nobody has used it for longer than the limit (safety rule 18); None is no limit."""
        return limit is not None and now - self.session.seen_at > limit


def find_session(transaction: Transaction, token_hash: str) -> FoundSession | None:
    """Return a session with its member; whether it has expired or locked is the caller's to ask."""
    session = transaction.web.session(token_hash)
    if session is None:
        return None
    member = active_member(transaction, session.member_id)
    return None if member is None else FoundSession(session=session, member=member)


def active_member(transaction: Transaction, member_id: MemberId) -> Member | None:
    try:
        member = transaction.members.get(member_id)
    except PermanentError:
        return None
    return member if member.active else None
