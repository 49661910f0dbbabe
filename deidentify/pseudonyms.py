"""What is derived from a subject's secret: uids, names, and the number of days that dates move.

Without the secret nothing here can be traced back or tried out; when it is
destroyed, the link is gone.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

_FEWEST_DAYS = 400
_MORE_DAYS = 3_300
_OBVIOUS = (7, 10, 30, 365)


@dataclass(frozen=True)
class Pseudonyms:
    """The pseudonyms of one subject, or of several whose files refer to each other.

    Uids are the same for all subjects of one secret, so that references hold
    wherever they lead; name, number and dates are each subject's own, where `several` are meant.

    Raises:
        ValueError: the secret has fewer than 16 bytes.
    """

    secret: bytes
    several: bool = False
    subject: str = ""

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("a subject's secret has at least 16 bytes")

    def __repr__(self) -> str:
        return "<pseudonyms of a subject>"

    def of(self, *names: str) -> Pseudonyms:
        """Return the pseudonyms of one subject among several; unchanged where all files are of one subject anyway.

        Args:
            names: what the original calls the patient, most telling first; the first that is not empty counts.
        """
        if not self.several:
            return self
        return replace(self, subject=next(filter(None, (name.strip() for name in names)), ""))

    def uid(self, original: str) -> str:
        """Return the same uid for the same original, under the root for uids made of random bits."""
        return f"2.25.{int.from_bytes(self._derive('uid', original)[:16], 'big')}"

    @cached_property
    def patient(self) -> str:
        """The name and number that stand for the patient."""
        return f"P{self._derive('patient', self.subject).hex()[:10].upper()}"

    @cached_property
    def shift(self) -> timedelta:
        """How far back dates move: never 0, and no number of whole weeks, months or years."""
        number = int.from_bytes(self._derive("days", self.subject)[:8], "big")
        days = _FEWEST_DAYS + number % _MORE_DAYS
        while any(days % obvious == 0 for obvious in _OBVIOUS):
            days += 1
        return timedelta(days=days)

    def _derive(self, purpose: str, value: str) -> bytes:
        return hmac.new(self.secret, f"hilum\x1f{purpose}\x1f{value}".encode(), hashlib.sha256).digest()
