"""When an asker is asked what it turned out to be: in their day, and not once they have said it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hours import QuietHours
from domain.ids import MemberId, QuestionId
from domain.outcome import ASKED_AFTER, asks_at, may_ask, may_tell
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText

MEMBER, PANELIST = MemberId("member"), MemberId("panelist")
NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CLOSED = Question(
    id=QuestionId("q"),
    asker_id=MEMBER,
    text=DeidentifiedText(value="PE?"),
    created_at=NOON,
    state=QuestionState.CLOSED,
    closed_at=NOON,
)
ZONES = st.sampled_from(["Asia/Seoul", "America/New_York", "Europe/London", "Australia/Lord_Howe"])


def story(*kinds: str) -> tuple[Entry, ...]:
    """Return entries from words as "outcome:agrees"; what the panel does is the panelist's."""
    numbers, panel = count(1), {EntryKind.ANSWER, EntryKind.NOTE}
    return tuple(
        Entry(
            key=f"{number}",
            question_id=CLOSED.id,
            kind=EntryKind(kind.partition(":")[0]),
            actor_id=PANELIST if EntryKind(kind.partition(":")[0]) in panel else MEMBER,
            channel="web",
            at=NOON,
            details={"verdict": kind.partition(":")[2]} if ":" in kind else {},
            id=number,
        )
        for number, kind in zip(numbers, kinds, strict=False)
    )


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), ZONES, st.times(), st.times())  # noqa: DTZ001 - made aware below
def test_nobody_is_asked_in_their_sleep(closed: datetime, zone: str, begins: time, ends: time) -> None:
    quiet = QuietHours(begins=begins, ends=ends)

    due = asks_at(closed.replace(tzinfo=UTC), 0, quiet=quiet, time_zone=zone)

    assert begins == ends or not quiet.hold(due.astimezone(ZoneInfo(zone)))
    assert ASKED_AFTER[0] <= due - closed.replace(tzinfo=UTC) <= ASKED_AFTER[0] + timedelta(hours=48)


@pytest.mark.parametrize(
    "kinds",
    [
        ("opened", "answer", "helped", "closed"),
        ("opened", "answer", "closed", "outcome_asked"),
        ("opened", "answer", "closed", "outcome_asked", "outcome:unknown"),
        ("opened", "answer", "closed", "information"),
        ("opened", "answer", "closed", "outcome:agrees", "reopened", "answer", "closed"),
    ],
)
def test_who_has_not_said_it_may_be_asked(kinds: tuple[str, ...]) -> None:
    assert may_ask(CLOSED, story(*kinds))


@pytest.mark.parametrize(
    "kinds",
    [
        ("opened", "closed"),
        ("opened", "answer", "closed", "outcome:agrees"),
        ("opened", "answer", "closed", "outcome:differs"),
        ("opened", "answer", "closed", "outcome_asked", "information"),
        ("opened", "answer", "closed", "outcome_declined", "reopened", "answer", "closed"),
    ],
)
def test_who_has_said_it_or_does_not_want_to_is_left_alone(kinds: tuple[str, ...]) -> None:
    assert not may_ask(CLOSED, story(*kinds))


def test_answers_of_a_wrong_patient_have_no_outcome() -> None:
    answered = story("opened", "answer", "closed")

    assert may_tell(CLOSED, answered)
    assert not may_tell(replace(CLOSED, wrong_patient_at=NOON), answered)
    assert not may_tell(replace(CLOSED, state=QuestionState.ANSWERED), answered)
