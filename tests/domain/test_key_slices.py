"""Marked slices: whose may be seen by whom, before and after the seal is broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.consent import ConsentScope
from domain.ids import ImageId, MemberId, QuestionId
from domain.key_slices import KeySlice, may_see_key, seen_keys
from domain.member import Language, Member, Role
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def _member(name: str, *roles: Role) -> Member:
    return Member(
        id=MemberId(name),
        display_name=name,
        alias=name,
        language=Language.ENGLISH,
        roles=frozenset(roles),
        addresses=(),
    )


ASKER, READER, OTHER = _member("asker"), _member("reader", Role.PANELIST), _member("other", Role.PANELIST)
OUTSIDER = _member("outsider")
QUESTION = Question(
    id=QuestionId("question"),
    asker_id=ASKER.id,
    text=DeidentifiedText(value="PE?"),
    created_at=NOW,
    state=QuestionState.OPEN,
    number=1,
)
ASKERS = KeySlice(
    question_id=QUESTION.id, image_id=ImageId("image"), frame=2, member_id=ASKER.id, is_askers=True, marked_at=NOW
)
READERS = replace(ASKERS, member_id=READER.id, is_askers=False)


def test_marks_are_seen_by_asker_and_panel() -> None:
    seen = {member.id: seen_keys(member, QUESTION, (ASKERS, READERS)) for member in (ASKER, READER, OTHER, OUTSIDER)}

    assert seen == {
        ASKER.id: (ASKERS, READERS),
        READER.id: (ASKERS, READERS),
        OTHER.id: (ASKERS, READERS),
        "outsider": (),
    }


def test_sealed_marks_stay_with_their_author_and_the_asker() -> None:
    sealed = replace(QUESTION, is_sealed=True)

    assert [may_see_key(member, sealed, READERS) for member in (ASKER, READER, OTHER)] == [True, True, False]
    assert may_see_key(OTHER, sealed, ASKERS)


@pytest.mark.parametrize(
    ("after", "is_seen"), [(timedelta(0), True), (timedelta(minutes=1), True), (-timedelta(minutes=1), False)]
)
def test_broken_seal_shows_what_was_marked_under_it(after: timedelta, is_seen: bool) -> None:
    unsealed = replace(QUESTION, is_sealed=True, unsealed_at=NOW + after)

    assert may_see_key(OTHER, unsealed, READERS) == is_seen


def test_reader_of_a_release_sees_the_askers_marks_alone() -> None:
    closed = replace(QUESTION, state=QuestionState.CLOSED, consent=ConsentScope.TEACHING, released_at=NOW)

    assert seen_keys(OUTSIDER, closed, (ASKERS, READERS)) == (ASKERS,)


def test_frames_count_from_zero() -> None:
    with pytest.raises(ValueError, match="from 0"):
        replace(ASKERS, frame=-1)
