"""Since when whoever has a question has it, however it came to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.handover import Side, held_since
from domain.ids import MemberId, QuestionId
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
KANG, LEE, ASKER = MemberId("kang"), MemberId("lee"), MemberId("asker")
CLAIMED, TAKEN_OVER, HANDED_OVER = EntryKind.CLAIMED, EntryKind.TAKEN_OVER, EntryKind.HANDED_OVER
RELEASED, ANSWER = EntryKind.RELEASED_CLAIM, EntryKind.ANSWER


def _question(claimed_by: MemberId | None = KANG) -> Question:
    text = DeidentifiedText(value="PE?")
    return Question(
        id=QuestionId("q"),
        asker_id=ASKER,
        text=text,
        created_at=NOON,
        state=QuestionState.CLAIMED,
        claimed_by=claimed_by,
    )


def _entries(*happened: tuple[int, EntryKind, MemberId | None], side: Side = Side.PANEL) -> list[Entry]:
    """Return entries by their minutes."""
    return [
        Entry(
            key=f"{place}",
            question_id=QuestionId("q"),
            kind=kind,
            actor_id=actor,
            channel="web",
            at=NOON + timedelta(minutes=minutes),
            details={"side": side.value} if kind is HANDED_OVER else {},
        )
        for place, (minutes, kind, actor) in enumerate(happened)
    ]


@pytest.mark.parametrize(
    ("happened", "minutes"),
    [
        ([(0, EntryKind.OPENED, ASKER), (2, CLAIMED, KANG)], 2),
        ([(2, CLAIMED, LEE), (5, HANDED_OVER, KANG)], 5),
        ([(2, CLAIMED, LEE), (5, TAKEN_OVER, KANG), (6, EntryKind.NOTE, LEE)], 5),
        ([(2, CLAIMED, KANG), (4, TAKEN_OVER, LEE), (9, HANDED_OVER, KANG)], 9),
        ([(2, CLAIMED, KANG), (7, ANSWER, KANG), (8, ANSWER, KANG)], 2),
        ([(2, CLAIMED, LEE), (4, RELEASED, None), (7, ANSWER, KANG), (9, ANSWER, KANG)], 7),
        ([(2, CLAIMED, KANG), (4, RELEASED, None), (7, ANSWER, KANG)], 7),
        ([(2, CLAIMED, KANG), (4, EntryKind.MERGED, LEE), (7, ANSWER, KANG)], 7),
        ([(2, ANSWER, KANG), (4, EntryKind.REOPENED, ASKER), (7, CLAIMED, KANG)], 7),
    ],
)
def test_holder_has_it_since_they_took_it(happened: list[tuple[int, EntryKind, MemberId | None]], minutes: int) -> None:
    assert held_since(_question(), _entries(*happened)) == NOON + timedelta(minutes=minutes)


def test_nobody_has_what_was_given_back() -> None:
    entries = _entries((2, CLAIMED, KANG), (4, RELEASED, None))

    assert held_since(_question(claimed_by=None), entries) is None


def test_leavers_question_in_other_hands_is_no_claim() -> None:
    """An administrator who has a question for the panel may hand it over when its asker leaves."""
    entries = [*_entries((2, CLAIMED, KANG)), *_entries((9, HANDED_OVER, KANG), side=Side.ASKER)]

    assert held_since(_question(), entries) == NOON + timedelta(minutes=2)
