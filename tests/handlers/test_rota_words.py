"""Words about the rota, in both languages and however they are typed."""

from __future__ import annotations

import unicodedata

import pytest

from domain.messages import Action
from handlers.rota_words import RotaWords, rota_words


@pytest.mark.parametrize(
    "text", ["/oncall", "On-call", " ONCALL ", "당직", "/당직자", unicodedata.normalize("NFD", "당직")]
)
def test_who_is_on_call_is_asked_in_many_ways(text: str) -> None:
    assert rota_words(text) == RotaWords(action=Action.ON_CALL)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("/swap 2", {"number": "2"}),
        ("swap  2   Dr Park Yuna", {"number": "2", "colleague": "Dr Park Yuna"}),
        ("교대 ２ @서민지", {"number": "2", "colleague": "@서민지"}),
    ],
)
def test_shift_is_offered_by_its_number(text: str, fields: dict[str, str]) -> None:
    assert rota_words(text) == RotaWords(action=Action.OFFER_SWAP, fields=fields)


@pytest.mark.parametrize("text", ["/swap", "교대", "SWAP "])
def test_swap_alone_lists_ones_shifts(text: str) -> None:
    assert rota_words(text) == RotaWords(action=Action.MY_SHIFTS)


@pytest.mark.parametrize("text", ["", "당직 때 찍은 CT입니다", "swap the lungs?", "/swap two", "58M, on-call CT"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert rota_words(text) is None
