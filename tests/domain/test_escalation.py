"""Escalation: steps rise, reach the coordinator, and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.escalation import POLICIES, Audience, EscalationPolicy, Step, audience_of
from domain.ids import MemberId, PanelId
from domain.panel import Panel
from domain.question import Urgency
from domain.rotation import Rotation

A, B, C, OFFICE = (MemberId(name) for name in ("a", "b", "c", "office"))
NOW = datetime(2026, 11, 21, tzinfo=UTC)
PANEL = Panel(
    id=PanelId("chest"),
    name="Chest",
    members=(A, B, C),
    coordinator_id=OFFICE,
    primary=Rotation(members=(A,), starts_on=date(2026, 1, 1)),
    secondary=Rotation(members=(B,), starts_on=date(2026, 1, 1)),
)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_policy_begins_at_once_and_ends_with_the_coordinator(urgency: Urgency) -> None:
    steps = POLICIES[urgency].steps

    assert steps[0].after == timedelta(0)
    assert steps[-1].audience is Audience.COORDINATOR


@pytest.mark.parametrize(
    ("audience", "people"),
    [
        (Audience.PRIMARY, (A,)),
        (Audience.SECONDARY, (A, B)),
        (Audience.PANEL, (A, B, C)),
        (Audience.COORDINATOR, (OFFICE,)),
    ],
)
def test_audience_is_looked_up_in_the_rota(audience: Audience, people: tuple[MemberId, ...]) -> None:
    step = Step(after=timedelta(0), audience=audience)

    assert audience_of(step, PANEL, NOW, reachable={A, B, C, OFFICE}) == people


@pytest.mark.parametrize(
    ("reachable", "people"),
    [({A, B, C}, (A,)), ({B, C, OFFICE}, (B, C)), ({OFFICE}, (OFFICE,)), (set(), ())],
)
def test_step_goes_on_to_whoever_can_be_reached(reachable: set[MemberId], people: tuple[MemberId, ...]) -> None:
    step = Step(after=timedelta(0), audience=Audience.PRIMARY)

    assert audience_of(step, PANEL, NOW, reachable=reachable) == people


def test_steps_out_of_order_are_refused() -> None:
    steps = tuple(Step(after=timedelta(minutes=m), audience=Audience.PANEL) for m in (5, 1))

    with pytest.raises(ValueError, match="one after another"):
        EscalationPolicy(
            claim_within=timedelta(1),
            answer_within=timedelta(1),
            steps=steps,
            remind_claimer_after=timedelta(1),
            release_claim_after=timedelta(2),
        )
