"""People, times and chains for tests of escalation."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from domain.hours import QuietHours
from domain.ids import MemberId
from domain.messages import Address
from domain.paging import Person
from domain.rota import Tier

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""A Monday, in Seoul."""
MIDNIGHT = NOON + timedelta(hours=12)
MINUTE = timedelta(minutes=1)
ZONES = ("Asia/Seoul", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


def at(channel: str, name: str) -> Address:
    return Address(channel=channel, external_id=name)


def person(name: str, *channels: str, **changes: object) -> Person:
    chain = tuple(at(channel, name) for channel in channels or ("web", "sms"))
    values: dict[str, object] = {"id": MemberId(name), "chain": chain, "is_panelist": True}
    return Person(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def office(name: str = "office") -> Person:
    return person(name, is_panelist=False, is_office=True)


def panel() -> tuple[Person, ...]:
    """First and second on call, somebody of the awake pool, somebody else, and the coordinator."""
    return (
        person("first", "web", "sms", "voice", tier=Tier.PRIMARY),
        person("second", tier=Tier.SECONDARY),
        person("pooled", in_awake_pool=True),
        person("other"),
        office(),
    )


instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + minutes * MINUTE)
"""Two years of minutes, every change of every clock among them."""
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30)))
quiet_hours = st.builds(QuietHours, begins=clock_times, ends=clock_times)
chains = st.sampled_from((("web",), ("sms",), ("web", "sms"), ("sms", "voice"), ("web", "sms", "voice")))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Person, ...]:
    """Any people at all, a coordinator among them."""
    tiers = draw(st.permutations([Tier.PRIMARY, Tier.SECONDARY, None, None, None, None]))
    people = [
        person(
            f"p{number}",
            *draw(chains),
            tier=tier,
            time_zone=draw(st.sampled_from(ZONES)),
            quiet=draw(quiet_hours),
            is_panelist=draw(st.booleans()),
            in_awake_pool=draw(st.booleans()),
            pages_at_night=draw(st.booleans()),
            open_claims=draw(st.integers(0, 4)),
            has_conflict=draw(st.booleans()),
            has_passed=draw(st.booleans()),
        )
        for number, tier in enumerate(tiers[: draw(st.integers(0, 6))])
    ]
    return (*people, office())
