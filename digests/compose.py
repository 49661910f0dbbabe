"""Writing one member's digest from its sections."""

from __future__ import annotations

from dataclasses import dataclass

from digests.sections.cases import case_lines, released_cases
from domain.digest import Digest
from domain.member import Member
from domain.ports.services import Wording
from domain.ports.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestComposer:
    """The `DigestWriter` port."""

    wording: Wording

    def compose(self, transaction: Transaction, digest: Digest, member: Member) -> str | None:
        """Return the digest's text in the member's language; None where nothing is new."""
        cases = released_cases(transaction, digest, member)
        if not cases:
            return None
        heading = self.wording.text("digest.heading", member, {"day": digest.until, "count": len(cases)})
        lines = case_lines(transaction, self.wording, cases, member=member)
        return "\n".join((heading, *lines, "", self._footer(member)))

    def _footer(self, member: Member) -> str:
        at = "" if member.digest_at is None else member.digest_at.strftime("%H:%M")
        return self.wording.text("digest.footer", member, {"time": at, "zone": member.time_zone})
