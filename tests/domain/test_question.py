"""States of a question: every state has a way out, or is an end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.ids import MemberId, QuestionId
from domain.question import AWAITING_PANEL, Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText

ENDS = {QuestionState.DISCARDED, QuestionState.EXPIRED, QuestionState.WITHDRAWN}


def _question(state: QuestionState, number: int | None = None) -> Question:
    return Question(
        id=QuestionId("q"),
        asker_id=MemberId("m"),
        text=DeidentifiedText(value="?"),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        state=state,
        number=number,
    )


@pytest.mark.parametrize("state", list(QuestionState))
def test_only_the_ends_have_no_exit(state: QuestionState) -> None:
    exits = [after for after in QuestionState if _question(state).allows(after)]

    assert bool(exits) == (state not in ENDS)


@pytest.mark.parametrize("state", sorted(AWAITING_PANEL))
def test_whatever_awaits_the_panel_can_be_answered(state: QuestionState) -> None:
    question = _question(state)

    assert question.is_awaiting_panel
    assert question.allows(QuestionState.ANSWERED)


def test_draft_has_no_label_yet() -> None:
    assert _question(QuestionState.DRAFT).label == ""
    assert _question(QuestionState.OPEN, number=417).label == "Q417"


def test_notes_are_internal_and_answers_are_not() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    kinds = {EntryKind.NOTE: True, EntryKind.ANSWER: False, EntryKind.NOTIFIED: True}

    entries = {
        kind: Entry(key="k", question_id=QuestionId("q"), kind=kind, actor_id=None, channel="", at=at) for kind in kinds
    }

    assert {kind: entry.is_internal for kind, entry in entries.items()} == kinds
