"""What is asked of the bot behind a stroke."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hours import QuietHours
from domain.member import Language
from domain.requests import Asked, Request, asked_in, hours_in, language_in, number_in
from domain.vocabulary import vocabulary


def test_every_request_has_a_word_in_both_languages() -> None:
    words = vocabulary().requests

    assert set(words.values()) == {request.value for request in Request}
    assert all(len([word for word, name in words.items() if name == request]) > 1 for request in Request)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/status Q417", Asked(request=Request.STATUS, rest="q417")),
        ("／상태", Asked(request=Request.STATUS, rest="")),
        ("/ QUIET 22-07.", Asked(request=Request.QUIET, rest="22-07")),
        ("/ㄷㅏㅇ직", Asked(request=Request.ON_CALL, rest="")),
        ("/dance", Asked(request=None, rest="")),
        ("/start k3y_", Asked(request=Request.HELP, rest="k3y_")),
        ("status Q417", None),
        ("/3 mm", None),
        ("PE/DVT?", None),
    ],
)
def test_request_is_a_stroke_and_a_word(text: str, asked: Asked | None) -> None:
    assert asked_in(text) == asked


@pytest.mark.parametrize(
    ("rest", "hours"),
    [
        ("22-07", QuietHours(begins=time(22), ends=time(7))),
        ("22:30 - 7:15", QuietHours(begins=time(22, 30), ends=time(7, 15))),
        ("22시~7시", QuietHours(begins=time(22), ends=time(7))),
        ("off", QuietHours(begins=time(0), ends=time(0))),
        ("22-0799", None),
        ("tonight", None),
        ("", None),
    ],
)
def test_hours_are_read_as_they_are_typed(rest: str, hours: QuietHours | None) -> None:
    assert hours_in(rest) == hours


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert asked_in(text) is None or text.strip()
    assert hours_in(text) is None or text


def test_numbers_and_languages_are_read() -> None:
    assert (number_in("q417"), number_in("417번"), number_in("x")) == (417, 417, None)
    assert (language_in("한국어"), language_in("en"), language_in("fr")) == (Language.KOREAN, Language.ENGLISH, None)
