"""The basis of a study: the hospital's word, or a review board's number, and no other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import HOSPITAL, basis_in, board_number


@pytest.mark.parametrize("said", ["hospital", " Hospital.", "병원", "병원 동의", "ＨＯＳＰＩＴＡＬ", "동의"])
def test_hospital_that_holds_the_consent_is_a_basis(said: str) -> None:
    assert basis_in(said) == HOSPITAL
    assert board_number(HOSPITAL) == ""


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *[("2020-0123", "2020-0123"), ("IRB No. 2020-0123", "2020-0123"), ("irb no.2020-0123", "2020-0123")],
        *[
            ("IRB 번호: 4-2020-0123", "4-2020-0123"),
            ("심의번호 2020-0123", "2020-0123"),
            ("#B-2004/605-303", "B-2004/605-303"),
        ],
        *[("2020AN0123", "2020AN0123"), ("２０２０－０１２３", "2020-0123"), ("DRB: 2020-0123.", "2020-0123")],
    ],
)
def test_number_of_a_review_board_is_a_basis(said: str, number: str) -> None:
    basis = basis_in(said)

    assert basis is not None
    assert board_number(basis) == number


@pytest.mark.parametrize(
    "said", ["", "no", "IRB", "IRB No. 123", "[number]", "2020-0123 and the consent", "58M fever 3 days 2020", "a" * 60]
)
def test_other_words_are_no_basis(said: str) -> None:
    assert basis_in(said) is None


@given(st.text(max_size=80))
def test_any_words_are_a_basis_or_none_and_stay_it(said: str) -> None:
    basis = basis_in(said)

    assert basis is None or basis == HOSPITAL or basis_in(board_number(basis)) == basis
