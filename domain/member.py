"""Members: who they are, what they may do, and where they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.ids import MemberId
from domain.messages import Address


class Role(StrEnum):
    """What a member may do beyond asking."""

    PANELIST = "panelist"
    EDITOR = "editor"
    COORDINATOR = "coordinator"


class Language(StrEnum):
    KOREAN = "ko"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of the society; speaks only through verified addresses.

    `alias` is what the panel sees of an asker and carries no place (safety rule 5);
    `display_name` is what an asker sees of a panelist (safety rule 13).
    `digest_at` is local time in `time_zone`; None means no digest is wanted.
    """

    id: MemberId
    display_name: str
    alias: str
    language: Language = Language.KOREAN
    time_zone: str = "Asia/Seoul"
    roles: frozenset[Role] = frozenset()
    addresses: tuple[Address, ...] = ()
    digest_at: time | None = time(7, 30)
    active: bool = True

    def has(self, role: Role) -> bool:
        return role in self.roles

    def local(self, instant: datetime) -> datetime:
        """Return the instant on this member's own clock."""
        return instant.astimezone(ZoneInfo(self.time_zone))
