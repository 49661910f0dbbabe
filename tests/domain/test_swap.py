"""Swaps: the giver keeps the shift until somebody accepts, and an accepted offer is an override."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UserError
from domain.ids import MemberId, PanelId
from domain.panel import Panel
from domain.rota import Tier
from domain.rotation import Rotation
from domain.swap import SwapOffer, SwapState

A, B, C, OFFICE = (MemberId(name) for name in ("a", "b", "c", "office"))
NOW = datetime(2026, 11, 17, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def panel(**given: object) -> Panel:
    values: dict[str, object] = {
        "id": PanelId("chest"),
        "name": "Chest",
        "members": (A, B, C),
        "coordinator_id": OFFICE,
        "primary": Rotation(members=(A,), starts_on=date(2026, 11, 16)),
        "secondary": None,
    }
    return Panel(**{**values, **given})  # type: ignore[arg-type]  # a test changes what it is about


def offer(**given: object) -> SwapOffer:
    values: dict[str, object] = {
        "id": "s",
        "panel_id": PanelId("chest"),
        "tier": Tier.PRIMARY,
        "begins_at": NOW + DAY,
        "ends_at": NOW + 2 * DAY,
        "offered_by": A,
        "offered_to": None,
        "offered_at": NOW,
    }
    return SwapOffer(**{**values, **given})  # type: ignore[arg-type]  # a test changes what it is about


def test_accepted_offer_puts_the_colleague_on_call() -> None:
    accepted, override = offer().accept(B, panel(), NOW)

    changed = panel(overrides=(override,))
    assert (accepted.state, accepted.accepted_by) == (SwapState.ACCEPTED, B)
    assert [changed.on_call(NOW + each)[0] for each in (0 * DAY, DAY, 2 * DAY)] == [A, B, A]


def test_running_shift_is_handed_on_from_now() -> None:
    _, override = offer(begins_at=NOW - DAY).accept(B, panel(), NOW)

    assert (override.begins_at, override.ends_at) == (NOW, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("given", "member_id", "rota", "code"),
    [
        ({}, A, {}, "swap_own"),
        ({}, OFFICE, {}, "swap_not_for_you"),
        ({"offered_to": C}, B, {}, "swap_not_for_you"),
        ({}, B, {"absent": frozenset({B})}, "swap_untested"),
        ({}, B, {"muted": frozenset({B})}, "swap_stopped"),
        ({"offered_by": C}, B, {}, "swap_moved_on"),
        ({"state": SwapState.WITHDRAWN}, B, {}, "swap_closed"),
        ({"begins_at": NOW - DAY, "ends_at": NOW}, B, {}, "swap_closed"),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    given: dict[str, object], member_id: MemberId, rota: dict[str, object], code: str
) -> None:
    with pytest.raises(UserError, match=code):
        offer(**given).accept(member_id, panel(**rota), NOW)


def test_holder_whose_own_phone_is_silent_may_still_give_the_shift_away() -> None:
    accepted, _ = offer().accept(B, panel(absent=frozenset({A})), NOW)

    assert accepted.state is SwapState.ACCEPTED


def test_only_the_holder_withdraws() -> None:
    with pytest.raises(UserError, match="swap_not_yours"):
        offer().withdraw(B, NOW)

    assert offer().withdraw(A, NOW).state is SwapState.WITHDRAWN


@given(st.sampled_from(SwapState), st.integers(-3, 3))
def test_only_open_offers_expire_and_only_at_their_end(state: SwapState, days: int) -> None:
    made = offer(state=state)

    expired = made.expire(made.ends_at + days * DAY)

    assert expired.state is (SwapState.EXPIRED if state is SwapState.OFFERED and days >= 0 else state)


@pytest.mark.parametrize("given", [{"ends_at": NOW}, {"offered_to": A}])
def test_impossible_offers_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="shift"):
        offer(**given)
