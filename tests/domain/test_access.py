"""Who may do what, by the table, and the one rule of who may see what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import (
    ACTIONS,
    EVERYBODY,
    GRANTS,
    REQUESTS,
    Capability,
    can,
    capabilities_of,
    demand,
    holders,
    may_see,
    may_see_entry,
    sees_full_card,
)
from domain.consent import ConsentScope
from domain.errors import UserError
from domain.ids import MemberId, QuestionId
from domain.member import Language, Member, Role
from domain.messages import Action
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.requests import Request
from domain.text import DeidentifiedText
from wording.catalogue import load_catalogue

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _member(name: str, *roles: Role) -> Member:
    return Member(id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles))


ASKER, OTHER = _member("asker"), _member("other")
PANELIST, EDITOR = _member("panelist", Role.PANELIST), _member("editor", Role.EDITOR)
CONSULT = Question(
    id=QuestionId("q"),
    asker_id=ASKER.id,
    text=DeidentifiedText(value="?"),
    created_at=NOW,
    state=QuestionState.CLOSED,
    number=1,
)
TEACHING = replace(CONSULT, consent=ConsentScope.TEACHING)
RELEASED = replace(TEACHING, released_at=NOW)


@pytest.mark.parametrize(
    ("question", "seen_by"),
    [
        (replace(CONSULT, state=QuestionState.DRAFT), {"asker"}),
        (replace(CONSULT, state=QuestionState.WITHDRAWN), {"asker"}),
        (CONSULT, {"asker", "panelist"}),
        (TEACHING, {"asker", "panelist", "editor"}),
        (RELEASED, {"asker", "panelist", "editor", "other"}),
        (replace(CONSULT, released_at=NOW), {"asker", "panelist"}),
    ],
)
def test_question_is_seen_by_those_it_concerns(question: Question, seen_by: set[str]) -> None:
    seen = {member.id for member in (ASKER, OTHER, PANELIST, EDITOR) if may_see(member, question)}

    assert seen == seen_by


def test_member_who_left_sees_nothing() -> None:
    assert not may_see(replace(ASKER, active=False), RELEASED)


def test_internal_note_stays_with_the_panel() -> None:
    note = Entry(key="k", question_id=CONSULT.id, kind=EntryKind.NOTE, actor_id=None, channel="", at=NOW)

    readers = {member.id for member in (ASKER, OTHER, PANELIST, EDITOR) if may_see_entry(member, RELEASED, note)}

    assert readers == {"panelist"}


def test_other_members_do_not_get_the_full_card() -> None:
    assert sees_full_card(ASKER, RELEASED)
    assert sees_full_card(EDITOR, RELEASED)
    assert not sees_full_card(OTHER, RELEASED)
    assert not sees_full_card(OTHER, CONSULT)


def test_every_action_and_request_needs_a_capability() -> None:
    assert set(ACTIONS) == set(Action)
    assert set(REQUESTS) == set(Request)
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("capability", sorted(set(Capability) - EVERYBODY))
def test_asker_has_nothing_that_a_role_brings(capability: Capability) -> None:
    assert holders(capability)
    assert not can(ASKER, capability)
    with pytest.raises(UserError):
        demand(ASKER, capability)


def test_everybody_may_ask_and_needs_no_role_for_it() -> None:
    demand(ASKER, Capability.ASK)

    assert holders(Capability.ASK) == frozenset()


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Capability))
def test_who_has_left_may_nothing_at_all(roles: frozenset[Role], capability: Capability) -> None:
    former = replace(ASKER, roles=roles, active=False)

    assert not can(former, capability)


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Role))
def test_another_role_takes_nothing_away(roles: frozenset[Role], more: Role) -> None:
    member = replace(ASKER, roles=roles)

    assert capabilities_of(member) <= capabilities_of(replace(member, roles=roles | {more}))


def test_administrator_keeps_the_house_and_reads_no_case() -> None:
    administrator = _member("administrator", Role.ADMINISTRATOR)

    assert can(administrator, Capability.ENROL)
    assert not may_see(administrator, TEACHING)


def test_who_may_do_what_is_said_in_one_sentence() -> None:
    catalogue = load_catalogue()
    codes = set()
    for capability in set(Capability) - EVERYBODY:
        with pytest.raises(UserError) as refused:
            demand(ASKER, capability)
        codes.add(refused.value.code)

    assert {code for code in codes if not catalogue.sentence(f"error.{code}", Language.KOREAN)} == set()
