"""Whom a page may reach at this moment: quiet hours, personal chains, and how many pages a phone takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.hours import QuietHours
from domain.ids import MemberId, QuestionId
from domain.messages import Address
from domain.rota import Tier

VOICE = "voice"


class Way(StrEnum):
    """Where a person's chain of addresses is begun: at its first, at what follows the first, or with a call."""

    FIRST = "first"
    NEXT = "next"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many pages, and no more, within any such time."""

    pages: int
    within: timedelta

    def __post_init__(self) -> None:
        if self.pages < 1 or self.within <= timedelta(0):
            raise ValueError("a limit allows at least one page within some time")


def _limit(pages: int, minutes: int) -> Limit:
    return Limit(pages=pages, within=timedelta(minutes=minutes))


LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "sms": (_limit(1, 1), _limit(5, 15), _limit(11, 60), _limit(21, 180)),
    VOICE: (_limit(3, 15),),
}
"""By channel; what is not named here does not ring a phone, and is paced by its gate alone."""

LONGEST_LIMIT = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who could be paged about one question, as they are at this moment."""

    id: MemberId
    chain: tuple[Address, ...]
    """Where they are reached, in their own order."""
    time_zone: str = "Asia/Seoul"
    quiet: QuietHours = field(default_factory=QuietHours)
    tier: Tier | None = None
    is_panelist: bool = False
    is_office: bool = False
    """The coordinator, or the chair of the section: they count as opted in for the night."""
    in_awake_pool: bool = False
    pages_at_night: bool = False
    open_claims: int = 0
    asked_at: datetime | None = None
    """When they were last paged about any question."""
    has_conflict: bool = False
    has_passed: bool = False

    def is_quiet(self, now: datetime) -> bool:
        """Return whether it is the quiet of their own night."""
        return self.quiet.hold(now.astimezone(ZoneInfo(self.time_zone)))

    def may_be_woken(self) -> bool:
        return self.tier is not None or self.is_office or self.pages_at_night


Sent = Mapping[Address, Sequence[datetime]]
"""When each address was paged of late, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNow:
    """One page that leaves at this instant."""

    member_id: MemberId
    way: Way
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLater:
    """A page that is held back: until the quiet hours end, or the phone takes another one."""

    member_id: MemberId
    way: Way
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One page as it is kept: planned first, then sent to an address, or dropped since nobody needs it any more."""

    id: str
    question_id: QuestionId
    opening: int
    step: int
    member_id: MemberId
    way: Way
    is_urgent: bool
    due_at: datetime
    address: Address | None = None
    sent_at: datetime | None = None
    is_dropped: bool = False


def free_at(times: Collection[datetime], limits: Sequence[Limit], now: datetime) -> datetime:
    """Return from when on another page is within every limit; now, where it is already.

    Args:
        times: when pages were sent to the same phone, in any order.
    """
    ordered = sorted(times)
    return max(
        [now, *(ordered[-limit.pages] + limit.within for limit in limits if len(ordered) >= limit.pages)],
    )


def page(
    person: Person, way: Way, now: datetime, *, sent: Sent, limits: Mapping[str, tuple[Limit, ...]]
) -> PageNow | PageLater | None:
    """Return the page to a person: on the first address of their chain that takes one, or later; None where none is.

    A call is made only to those who have a number for it.
    """
    chain = _from(person.chain, way)
    if not chain:
        return None
    free = {address: free_at(sent.get(address, ()), limits.get(address.channel, ()), now) for address in chain}
    for address in chain:
        if free[address] <= now:
            return PageNow(member_id=person.id, way=way, address=address)
    return PageLater(member_id=person.id, way=way, until=min(free.values()))


def _from(chain: tuple[Address, ...], way: Way) -> tuple[Address, ...]:
    calls = tuple(address for address in chain if address.channel == VOICE)
    written = tuple(address for address in chain if address.channel != VOICE)
    if way is Way.VOICE:
        return (*calls, *written) if calls else ()
    if way is Way.NEXT:
        return (*written[1:], *written[:1], *calls)
    return (*written, *calls)
