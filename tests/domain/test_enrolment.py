"""Invites and applications: once, in time, and never a way to rights that nobody gave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.enrolment import (
    CODE_LASTS,
    GIVEN_BY_ALL,
    WRONG_TRIES,
    Application,
    ApplicationState,
    Invite,
    clean_email,
    clean_name,
    clean_society_number,
    may_give,
    member_of,
    name_and_roles,
)
from domain.errors import UserError
from domain.ids import MemberId
from domain.member import Language, Member, Role
from domain.messages import Address

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
INVITE = Invite(
    id="i",
    name="Han Somi",
    language=Language.KOREAN,
    roles=frozenset({Role.PANELIST}),
    made_by=MemberId("office"),
    made_at=NOW,
    expires_at=NOW + HOUR,
)
APPLICATION = Application(
    id="a",
    society_number="K-77",
    name="Han Somi",
    email="somi@example.org",
    language=Language.KOREAN,
    made_at=NOW,
    expires_at=NOW + CODE_LASTS,
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"used_at": NOW}, "invite_used"),
        ({"revoked_at": NOW}, "invite_revoked"),
        ({"expires_at": NOW}, "invite_expired"),
    ],
)
def test_invite_that_is_over_says_why(changes: dict[str, datetime], code: str) -> None:
    over = replace(INVITE, **changes)  # type: ignore[arg-type]  # times only

    with pytest.raises(UserError, match=code):
        over.refuse_if_over(NOW)
    assert not over.is_open(NOW)


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_invite_is_for_somebody_with_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        replace(INVITE, name=name)


def test_invited_member_has_an_alias_of_their_own() -> None:
    first = member_of(INVITE, taken=frozenset())

    second = member_of(replace(INVITE, email="s@example.org"), taken=frozenset({first.alias}))

    assert second.alias != first.alias
    assert second.roles == {Role.PANELIST}
    assert [address.channel for address in second.addresses] == ["web", "mail"]


def test_invite_taken_on_a_phone_links_it_first() -> None:
    phone = Address(channel="sms", external_id="+8210")

    member = member_of(INVITE, taken=frozenset(), also_at=(phone,))

    assert member.addresses[0] == phone


def test_right_code_brings_the_application_before_the_coordinator() -> None:
    application, code = APPLICATION.with_code("random", NOW)

    proved = application.tried(code, NOW)

    assert proved.is_waiting(NOW)
    with pytest.raises(UserError, match="join_over"):
        proved.tried(code, NOW)


@given(st.integers(0, 999_999).map(lambda number: f"{number:06}"))
def test_wrong_codes_are_counted_and_never_open(guess: str) -> None:
    application, code = APPLICATION.with_code("random", NOW)
    if guess == code:
        return

    for _ in range(WRONG_TRIES):
        application = application.tried(guess, NOW)

    assert application.state is ApplicationState.UNPROVED
    with pytest.raises(UserError, match="join_over"):
        application.tried(code, NOW)


def test_code_that_was_never_sent_or_is_too_old_opens_nothing() -> None:
    application, code = APPLICATION.with_code("random", NOW)

    for unusable, at in ((APPLICATION, NOW), (application, NOW + CODE_LASTS)):
        with pytest.raises(UserError, match="join_over"):
            unusable.tried(code, at)


def test_application_is_decided_once() -> None:
    waiting = replace(APPLICATION, state=ApplicationState.WAITING)

    refused = waiting.decided(ApplicationState.REFUSED, MemberId("office"), NOW)

    assert refused.decided_by == "office"
    with pytest.raises(UserError, match="application_decided"):
        refused.decided(ApplicationState.APPROVED, MemberId("office"), NOW)


@given(st.frozensets(st.sampled_from(Role)))
def test_coordinator_gives_no_office(roles: frozenset[Role]) -> None:
    coordinator = _member(Role.COORDINATOR)

    assert may_give(coordinator, roles) == (roles <= GIVEN_BY_ALL)
    assert may_give(_member(Role.ADMINISTRATOR), roles)


@pytest.mark.parametrize(
    ("typed", "name", "roles"),
    [
        ("Kim Minsu", "Kim Minsu", set()),
        ("Kim Minsu panelist Editor", "Kim Minsu", {Role.PANELIST, Role.EDITOR}),
        ("panelist", "", {Role.PANELIST}),
        ("Board Kim", "Board Kim", set()),
    ],
)
def test_roles_stand_behind_the_name(typed: str, name: str, roles: set[Role]) -> None:
    assert name_and_roles(typed) == (name, frozenset(roles))


@pytest.mark.parametrize("email", ["", "kim", "kim@host", "a b@x.org", "a@b@x.org", "a@x.org,b@x.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(UserError, match="email_wrong"):
        clean_email(email)


def test_fields_are_kept_in_one_form() -> None:
    assert clean_email(" Somi@Example.ORG ") == "Somi@example.org"
    assert clean_name("  Han   Somi ") == "Han Somi"
    assert clean_society_number(" K-77 ") == "K-77"


@pytest.mark.parametrize("number", ["", "K#7", "7" * 25])
def test_society_number_is_letters_and_digits(number: str) -> None:
    with pytest.raises(UserError, match="society_number_wrong"):
        clean_society_number(number)


@pytest.mark.parametrize("name", ["", "123", "x" * 65])
def test_name_has_letters_and_an_end(name: str) -> None:
    with pytest.raises(UserError, match="name_missing"):
        clean_name(name)


def _member(*roles: Role) -> Member:
    return Member(id=MemberId("m"), display_name="M", alias="A", roles=frozenset(roles))
