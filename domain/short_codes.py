"""Short names for what a text message talks about: the two digits of a page, and codes in links."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.ids import MemberId, QuestionId
from domain.messages import Address

_FIRST, _LOWEST, _HIGHEST = 41, 10, 99
_ORDER = (*range(_FIRST, _HIGHEST + 1), *range(_LOWEST, _FIRST))
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Without 0, O, I and l: it can be read aloud."""
LINK_CODE_LENGTH = 10
"""Of 58 characters each: more than 58 random bits, behind a limit of tries and a sign-in."""
UPLOAD_CODE_LENGTH = 22
"""More than 128 random bits: it opens without a sign-in (safety rule 17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortCode:
    """Two digits that name a question on one phone."""

    address: Address
    code: int
    question_id: QuestionId
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLink:
    """A code in a text message that leads its member to a question; hashed, and nothing without their sign-in."""

    code_hash: str
    member_id: MemberId
    question_id: QuestionId
    expires_at: datetime


def next_code(given: Collection[ShortCode], taken: Collection[int] = ()) -> int:
    """Return the code for another question: a free one, else that which was given longest ago.

    Args:
        given: the codes of one phone.
        taken: numbers that mean something else to its owner.
    """
    used = {each.code for each in given}
    free = next((code for code in _ORDER if code not in used and code not in taken), None)
    return free if free is not None else min(given, key=lambda each: (each.given_at, each.code)).code


def link_code(token: str) -> str:
    """Return the code that goes into the link of a text message, from a random token of at least 128 bits."""
    return _base58("link", token, length=LINK_CODE_LENGTH)


def upload_code(token: str) -> str:
    """Return the code of a page that takes files, from a random token of at least 128 bits."""
    return _base58("upload", token, length=UPLOAD_CODE_LENGTH)


def _base58(use: str, token: str, *, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(f"{use}\x1f{token}".encode()).digest(), "big")
    digits = []
    for _ in range(length):
        number, place = divmod(number, len(BASE58))
        digits.append(BASE58[place])
    return "".join(digits)


def six_digits(secret: str) -> str:
    """Return the code of six digits that a secret of at least 128 random bits makes."""
    number = int.from_bytes(hashlib.sha256(f"six digits\x1f{secret}".encode()).digest(), "big")
    return f"{number % 1_000_000:06}"
