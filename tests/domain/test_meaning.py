"""What a short text means: a choice, a question which, or words for people."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.meaning import (
    NEW,
    Chosen,
    Coded,
    Named,
    NothingWaits,
    Offer,
    Sentence,
    WhichOne,
    coded,
    is_lone_number,
    is_sign,
    meaning_of,
    sign_for,
)
from domain.messages import Action

PAGE = Offer(token="page", actions=(Action.CLAIM, Action.PASS), names=("41", "417"))
OTHER = Offer(token="other", actions=(Action.CLAIM, Action.PASS), names=("42", "421"))
DRAFT = Offer(token="draft", actions=(Action.SEND_URGENT, Action.SEND_TODAY, Action.DISCARD), names=(NEW,))
SHIFT = Offer(token="shift", actions=(Action.ACCEPT_SWAP,))
WHICH = Offer(token="which", actions=(Action.WHICH_QUESTION,), names=("41", "417", "42", "421", NEW), about="1")
CLINICAL = (Path(__file__).parents[1] / "deidentify" / "clinical_phrases.txt").read_text(encoding="utf-8").splitlines()
PHRASES = [line.split("\t")[0] for line in CLINICAL if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize(
    "text", ["1", "１", "①", "1.", " 1 ", "claim", "CLAIM!", "담당", "41 1", "417 담당", "Q417: 1", "담당 417"]
)
def test_one_that_waits_is_meant(text: str) -> None:
    assert meaning_of(text, [PAGE]) == Chosen(token="page", action=Action.CLAIM)


def test_two_that_wait_are_asked_for() -> None:
    assert meaning_of("1", [OTHER, PAGE]) == WhichOne(names=("42", "41"), sign="1")
    assert meaning_of("42 1", [PAGE, OTHER]) == Chosen(token="other", action=Action.CLAIM)


@pytest.mark.parametrize(
    ("text", "name"), [("417", "417"), ("Q417", "417"), ("417번", "417"), ("new", NEW), ("새 질문", NEW)]
)
def test_number_answers_which(text: str, name: str) -> None:
    assert meaning_of(text, [WHICH, PAGE, OTHER]) == Named(token="which", name=name, about="1")


def test_number_answers_only_what_was_asked_last() -> None:
    assert meaning_of("417", [PAGE, WHICH]) == Sentence()
    assert meaning_of("99", [WHICH, PAGE]) == Sentence()


def test_draft_that_was_shown_last_is_meant() -> None:
    assert meaning_of("1", [DRAFT, PAGE]) == Chosen(token="draft", action=Action.SEND_URGENT)
    assert meaning_of("1", [PAGE, DRAFT]) == WhichOne(names=("41", NEW), sign="1")
    assert meaning_of("0", [PAGE, DRAFT]) == Chosen(token="draft", action=Action.DISCARD)


def test_what_has_no_name_is_meant_while_it_is_the_newest() -> None:
    assert meaning_of("1", [SHIFT, PAGE]) == Chosen(token="shift", action=Action.ACCEPT_SWAP)
    assert meaning_of("1", [PAGE, SHIFT]) == Chosen(token="page", action=Action.CLAIM)
    assert meaning_of("1", [WHICH, SHIFT]) == Chosen(token="shift", action=Action.ACCEPT_SWAP)


def test_word_reaches_an_older_choice_and_a_digit_does_not() -> None:
    closed = Offer(token="closed", actions=(Action.REOPEN,), names=("417",))
    consent = Offer(token="consent", actions=(Action.CONSENT_TEACHING, Action.CONSENT_CONSULT_ONLY), names=("417",))

    assert meaning_of("reopen", [consent, closed]) == Chosen(token="closed", action=Action.REOPEN)
    assert meaning_of("3", [consent, closed]) == NothingWaits()


@pytest.mark.parametrize("text", ["7", "close", "닫기"])
def test_sign_that_nothing_offers_waits_for_nothing(text: str) -> None:
    assert meaning_of(text, [PAGE]) == NothingWaits()
    assert meaning_of(text, []) == NothingWaits()


@pytest.mark.parametrize("text", ["50 F", "2 담당", "PE?", "담당?", "1 2", "", "41 no PE", "close to the hilum"])
def test_words_for_people_are_no_command(text: str) -> None:
    assert meaning_of(text, [PAGE, OTHER]) == Sentence()


@pytest.mark.parametrize("phrase", PHRASES)
def test_clinical_phrase_is_never_a_command(phrase: str) -> None:
    assert meaning_of(phrase, [PAGE, OTHER, DRAFT, SHIFT, WHICH]) == Sentence()


@given(st.text())
def test_any_text_has_a_meaning_in_every_form(text: str) -> None:
    offers = [PAGE, OTHER, DRAFT, SHIFT]
    meant = meaning_of(text, offers)

    assert meaning_of(f"  {text}\n", offers) == meant
    assert meaning_of(unicodedata.normalize("NFD", text), offers) == meant
    assert is_sign(text) in (True, False)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("41 OP pattern", Coded(code=41, text="OP pattern")),
        ("41: no PE\nF/U CT", Coded(code=41, text="no PE\nF/U CT")),
        ("41 ? prior CT?", Coded(code=41, text="prior CT?", asks_back=True)),
        ("41?이전 CT?", Coded(code=41, text="이전 CT?", asks_back=True)),
        ("41 F/U in 3 months", Coded(code=41, text="F/U in 3 months")),
        ("41 대동맥 박리", Coded(code=41, text="대동맥 박리")),
        ("50 y/o M with fever", None),
        ("50 M, dyspnoea", None),
        ("50 세 남자", None),
        ("50 남자, 발열", None),
        ("50대 남자", None),
        ("417 text", None),
        ("41", None),
    ],
)
def test_code_is_told_from_an_age(text: str, meant: Coded | None) -> None:
    assert coded(text) == meant


@given(st.text())
def test_any_text_may_stand_behind_a_code(text: str) -> None:
    found = coded(f"41 {text}")

    assert found is None or found.code == 41


def test_lone_number_asks_nothing() -> None:
    assert is_lone_number(" 12. ")
    assert not is_lone_number("12 mm")
    assert sign_for("9", (Action.CLAIM, Action.CLOSE)) is Action.CLOSE
    assert sign_for("take", (Action.PASS,)) is None
