"""Incidents: who may do what with one, in which order; and pages that end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UserError
from domain.ids import MemberId, QuestionId
from domain.incident import (
    INCIDENT_RULES,
    Decision,
    Hidden,
    Incident,
    What,
    closed,
    identifying,
    on_duty,
    removed,
    restored,
    taken,
)
from domain.member import Member, Role
from domain.text import DeidentifiedText

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WORDS = DeidentifiedText(value="No name on it.")


def _member(name: str, *roles: Role) -> Member:
    return Member(id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles))


MODERATOR = _member("moderator", Role.MODERATOR)
COORDINATOR = _member("coordinator", Role.COORDINATOR)
INCIDENT = Incident(
    id="incident",
    question_id=QuestionId("q"),
    what=What.SAID,
    hidden=(Hidden(question_id=QuestionId("q"), item="said:a"),),
    opened_at=NOW,
    opened_by=MemberId("colleague"),
    due_at=NOW + timedelta(hours=72),
)
STEPS: dict[str, Callable[[Incident], Incident]] = {
    "take": lambda one: taken(one, MODERATOR, LATER),
    "identify": lambda one: identifying(one, MODERATOR, LATER),
    "restore": lambda one: restored(one, MODERATOR, LATER, reason=WORDS),
    "remove": lambda one: removed(one, MODERATOR, LATER),
    "close": lambda one: closed(one, MODERATOR, LATER, note=WORDS),
}


def test_incident_hides_something() -> None:
    with pytest.raises(ValueError, match="hides something"):
        replace(INCIDENT, hidden=())


def test_clock_runs_until_it_is_closed() -> None:
    end = INCIDENT.due_at
    done = STEPS["restore"](INCIDENT)

    assert (INCIDENT.is_late(end - timedelta(seconds=1)), INCIDENT.is_late(end)) == (False, True)
    assert (done.is_open, done.is_late(end)) == (False, False)


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        (("restore", "take"), "incident_closed"),
        (("restore", "remove"), "incident_closed"),
        (("remove", "remove"), "incident_decided"),
        (("remove", "restore"), "incident_decided"),
        (("identify", "restore"), "incident_identifies"),
        (("close",), "incident_undecided"),
        (("remove", "close", "close"), "incident_closed"),
    ],
)
def test_order_of_decisions(steps: tuple[str, ...], refusal: str) -> None:
    incident = INCIDENT
    for step in steps[:-1]:
        incident = STEPS[step](incident)

    with pytest.raises(UserError) as raised:
        STEPS[steps[-1]](incident)

    assert raised.value.code == refusal


def test_restored_content_that_is_reopened_by_hand_identifies_nobody() -> None:
    odd = replace(STEPS["restore"](INCIDENT), closed_at=None)

    with pytest.raises(UserError, match="incident_decided"):
        STEPS["identify"](odd)


def test_removing_keeps_the_clock_running_until_the_note() -> None:
    gone = STEPS["remove"](STEPS["identify"](INCIDENT))

    done = STEPS["close"](gone)

    assert (gone.is_open, gone.taken_by, done.is_open) == (True, MODERATOR.id, False)
    assert (done.decision, done.note) == (Decision.REMOVED, WORDS)


@pytest.mark.parametrize("step", [restored, closed])
def test_words_are_needed(step: Callable[..., Incident]) -> None:
    name = "reason" if step is restored else "note"
    incident = INCIDENT if step is restored else STEPS["remove"](INCIDENT)

    with pytest.raises(UserError, match="text_missing"):
        step(incident, MODERATOR, LATER, **{name: DeidentifiedText(value=" ")})


def test_whoever_takes_it_first_has_it() -> None:
    held = STEPS["take"](INCIDENT)

    assert taken(held, MODERATOR, LATER + timedelta(hours=1)) == held
    with pytest.raises(UserError, match="incident_taken"):
        taken(held, COORDINATOR, LATER)


@pytest.mark.parametrize("member", [_member("panelist", Role.PANELIST), replace(MODERATOR, active=False)])
def test_others_decide_nothing(member: Member) -> None:
    with pytest.raises(UserError, match=r"moderator_only|former_member"):
        removed(INCIDENT, member, LATER)


@given(
    roles=st.lists(st.sets(st.sampled_from([Role.MODERATOR, Role.COORDINATOR, Role.PANELIST])), max_size=5),
    awake=st.sets(st.integers(0, 4)),
    page_round=st.integers(0, 19),
)
def test_somebody_is_paged_wherever_there_is_anybody(roles: list[set[Role]], awake: set[int], page_round: int) -> None:
    members = [_member(str(place), *each) for place, each in enumerate(roles)]

    duty = on_duty(members, awake=frozenset(MemberId(str(place)) for place in awake))
    paged = duty.paged(page_round, INCIDENT_RULES)

    judges = [member for member in members if member.roles & {Role.MODERATOR, Role.COORDINATOR}]
    assert bool(paged) == bool(judges)
    assert len({member.id for member in paged}) == len(paged)
    assert set(duty.coordinators) <= set(paged) or page_round < INCIDENT_RULES.coordinator_from


def test_moderators_that_sleep_are_left_alone_while_another_is_awake() -> None:
    other = _member("other", Role.MODERATOR)

    assert on_duty([MODERATOR, other], awake=frozenset({other.id})).moderators == (other,)
    assert on_duty([MODERATOR, other], awake=frozenset()).moderators == (MODERATOR, other)


def test_pages_end() -> None:
    waits = [INCIDENT_RULES.wait(page_round) for page_round in range(INCIDENT_RULES.rounds)]

    assert waits[:3] == [timedelta(minutes=3), timedelta(minutes=5), timedelta(minutes=15)]
    assert [wait is None for wait in waits] == [False] * (INCIDENT_RULES.rounds - 1) + [True]
