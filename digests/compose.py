"""Writing one member's digest from its sections."""

from __future__ import annotations

from dataclasses import dataclass, field

from digests.sections.cases import case_lines, released_cases
from digests.sections.service_level import weekly_card
from domain.digest import SURGE, WEEKLY, Digest
from domain.member import Member
from domain.policies import Escalation
from domain.ports.services import Wording
from domain.ports.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestComposer:
    """The `DigestWriter` port."""

    wording: Wording
    escalation: Escalation = field(default_factory=Escalation)

    def compose(self, transaction: Transaction, digest: Digest, member: Member) -> str | None:
        """Return the digest's text in the member's language; None where nothing is new."""
        if digest.name == WEEKLY:
            return weekly_card(transaction, digest, member, wording=self.wording, escalation=self.escalation)
        cases = released_cases(transaction, digest, member)
        if not cases:
            return None
        heading = self.wording.text("digest.heading", member, {"day": digest.until, "count": len(cases)})
        lines = case_lines(transaction, self.wording, cases, member=member)
        return "\n".join((heading, *lines, "", self._footer(digest, member)))

    def _footer(self, digest: Digest, member: Member) -> str:
        if digest.kind == SURGE:
            rules = self.escalation.surge
            begins, ends = (f"{moment:%H:%M}" for moment in (rules.digests_from, rules.digests_until))
            return self.wording.text(
                "digest.footer_surge", member, {"begins": begins, "ends": ends, "zone": member.time_zone}
            )
        at = "" if member.digest_at is None else member.digest_at.strftime("%H:%M")
        return self.wording.text("digest.footer", member, {"time": at, "zone": member.time_zone})
