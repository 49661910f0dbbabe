"""What the card takes out of a text: pieces as they were written, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.card import MOST_OF_ONE, Clue, clues_of

_WORDS = (
    "[50s]M",
    "D8",
    "O2 2→5 L",
    "no",
    "prior CT",
    "5 days ago",
    "면역저하",
    "없음",
    "CXR AP",
    "오늘",
    "3 cm",
    "우하엽",
    "-",
)


@pytest.mark.parametrize(
    ("text", "clue", "pieces"),
    [
        ("[50s]M covid D8", Clue.SEX_AND_AGE, ("[50s]M",)),
        ("M, [50s], COVID D8", Clue.SEX_AND_AGE, ("M, [50s]",)),
        ("50대남 D8", Clue.SEX_AND_AGE, ("50대남",)),
        ("여자 [60대] 발열", Clue.SEX_AND_AGE, ("여자 [60대]",)),
        ("[1-4세] 남아", Clue.SEX_AND_AGE, ("[1-4세] 남아",)),
        ("O2 2->5L today", Clue.OXYGEN, ("O2 2->5L",)),
        ("산소 2→5L 흉수?", Clue.OXYGEN, ("산소 2→5L",)),
        ("SpO2 93% RA", Clue.OXYGEN, ("SpO2 93% RA",)),
        ("without oxygen 2 L", Clue.OXYGEN, ("without oxygen 2 L",)),
        ("발열 7일째", Clue.DAY, ("7일째",)),
        ("D-dimer 3.1", Clue.DAY, ()),
        ("prior CT 5 days ago", Clue.MODALITY, ()),
        ("no transplant, HIV neg", Clue.IMMUNE, ("no transplant", "HIV neg")),
        ("면역저하 없음", Clue.IMMUNE, ("면역저하 없음",)),
        ("RA on methotrexate", Clue.OXYGEN, ()),
        ("CT today, prior CT 5 days ago", Clue.IMAGE_AGE, ("CT today",)),
        ("prior CT 5 days ago no effusion", Clue.PRIOR, ("prior CT 5 days ago",)),
        ("이전 CT 없음", Clue.PRIOR, ("이전 CT 없음",)),
        ("CTPA without contrast", Clue.CONTRAST, ("without contrast",)),
        ("portable CXR AP", Clue.MODALITY, ("portable CXR AP",)),
        ("", Clue.DAY, ()),
    ],
)
def test_card_takes_what_is_there_as_it_stands(text: str, clue: Clue, pieces: tuple[str, ...]) -> None:
    assert clues_of(text)[clue] == pieces


@given(st.lists(st.sampled_from(_WORDS), max_size=12), st.text(max_size=40))
def test_every_piece_stands_in_the_text(words: list[str], more: str) -> None:
    text = " ".join([*words, more])

    found = clues_of(text)

    assert set(found) == set(Clue)
    assert all(piece in text for pieces in found.values() for piece in pieces)
    assert all(len(pieces) <= MOST_OF_ONE for pieces in found.values())
