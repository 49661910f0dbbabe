"""One person on several channels: a code that is shown on one of them is typed on the other, within minutes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.enrolment import salted
from domain.ids import MemberId
from domain.messages import Address
from domain.short_codes import six_digits

LASTS = timedelta(minutes=10)
WRONG_TRIES = 5
"""So many wrong codes lock the address that they came from."""
WRONG_TRIES_AT_A_CODE = 50
"""So many from everywhere void the codes that are open: one in 20,000 for whoever guesses from many addresses."""
LOCKED_FOR = timedelta(hours=1)
"""So long an address takes no more codes after too many wrong ones."""

_SIX = re.compile(r"(?:/?\s?(?:link|연결|start)\s+)?(\d{3}[ -]?\d{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCode:
    """A code that is shown to its member alone; it works once, and not after too many wrong ones were typed."""

    id: str
    member_id: MemberId
    salt: str
    code_hash: str
    made_at: datetime
    expires_at: datetime
    wrong_tries: int = 0
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.wrong_tries < WRONG_TRIES_AT_A_CODE and now < self.expires_at

    def is_meant_by(self, code: str) -> bool:
        return salted(self.salt, code) == self.code_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTries:
    """The wrong codes that came from one address."""

    address: Address
    wrong_tries: int = 0
    last_at: datetime

    def is_locked(self, now: datetime) -> bool:
        return self.wrong_tries >= WRONG_TRIES and now < self.last_at + LOCKED_FOR

    def with_wrong(self, now: datetime) -> LinkTries:
        """Return the tries after one more; they are forgotten after an hour."""
        former = 0 if now >= self.last_at + LOCKED_FOR else self.wrong_tries
        return replace(self, wrong_tries=former + 1, last_at=now)


def new_link_code(token: str, member_id: MemberId, now: datetime) -> tuple[LinkCode, str]:
    """Return what is stored of a code made from a random token of at least 128 bits, and the code itself."""
    code = six_digits(f"link\x1f{token}")
    salt = salted("link", token)
    made = LinkCode(
        id=salt[:32],
        member_id=member_id,
        salt=salt,
        code_hash=salted(salt, code),
        made_at=now,
        expires_at=now + LASTS,
    )
    return made, code


def code_in(text: str) -> str | None:
    """Return the six digits of a message that is nothing but a code, with or without the word before it."""
    match = _SIX.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return None if match is None else re.sub(r"\D", "", match[1])
