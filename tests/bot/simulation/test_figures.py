"""The measures: what is forgotten is seen, and what is looked after is not called forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.simulation.figures import Figures, figures_of
from domain.ids import MemberId, QuestionId
from domain.policies import POLICIES
from domain.question import Entry, EntryKind

NOON = datetime(2020, 2, 29, 3, tzinfo=UTC)
"""Noon in Seoul."""
MINUTE = timedelta(minutes=1)
A, B = MemberId("a"), MemberId("b")
Told = tuple[int, EntryKind] | tuple[int, EntryKind, MemberId]


def timeline(*told: Told, urgency: str = "urgent", question: str = "q") -> Sequence[Entry]:
    """Return a question's entries from minutes, kinds and, where somebody acted, who."""
    return [
        Entry(
            key=f"{question}:{place}",
            question_id=QuestionId(question),
            kind=each[1],
            actor_id=each[2] if len(each) > 2 else None,
            channel="",
            at=NOON + each[0] * MINUTE,
            details={"urgency": urgency} if each[1] is EntryKind.OPENED else {},
            id=place,
        )
        for place, each in enumerate(told)
    ]


def measured(*timelines: Sequence[Entry], hours: int = 48) -> Figures:
    end = NOON + timedelta(hours=hours)
    return figures_of(timelines, policies=POLICIES, panelists=(A, B), end=end)


OPENED = (0, EntryKind.OPENED)


@pytest.mark.parametrize(
    "told",
    [
        [(4, EntryKind.CLAIMED, A)],
        [(4, EntryKind.CLAIMED, A), (29, EntryKind.RELEASED_CLAIM), (60, EntryKind.OWNED)],
        [(4, EntryKind.CLAIMED, A), (12, EntryKind.ANSWER, A)],
        [(60, EntryKind.OWNED)],
        [(3, EntryKind.WITHDRAWN)],
        [(3, EntryKind.MERGED)],
        [(5, EntryKind.DOWNGRADED), (200, EntryKind.CLAIMED, B)],
        [
            (4, EntryKind.CLAIMED, A),
            (5, EntryKind.ASKED_BACK, A),
            (30, EntryKind.RELEASED_CLAIM),
            (70, EntryKind.OWNED),
        ],
    ],
)
def test_what_somebody_has_is_not_forgotten(told: list[Told]) -> None:
    figures = measured(timeline(OPENED, *told))

    assert (figures.forgotten, figures.urgent_claimed_or_owned) == (0, 1.0)


@pytest.mark.parametrize(
    "told",
    [
        [],
        [(4, EntryKind.CLAIMED, A), (29, EntryKind.RELEASED_CLAIM)],
        [(70, EntryKind.CLAIMED, A)],
        [(5, EntryKind.PASSED, A), (90, EntryKind.OWNED)],
        [(4, EntryKind.CLAIMED, A), (12, EntryKind.ANSWER, A), (99, EntryKind.REOPENED)],
    ],
)
def test_what_nobody_has_in_time_is_forgotten(told: list[Told]) -> None:
    figures = measured(timeline(OPENED, *told))

    assert figures.forgotten == 1
    assert figures.urgent_claimed_or_owned < 1


def test_what_is_not_due_yet_is_no_fault() -> None:
    figures = measured(timeline(OPENED), hours=1)

    assert (figures.forgotten, figures.urgent, figures.questions) == (0, 0, 1)


def test_routine_question_is_forgotten_as_well() -> None:
    assert measured(timeline(OPENED, urgency="routine"), hours=24 * 5).forgotten == 1
    assert measured(timeline(OPENED, urgency="routine"), hours=24 * 2).forgotten == 0


def test_times_count_whoever_still_waits_as_longest() -> None:
    taken = [timeline(OPENED, (n, EntryKind.CLAIMED, A), question=f"q{n}") for n in (2, 4, 6)]

    urgent = measured(*taken, timeline(OPENED, (60, EntryKind.OWNED))).claim_minutes["urgent"]

    assert urgent == {"p50": 4.0, "p90": None}


def test_load_counts_each_question_once_for_each_panelist() -> None:
    first = timeline(OPENED, (2, EntryKind.CLAIMED, A), (9, EntryKind.ANSWER, A))
    second = timeline(OPENED, (2, EntryKind.CLAIMED, A), (3, EntryKind.TAKEN_OVER, B), question="r")

    figures = measured(first, second)

    assert (figures.load, figures.load_cv, figures.answered) == ((1, 2), 0.333, 1)
