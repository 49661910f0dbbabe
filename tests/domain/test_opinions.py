"""Who has answered, who passed for good, what is sealed: read from a timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import may_see_entry
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.opinions import (
    answers_of,
    awaits_second,
    is_complete,
    is_sealed,
    may_downgrade,
    may_insist,
    seals_from_the_start,
    who_is_done,
)
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from domain.text import DeidentifiedText

NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUESTION = Question(
    id=QuestionId("q"),
    asker_id=MemberId("asker"),
    text=DeidentifiedText(value="?"),
    created_at=NOW,
    state=QuestionState.OPEN,
    number=1,
    urgency=Urgency.URGENT,
)
KINDS = EntryKind


def _entry(kind: EntryKind, actor: str = "kang", **details: str | int) -> Entry:
    return Entry(
        key="k", question_id=QUESTION.id, kind=kind, actor_id=MemberId(actor), channel="", at=NOW, details=details
    )


def _member(name: str, *roles: Role) -> Member:
    return Member(id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles))


def test_correction_is_no_second_answer() -> None:
    entries = [_entry(KINDS.OPENED, "asker"), _entry(KINDS.ANSWER), _entry(KINDS.ANSWER)]

    assert len(answers_of(entries)) == 1
    assert not is_complete(replace(QUESTION, needs=2), entries)
    assert is_complete(replace(QUESTION, needs=2), [*entries, _entry(KINDS.ANSWER, "park")])


def test_reopened_question_has_no_answer_yet() -> None:
    entries = [_entry(KINDS.OPENED), _entry(KINDS.ANSWER), _entry(KINDS.REOPENED, "asker")]

    assert answers_of(entries) == ()
    assert not awaits_second(QUESTION, entries)


def test_second_is_awaited_while_one_answer_is_out() -> None:
    entries = [_entry(KINDS.OPENED), _entry(KINDS.ANSWER), _entry(KINDS.SECOND_SOUGHT)]

    assert awaits_second(QUESTION, entries)
    assert not awaits_second(replace(QUESTION, state=QuestionState.ANSWERED), entries)


def test_who_cannot_judge_or_has_answered_is_not_asked_again() -> None:
    entries = [
        _entry(KINDS.OPENED, "asker"),
        _entry(KINDS.PASSED, "busy", reason="busy"),
        _entry(KINDS.PASSED, "field", reason="field"),
        _entry(KINDS.PASSED, "friend", reason="conflict"),
        _entry(KINDS.ANSWER, "kang"),
    ]

    assert who_is_done(entries) == {"field", "friend", "kang"}


@pytest.mark.parametrize("urgency", list(Urgency))
def test_opinions_are_sealed_where_nobody_hurries(urgency: Urgency) -> None:
    assert seals_from_the_start(urgency) == (urgency is Urgency.ROUTINE)


@pytest.mark.parametrize(("after", "sealed"), [(None, True), (timedelta(0), False), (timedelta(seconds=-1), True)])
def test_seal_breaks_for_what_was_written_before(after: timedelta | None, sealed: bool) -> None:
    question = replace(QUESTION, unsealed_at=None if after is None else NOW + after)

    assert is_sealed(question, _entry(KINDS.OPINION, sealed=1)) == sealed
    assert not is_sealed(question, _entry(KINDS.OPINION))
    assert not is_sealed(question, _entry(KINDS.NOTE, sealed=1))


@pytest.mark.parametrize(
    ("kind", "readers"),
    [(KINDS.OPINION, {"kang"}), (KINDS.ANSWER, {"kang", "asker"}), (KINDS.NOTE, {"kang", "park", "office", "both"})],
)
def test_sealed_entry_is_read_by_its_author_and_an_answer_by_its_asker(kind: EntryKind, readers: set[str]) -> None:
    people = [
        _member("asker"),
        _member("kang", Role.PANELIST),
        _member("park", Role.PANELIST),
        _member("office", Role.COORDINATOR),
        _member("both", Role.PANELIST, Role.COORDINATOR),
        _member("other"),
    ]

    found = {member.id for member in people if may_see_entry(member, QUESTION, _entry(kind, sealed=1))}

    assert found == readers


def test_asker_of_the_panel_reads_no_sealed_opinion() -> None:
    asker = _member("asker", Role.PANELIST)

    assert not may_see_entry(asker, QUESTION, _entry(KINDS.OPINION, sealed=1))


def test_panel_may_downgrade_once_and_its_asker_insist_once() -> None:
    opened = [_entry(KINDS.OPENED, "asker")]
    lowered = [*opened, _entry(KINDS.DOWNGRADED)]
    insisted = [*lowered, _entry(KINDS.INSISTED, "asker")]
    today = replace(QUESTION, urgency=Urgency.TODAY)

    assert [may_downgrade(QUESTION, each) for each in (opened, lowered, insisted)] == [True, False, False]
    assert [may_insist(today, each) for each in (opened, lowered, insisted)] == [False, True, False]
    assert not may_downgrade(today, opened)
