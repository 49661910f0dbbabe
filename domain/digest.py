"""Digests: one per name, period and member, whatever crashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.ids import DigestId, MemberId, derive_id


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


def digest_id(name: str, period: date, member_id: MemberId) -> DigestId:
    return DigestId(derive_id("digest", name, period.isoformat(), member_id))


def without_case(text: str, label: str) -> str:
    """Return a digest's text without the lines that name a case."""
    named = re.compile(rf"\b{re.escape(label)}\b")
    return "\n".join(line for line in text.split("\n") if not named.search(line))
