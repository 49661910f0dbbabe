"""Policies as data: what a society may write, and what it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.paging import Limit, Way
from domain.policies import POLICIES, Audience, Call, Escalation, chain
from domain.question import Urgency
from tests.fakes.paging_people import MINUTE, NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_policy_begins_at_once_and_ends_with_the_coordinator(urgency: Urgency) -> None:
    steps = POLICIES[urgency].steps

    assert steps[0].after == timedelta(0)
    assert Audience.OFFICE in steps[-1].audiences


def test_lines_become_steps() -> None:
    (first, last) = chain("5 primary:voice secondary", "60 office:next")

    assert first.after == 5 * MINUTE
    assert first.calls == (Call(audience=Audience.PRIMARY, way=Way.VOICE), Call(audience=Audience.SECONDARY))
    assert (first.notice, last.notice) == (None, "question.no_answer")


@pytest.mark.parametrize("line", ["5", "5 nobody", "5 primary:pigeon", "soon primary"])
def test_lines_that_say_something_else_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"calls somebody|not a valid|invalid literal"):
        chain(line)


def test_last_step_leaves_it_with_the_coordinator() -> None:
    with pytest.raises(ValueError, match="coordinator"):
        replace(POLICIES[Urgency.URGENT], steps=chain("0 primary"))


def test_many_people_are_not_called_without_end() -> None:
    lines = [f"{minutes} awake" for minutes in range(5)]

    with pytest.raises(ValueError, match="3 times"):
        replace(POLICIES[Urgency.URGENT], steps=chain(*lines, "60 office"))


@pytest.mark.parametrize(
    ("urgency", "claim", "answer"),
    [(Urgency.URGENT, 10 * MINUTE, HOUR), (Urgency.TODAY, 2 * HOUR, 6 * HOUR), (Urgency.ROUTINE, 24 * HOUR, 24 * HOUR)],
)
def test_targets_are_those_of_the_table(urgency: Urgency, claim: timedelta, answer: timedelta) -> None:
    claim_due, answer_due = POLICIES[urgency].targets(NOON)

    assert (claim_due - NOON, answer_due - NOON) == (claim, answer)


def test_surge_gives_more_time_to_claim_what_is_urgent() -> None:
    escalation = Escalation()

    assert escalation.policy(Urgency.URGENT, in_surge=True).claim_within == 15 * MINUTE
    assert escalation.policy(Urgency.URGENT, in_surge=False).claim_within == 10 * MINUTE
    assert escalation.policy(Urgency.TODAY, in_surge=True) == POLICIES[Urgency.TODAY]


@pytest.mark.parametrize(("pages", "minutes"), [(0, 1), (1, 0)])
def test_limit_allows_something(pages: int, minutes: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Limit(pages=pages, within=minutes * MINUTE)
