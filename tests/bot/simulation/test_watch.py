"""The bystander: rings in the night and floods are counted, whatever the engine thinks of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.simulation.watch import Watch
from domain.hours import QuietHours
from domain.ids import MemberId, PanelId
from domain.member import Member, Role
from domain.messages import Address
from domain.paging import LIMITS
from domain.panel import Panel
from domain.rotation import Rotation

NIGHT = datetime(2020, 2, 29, 15, tzinfo=UTC)
"""Midnight in Seoul, late afternoon in Berlin."""
NOON = NIGHT + timedelta(hours=12)
SLEEPER = Member(id=MemberId("sleeper"), display_name="s", alias="s", roles=frozenset({Role.PANELIST}))
PHONE = Address(channel="sms", external_id="sleeper")


def watch(member: Member = SLEEPER, *, on_call: str = "other") -> Watch:
    turns = Rotation(members=(MemberId(on_call),), starts_on=date(2020, 1, 6))
    panel = Panel(
        id=PanelId("chest"),
        name="Chest",
        members=(member.id,),
        coordinator_id=MemberId("office"),
        primary=turns,
        secondary=None,
    )
    return Watch(panel=panel, members={member.id: member}, limits=LIMITS, quiet=QuietHours())


@pytest.mark.parametrize(
    ("member", "on_call", "key", "counted"),
    [
        (SLEEPER, "other", "panel.card_urgent", 1),
        (SLEEPER, "other", "panel.card_today", 1),
        (SLEEPER, "sleeper", "panel.card_urgent", 0),
        (SLEEPER, "sleeper", "panel.bundle", 1),
        (replace(SLEEPER, pages_at_night=True), "other", "panel.reply_waits", 0),
        (replace(SLEEPER, pages_at_night=True), "other", "panel.card_routine", 1),
        (replace(SLEEPER, roles=frozenset({Role.CHAIR})), "other", "panel.card_urgent", 0),
        (replace(SLEEPER, time_zone="Europe/Berlin"), "other", "panel.card_today", 0),
        (SLEEPER, "other", "question.claimed", 0),
    ],
)
def test_ring_in_the_night_needs_an_agreement(member: Member, on_call: str, key: str, counted: int) -> None:
    watching = watch(member, on_call=on_call)

    watching.note(member.id, PHONE, key=key, now=NIGHT)

    assert watching.quiet_hour_pages == counted


def test_page_beyond_any_limit_is_counted() -> None:
    watching = watch()

    for seconds in (0, 59, 119, 180, 240, 300, 360):
        watching.note(SLEEPER.id, PHONE, key="panel.card_urgent", now=NOON + timedelta(seconds=seconds))

    # The second within a minute of the first, and of the third on the sixth within a quarter of an hour.
    assert (watching.pages, watching.pages_over_limit) == (7, 3)


def test_chat_has_no_limit() -> None:
    watching = watch()

    for _ in range(9):
        watching.note(SLEEPER.id, replace(PHONE, channel="web"), key="panel.card_urgent", now=NOON)

    assert (watching.pages, watching.pages_over_limit) == (9, 0)
