"""Digests: one per name, period and member, whatever crashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import DigestId, MemberId, derive_id

DAILY = "daily"
WEEKLY = "weekly"
"""The board's card on how long questions waited."""
SURGE = "surge"
"""Between the daily ones while a surge lasts; each time of the day has a name of its own, such as "surge.1200"."""


class DigestState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one member is told for one period; `since` to `until` bounds what was new.

    `period` is the member's own local date.
    """

    name: str
    period: date
    member_id: MemberId
    since: datetime
    until: datetime
    state: DigestState = DigestState.PLANNED

    @property
    def id(self) -> DigestId:
        return digest_id(self.name, self.period, self.member_id)

    @property
    def kind(self) -> str:
        """The name without the time of the day: what it is called where it is told."""
        return self.name.partition(".")[0]


NAME_CASES = ("digest.", "find.found", "draft.related")
"""How the keys of messages begin that tell of several cases, each on lines of its own."""

EXCERPT = " – "
"""Stands before what is quoted of a case that was found."""


def digest_id(name: str, period: date, member_id: MemberId) -> DigestId:
    return DigestId(derive_id("digest", name, period.isoformat(), member_id))


def surge_name(slot: datetime) -> str:
    """Return the name of the digest of a time of the day."""
    return f"{SURGE}.{slot:%H%M}"


def without_excerpts(text: str) -> str:
    """Return lines that tell of found cases without what is quoted of them: label, day and state."""
    return "\n".join(line.partition(EXCERPT)[0] for line in text.split("\n"))


def without_case(text: str, label: str) -> str:
    """Return a digest's text without the lines that name a case."""
    named = re.compile(rf"\b{re.escape(label)}\b")
    return "\n".join(line for line in text.split("\n") if not named.search(line))
