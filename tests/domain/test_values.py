"""Values are right once they are built, or are not built at all; identifiable text never shows itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery import PendingChoice
from domain.errors import TransientError, UserError
from domain.ids import MemberId, derive_id
from domain.messages import Action, Address, InboundMessage, Press
from domain.policies import POLICIES
from domain.question import Urgency
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement, joined
from domain.web import hash_token

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PRESS = Press(action=Action.HELPED)
MESSAGE = InboundMessage(
    channel="web", external_id="a", sender=Address(channel="web", external_id="m"), received_at=NOW, press=PRESS
)


@pytest.mark.parametrize(
    "changes",
    [
        {"received_at": NOW.replace(tzinfo=None)},
        {"press": None},
        {"press": None, "fields": {"a": IdentifiableText("b")}},
    ],
)
def test_message_has_a_time_zone_and_says_something(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"aware|empty"):
        replace(MESSAGE, **changes)  # type: ignore[arg-type]


def test_token_fits_into_a_button() -> None:
    choice = PendingChoice(token="t" * 64, member_id=MemberId("m"), question_id=None, actions=(), expires_at=NOW)

    with pytest.raises(ValueError, match="64 bytes"):
        replace(choice, token="가" * 22)


@pytest.mark.parametrize("steps", [(), (0, 0), (1, 0)])
def test_escalation_goes_one_step_after_another(steps: tuple[int, ...]) -> None:
    policy = POLICIES[Urgency.URGENT]

    with pytest.raises(ValueError, match="one after another"):
        replace(policy, steps=tuple(policy.steps[number] for number in steps))


def test_claimer_is_reminded_before_the_claim_is_released() -> None:
    policy = POLICIES[Urgency.TODAY]

    with pytest.raises(ValueError, match="reminded before"):
        replace(policy, remind_claimer_after=policy.release_claim_after)


@given(value=st.text(min_size=1))
def test_identifiable_text_shows_only_its_length(value: str) -> None:
    text = IdentifiableText(value)

    shown = f"<identifiable text of {len(value)} characters>"
    assert (str(text), repr(text), f"{text}", repr([text])) == (shown, shown, shown, f"[{shown}]")


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 4)])
def test_replacement_covers_something(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Replacement(start=start, end=end, kind=IdentifierKind.PHONE)


@given(first=st.text(), second=st.text(min_size=1))
def test_joined_texts_keep_their_replacements_in_place(first: str, second: str) -> None:
    marked = DeidentifiedText(
        value=second, replacements=(Replacement(start=0, end=len(second), kind=IdentifierKind.NAME),)
    )

    whole = joined(DeidentifiedText(value=first), marked)

    (part,) = whole.replacements
    assert str(whole)[part.start : part.end] == second
    assert not whole.names_a_resident_number


@given(parts=st.lists(st.text(alphabet="ab", min_size=1), min_size=1, max_size=4))
def test_derived_ids_tell_their_parts_apart(parts: list[str]) -> None:
    assert derive_id(*parts) == derive_id(*parts)
    assert derive_id(*parts) != derive_id(*parts, "a")
    assert len(derive_id(*parts)) == 32
    assert derive_id("ab", "c") != derive_id("a", "bc")


def test_errors_carry_what_is_told() -> None:
    refused, later = UserError("not_now", label="Q1"), TransientError("busy", retry_after=timedelta(seconds=3))

    assert (refused.code, dict(refused.values), str(refused)) == ("not_now", {"label": "Q1"}, "not_now")
    assert (later.code, later.retry_after) == ("busy", timedelta(seconds=3))


def test_token_is_kept_as_its_hash_only() -> None:
    assert hash_token("secret") == hash_token("secret") != hash_token("Secret")
    assert "secret" not in hash_token("secret")
