"""Which questions stand together: the same panel, still waiting, and half of what they are about in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alike import LEAST_SHARED, are_alike, first_alike, may_stand_together
from domain.ids import MemberId, PanelId, QuestionId
from domain.question import AWAITING_PANEL, Question, QuestionState
from domain.text import DeidentifiedText
from domain.words import themes_of

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WORDS = st.lists(
    st.sampled_from(["halo", "effusion", "GGO", "lobe", "PE", "흉수", "기흉", "결절", "the", "D8", "2.5"]), max_size=9
)
HALO = "Reversed halo in the left lower lobe, OP?"


def asked(number: int, text: str = HALO) -> Question:
    return Question(
        id=QuestionId(f"q{number}"),
        asker_id=MemberId("asker"),
        text=DeidentifiedText(value=text),
        created_at=NOON,
        number=number,
        panel_id=PanelId("chest"),
        state=QuestionState.OPEN,
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("58M, reversed halo sign, left lower lobe. OP pattern?", True),
        ("Left lower lobe effusion, drain it?", False),
        ("PE?", False),
        ("", False),
    ],
)
def test_half_of_what_it_is_about_is_shared(other: str, *, expected: bool) -> None:
    assert are_alike(HALO, other) is expected


def test_korean_questions_are_alike_with_or_without_spaces() -> None:
    assert are_alike("양측 흉수 증가, 배액 필요?", "양측흉수 증가 배액 필요한가요")
    assert not are_alike("양측 흉수 증가, 배액 필요?", "우측 기흉, 관찰 가능?")


@given(first=WORDS, second=WORDS)
def test_likeness_goes_both_ways_and_needs_enough_words(first: list[str], second: list[str]) -> None:
    one, other = " ".join(first), " ".join(second)

    is_alike = are_alike(one, other)

    assert is_alike == are_alike(other, one)
    assert not is_alike or len(set(themes_of(one)) & set(themes_of(other))) >= LEAST_SHARED


@given(words=WORDS.filter(lambda words: len(set(themes_of(" . ".join(words)))) >= LEAST_SHARED), seed=st.integers())
def test_order_and_case_of_the_words_do_not_matter(words: list[str], seed: int) -> None:
    shuffled = Random(seed).sample(words, len(words))

    assert are_alike(" . ".join(words), " . ".join(shuffled).upper())


@given(state=st.sampled_from(QuestionState), panel=st.sampled_from(["chest", "neuro"]))
def test_only_what_waits_at_the_same_panel_stands_together(state: QuestionState, panel: str) -> None:
    other = replace(asked(1), state=state, panel_id=PanelId(panel))

    assert may_stand_together(asked(2), other) == (state in AWAITING_PANEL and panel == "chest")


def test_nothing_stands_beside_itself_a_wrong_patient_or_a_flag() -> None:
    apart = [asked(2), replace(asked(1), wrong_patient_at=NOON), replace(asked(1), is_under_review=True)]

    assert first_alike(asked(2), [*apart, asked(3, "Pneumothorax?"), asked(4)]) == asked(4)
    assert first_alike(asked(2), apart) is None
