"""Words of command about one question: however they are typed, and never out of a sentence for people."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directed import directed
from domain.forms import FieldKind, form_of, needs_words
from domain.messages import Action
from domain.requests import asked_words, asks_anew
from domain.vocabulary import digits_of

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
NFD_ASK = unicodedata.normalize("NFD", "/질문 PE?")
SAID = {
    "claim": (Action.CLAIM, "", ""),
    "담당": (Action.CLAIM, "", ""),
    "닫기": (Action.CLOSE, "", ""),
    "second opinion": (Action.SECOND_OPINION, "", ""),
    "second @Dr Park Yuna": (Action.SECOND_OPINION, "colleague", "@Dr Park Yuna"),
    "2차 @lee": (Action.SECOND_OPINION, "colleague", "@lee"),
    "make a case": (Action.MAKE_CASE, "", ""),
    "증례로": (Action.MAKE_CASE, "", ""),
    "pass busy": (Action.PASS, "reason", "busy"),
    "패스 전공 아님": (Action.PASS, "reason", "field"),
    "pass": (Action.PASS, "", ""),
    "back Prior CT date?": (Action.ASK_BACK, "text", "Prior CT date?"),
    "추가 질문 이전 CT?": (Action.ASK_BACK, "text", "이전 CT?"),
    "answer OP pattern": (Action.ANSWER, "text", "OP pattern"),
    "답변: OP 양상": (Action.ANSWER, "text", "OP 양상"),
    "hand over Dr B": (Action.HAND_OVER, "colleague", "Dr B"),
    "인계": (Action.HAND_OVER, "", ""),
}


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("lead", ["", " ", "/", "／", "/ "])
def test_word_of_command_is_understood_however_it_is_typed(text: str, form: Form, lead: str) -> None:
    said = directed(unicodedata.normalize(form, f"{lead}{text} "))

    assert said is not None
    assert (said.action, said.field, said.text) == SAID[text]
    assert said.has_stroke == ("/" in lead or "／" in lead)


@pytest.mark.parametrize(
    "text",
    [
        "pass the salt",
        "close it soon",
        "claims are up",
        "looks like OP",
        "a nodule",
        "",
        "/",
        "/find effusion",
        "1",
        "second, look at the ventricle",
        "add contrast and repeat",
        "추가 정보 부탁드립니다",
        "case of OP",
    ],
)
def test_sentence_for_people_is_no_command(text: str) -> None:
    assert directed(text) is None


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("/back Q417 prior CT?", 417, "prior CT?"),
        ("/추가질문 417번 이전 CT?", 417, "이전 CT?"),
        ("/close 417", 417, ""),
        ("/back 5 days since onset?", None, "5 days since onset?"),
        ("/a OP pattern", None, "OP pattern"),
        ("/add Q417 no fever", 417, "no fever"),
        ("/추가 정보 Q417 열 없음", 417, "열 없음"),
        ("back Q417 prior CT?", None, "Q417 prior CT?"),
    ],
)
def test_stroke_may_name_its_question(text: str, number: int | None, words: str) -> None:
    said = directed(text)

    assert said is not None
    assert (said.number, said.text) == (number, words)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    said = directed(text)

    assert said is None or said.field in ("", "text", "reason", "colleague")
    assert asked_words(text) == text or asks_anew(text) or asked_words(text) == ""


@pytest.mark.parametrize("text", ["/ask PE?", "／ask PE?", "/질문 PE?", "/ ASK  PE?", NFD_ASK])
def test_question_behind_ask_is_its_words(text: str) -> None:
    assert asks_anew(text)
    assert asked_words(text) == "PE?"


@pytest.mark.parametrize("text", ["/ask", "ask PE?", "/help me", "PE?"])
def test_other_words_are_left_as_they_are(text: str) -> None:
    assert not asks_anew(text)


@pytest.mark.parametrize("action", Action)
def test_form_is_whole_and_what_needs_words_has_no_digit(action: Action) -> None:
    fields = form_of(action)

    assert len({field.name for field in fields}) == len(fields)
    assert all(field.options for field in fields if field.kind is FieldKind.CHOICE)
    assert all(field.lowest < field.highest for field in fields if field.kind is FieldKind.NUMBER)
    assert not needs_words(action) or digits_of((action,)) == ("",)
