"""What a bystander counts while the simulation runs: whose phone rings when, and whether it should have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.hours import QuietHours
from domain.ids import MemberId
from domain.member import Member, Role
from domain.messages import Address
from domain.paging import Limit
from domain.panel import Panel

_CARD = "panel.card_"
_PAGES = frozenset({"panel.bundle", "panel.reply_waits"})
_URGENT = frozenset({"panel.card_urgent", "panel.reply_waits"})


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at handsets alone: what arrived, where and when, whatever the engine thinks that it sent."""

    panel: Panel
    members: Mapping[MemberId, Member]
    limits: Mapping[str, tuple[Limit, ...]]
    quiet: QuietHours
    pages: int = 0
    quiet_hour_pages: int = 0
    pages_over_limit: int = 0
    _times: defaultdict[Address, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def note(self, member_id: MemberId, address: Address, *, key: str, now: datetime) -> None:
        """Count a message that arrived, where it is a page."""
        if not key.startswith(_CARD) and key not in _PAGES:
            return
        self.pages += 1
        self.quiet_hour_pages += self._wakes_unasked(self.members[member_id], now, is_urgent=key in _URGENT)
        times = self._times[address]
        times.append(now)
        self.pages_over_limit += any(
            len(times) > limit.pages and now - times[-1 - limit.pages] < limit.within
            for limit in self.limits.get(address.channel, ())
        )

    def _wakes_unasked(self, member: Member, now: datetime, *, is_urgent: bool) -> bool:
        """Whoever is on call, opted in, or is the coordinator or the chair, is woken for what is urgent."""
        if not (member.quiet or self.quiet).hold(member.local(now)):
            return False
        has_agreed = (
            member.pages_at_night
            or member.id == self.panel.coordinator_id
            or member.has(Role.CHAIR)
            or member.id in self.panel.on_call(now)
        )
        return not (is_urgent and has_agreed)
