"""Particles behind values, as they are spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording.particles import filled


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Q410", "Q410을 Q410은 Q410이 Q410과 Q410으로"),
        ("Q411", "Q411을 Q411은 Q411이 Q411과 Q411로"),
        ("Q412", "Q412를 Q412는 Q412가 Q412와 Q412로"),
        ("Q413", "Q413을 Q413은 Q413이 Q413과 Q413으로"),
        ("Q414", "Q414를 Q414는 Q414가 Q414와 Q414로"),
        ("Q415", "Q415를 Q415는 Q415가 Q415와 Q415로"),
        ("Q416", "Q416을 Q416은 Q416이 Q416과 Q416으로"),
        ("Q417", "Q417을 Q417은 Q417이 Q417과 Q417로"),
        ("Q418", "Q418을 Q418은 Q418이 Q418과 Q418로"),
        ("Q419", "Q419를 Q419는 Q419가 Q419와 Q419로"),
        ("답변", "답변을 답변은 답변이 답변과 답변으로"),
        ("메모", "메모를 메모는 메모가 메모와 메모로"),
        ("서울", "서울을 서울은 서울이 서울과 서울로"),
        ("Kim", "Kim을(를) Kim은(는) Kim이(가) Kim와(과) Kim(으)로"),
        ("", "을(를) 은(는) 이(가) 와(과) (으)로"),
    ],
)
def test_particle_follows_the_last_sound(value: str, expected: str) -> None:
    sentence = "{it}을(를) {it}은(는) {it}이(가) {it}와(과) {it}(으)로"

    assert filled(sentence, {"it": value}) == expected


def test_particles_inside_a_value_stay() -> None:
    assert filled("{who}: {words}를", {"who": "A", "words": "417을(를) 보세요"}) == "A: 417을(를) 보세요를"


@given(st.text(), st.text())
def test_words_of_values_are_never_altered(first: str, second: str) -> None:
    said = filled("{first}을(를) {second}(으)로 {{그대로}}", {"first": first, "second": second})

    assert said.startswith(first)
    assert second in said
    assert said.endswith(" {그대로}")
