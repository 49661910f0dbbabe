"""Members: who they are, what they may do, and where they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.hours import QuietHours
from domain.ids import MemberId
from domain.messages import Address


class Role(StrEnum):
    """What a member is beyond an asker, which every member is; what each may do stands in `domain.access`."""

    PANELIST = "panelist"
    EDITOR = "editor"
    MODERATOR = "moderator"
    """Judges what was flagged (`domain.incident`)."""
    COORDINATOR = "coordinator"
    CHAIR = "chair"
    """Of the section: told with the coordinator when nobody of the panel answers."""
    BOARD = "board"
    DATA_MANAGER = "data_manager"
    ADMINISTRATOR = "administrator"


class Facility(StrEnum):
    """What an asker's hospital has; the panel sees it beside the alias (safety rule 13)."""

    CT = "ct"
    MRI = "mri"
    ICU = "icu"


class Grade(StrEnum):
    """How far an asker is in their training; the panel sees it beside the alias (safety rule 13)."""

    INTERN = "intern"
    GENERAL = "general"
    """A doctor without a speciality."""
    RESIDENT = "resident"
    FELLOW = "fellow"
    SPECIALIST = "specialist"


class Language(StrEnum):
    KOREAN = "ko"
    ENGLISH = "en"


_STRANGER = "?"
"""Before a language, in place of an id: no member's id begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person of the society; speaks only through verified addresses.

    `alias` is what the panel sees of an asker and carries no place (safety rule 5);
    `display_name` is what an asker sees of a panelist (safety rule 13).
    `digest_at` is local time in `time_zone`; None means no digest is wanted.
    `addresses` are tried in their order. `quiet` are hours of the member's own;
    None means those of the society.
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
    hospital: str = ""
    """Never shown to a peer: who works at the asker's is not asked to judge a colleague's report."""
    hospital_has: frozenset[Facility] | None = None
    """None where they never said."""
    grade: Grade | None = None
    """None where they never said."""
    quiet: QuietHours | None = None
    awake_pool: bool | None = None
    """Whether they want to be asked while awake, also when they are not on call; None where they never said."""
    pages_at_night: bool = False
    """Whether an urgent question may wake them, also when they are not on call."""
    stopped: frozenset[Address] = frozenset()
    """Addresses from which they asked to be sent nothing more."""

    @property
    def chain(self) -> tuple[Address, ...]:
        """Where the member is reached, in their own order, without what they have stopped."""
        return tuple(address for address in self.addresses if address not in self.stopped)

    @property
    def is_stranger(self) -> bool:
        """Whether this is somebody who writes or is written to without being a member."""
        return self.id.startswith(_STRANGER)

    def has(self, role: Role) -> bool:
        return role in self.roles

    def local(self, instant: datetime) -> datetime:
        """Return the instant on this member's own clock."""
        return instant.astimezone(ZoneInfo(self.time_zone))


def stranger(language: Language, *addresses: Address) -> Member:
    """Return somebody who is no member, and reads a language."""
    member_id = MemberId(f"{_STRANGER}{language}")
    return Member(id=member_id, display_name="", alias="", language=language, addresses=addresses, active=False)


def stranger_of(member_id: MemberId) -> Member | None:
    """Return the stranger that an id stands for; None where it is a member's."""
    if not member_id.startswith(_STRANGER):
        return None
    return stranger(Language(member_id.removeprefix(_STRANGER)))
