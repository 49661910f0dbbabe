"""Who follows a question: each one's last word counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.following import can_be_followed, followed_in, followers_of
from domain.ids import MemberId, QuestionId
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
FIRST, SECOND, ASKER = MemberId("a"), MemberId("b"), MemberId("asker")
FOLLOWED, UNFOLLOWED = EntryKind.FOLLOWED, EntryKind.UNFOLLOWED


def _entries(*said: tuple[MemberId | None, EntryKind], question: str = "q") -> list[Entry]:
    return [
        Entry(key=f"{place}", question_id=QuestionId(question), kind=kind, actor_id=actor, channel="web", at=NOW)
        for place, (actor, kind) in enumerate(said)
    ]


def _question(state: QuestionState, claimed_by: MemberId | None = FIRST) -> Question:
    text = DeidentifiedText(value="PE?")
    return Question(
        id=QuestionId("q"), asker_id=ASKER, text=text, created_at=NOW, state=state, claimed_by=claimed_by, number=1
    )


def test_last_word_of_each_counts() -> None:
    entries = _entries((SECOND, FOLLOWED), (FIRST, FOLLOWED), (None, EntryKind.CLAIMED), (SECOND, UNFOLLOWED))

    assert followers_of(entries) == (FIRST,)
    assert followers_of([*entries, *_entries((SECOND, FOLLOWED))]) == (SECOND, FIRST)


def test_questions_of_one_member_are_told_apart() -> None:
    left = _entries((FIRST, FOLLOWED), (FIRST, UNFOLLOWED), question="left")

    assert followed_in([*left, *_entries((FIRST, FOLLOWED), question="kept")]) == {"kept"}


@pytest.mark.parametrize("state", QuestionState)
def test_only_what_another_has_can_be_followed(state: QuestionState) -> None:
    is_at_work = state in {
        *(QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED),
    }

    assert can_be_followed(_question(state), SECOND) is is_at_work
    assert not can_be_followed(_question(state), FIRST)
    assert not can_be_followed(_question(state), ASKER)
    assert not can_be_followed(_question(state, claimed_by=None), SECOND)
