"""Who is told of a wrong patient, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from domain.wrong_patient import PAGING, Viewing, may_mark, unacknowledged

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
QUESTION = Question(
    id=QuestionId("q"),
    asker_id=MemberId("asker"),
    text=DeidentifiedText(value=""),
    created_at=NOW,
    wrong_patient_at=NOW,
)


def viewing(name: str, minutes: int = -1) -> Viewing:
    at = NOW + timedelta(minutes=minutes)
    return Viewing(member_id=MemberId(name), first_at=at, last_at=at)


def entry(kind: EntryKind, name: str) -> Entry:
    return Entry(key="k", question_id=QUESTION.id, kind=kind, actor_id=MemberId(name), channel="", at=NOW)


def test_unmarked_question_pages_nobody() -> None:
    assert unacknowledged(replace(QUESTION, wrong_patient_at=None), [], [viewing("a")]) == ()


def test_viewers_before_the_marking_are_told_once_each() -> None:
    seen = [viewing("a"), viewing("asker"), viewing("late", 1), viewing("b", 0)]

    assert unacknowledged(QUESTION, [], seen) == ("a", "asker", "b")


def test_askers_are_told_of_answers_they_were_sent() -> None:
    answered = [entry(EntryKind.ANSWER, "a")]

    assert unacknowledged(QUESTION, answered, []) == ("a", "asker")
    assert unacknowledged(QUESTION, [], []) == ()


def test_whoever_took_it_has_seen_it_wherever_that_was() -> None:
    entries = [entry(EntryKind.CLAIMED, "a"), entry(EntryKind.OPINION, "b"), entry(EntryKind.PASSED, "c")]

    assert unacknowledged(QUESTION, entries, []) == ("a", "b")


def test_whoever_marked_or_acknowledged_it_knows() -> None:
    entries = [entry(EntryKind.WRONG_PATIENT, "a"), entry(EntryKind.ACKNOWLEDGED, "b")]

    assert unacknowledged(QUESTION, entries, [viewing("a"), viewing("b"), viewing("c")]) == ("c",)


def test_pages_come_at_once_then_after_3_and_8_minutes_then_every_15() -> None:
    waits = [PAGING.wait(number) // timedelta(minutes=1) for number in range(5)]

    assert waits == [3, 5, 15, 15, 15]


@pytest.mark.parametrize(
    ("name", "role", "marks"),
    [
        ("asker", None, {QuestionState.DRAFT, QuestionState.OPEN, QuestionState.CLOSED}),
        ("other", None, set()),
        ("other", Role.EDITOR, set()),
        *[("other", role, {QuestionState.OPEN, QuestionState.CLOSED}) for role in (Role.PANELIST, Role.MODERATOR)],
    ],
)
def test_whoever_notices_marks_what_they_know_of(name: str, role: Role | None, marks: set[QuestionState]) -> None:
    roles = frozenset() if role is None else frozenset({role})
    member = Member(id=MemberId(name), display_name=name, alias=name, roles=roles)
    states = (QuestionState.DRAFT, QuestionState.OPEN, QuestionState.CLOSED, QuestionState.DISCARDED)

    questions = [replace(QUESTION, state=state, wrong_patient_at=None) for state in states]

    assert {each.state for each in questions if may_mark(member, each)} == marks
    assert not any(may_mark(replace(member, active=False), each) for each in questions)
