"""The words of every action: complete, unique in whatever is offered, and tolerant of how they are typed."""

from __future__ import annotations

import ast
import unicodedata
from functools import cache
from itertools import combinations
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.member import Language
from domain.messages import Action
from domain.spelling import folded, plain
from domain.vocabulary import PRESS_ONLY, digits_of, is_start, is_stop, vocabulary, word_of
from tests.architecture.tree import modules

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
WORDS = [
    (action, word)
    for action, by_language in vocabulary().words.items()
    for said in by_language.values()
    for word in said
]


@cache
def offered() -> tuple[tuple[Action, ...], ...]:
    """Every list of actions that the code writes down to offer it."""
    found = {
        tuple(Action[element.attr] for element in node.elts if isinstance(element, ast.Attribute))
        for module in modules("handlers")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Tuple) and node.elts and all(_is_action(element) for element in node.elts)
    }
    return tuple(sorted(found))


def _is_action(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action"


def wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def test_every_action_has_words_in_both_languages() -> None:
    words = vocabulary().words

    assert set(words) == set(Action)
    assert [action for action in Action if not all(words[action][language] for language in Language)] == []


def test_no_word_is_reserved_by_carriers() -> None:
    assert [word for _, word in WORDS if is_stop(word) or is_start(word)] == []


@pytest.mark.parametrize("actions", offered(), ids="+".join)
def test_offered_choices_have_words_and_digits_of_their_own(actions: tuple[Action, ...]) -> None:
    digits = [digit for digit in digits_of(actions) if digit]
    words = [{folded(word) for said in vocabulary().words[action].values() for word in said} for action in actions]

    assert len(set(digits)) == len(digits)
    assert all(first.isdisjoint(second) for first, second in combinations(words, 2))
    assert len({word_of(action, Language.KOREAN) for action in actions}) == len(actions)


@given(st.lists(st.sampled_from(Action), unique=True, max_size=9))
def test_any_list_has_unique_digits_and_none_that_destroys(actions: list[Action]) -> None:
    digits = digits_of(actions)
    shown = [digit for digit in digits if digit]

    assert len(digits) == len(actions)
    assert len(set(shown)) == len(shown)
    assert not any(digit for action, digit in zip(actions, digits, strict=True) if action in PRESS_ONLY)


def test_more_actions_than_digits_leave_some_to_words() -> None:
    digits = digits_of(tuple(Action))

    assert sorted(digit for digit in digits if digit) == list("0123456789")


@given(st.sampled_from(WORDS), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), st.data())
def test_spelling_of_a_word_makes_no_difference(said: tuple[Action, str], form: Form, data: st.DataObject) -> None:
    action, word = said
    change = data.draw(st.sampled_from([str.upper, str.title, wide, lambda text: text.replace(" ", ""), "  ".join]))
    end = data.draw(st.sampled_from(["", ".", "!", " ", "~", "…", "。"]))

    typed = unicodedata.normalize(form, f" {change(word)}{end}")

    assert action in vocabulary().actions[folded(typed)]


@pytest.mark.parametrize(
    "typed", ["ㄷㅏㅁ당", "담ㄷㅏㅇ", "다ㅁ당", "ㄷㅏㅁㄷㅏㅇ", "\uffa7\uffc2\uffb1당", "담 당", "담당\u200b"]
)
def test_slips_of_hangul_are_the_word(typed: str) -> None:
    assert folded(typed) == folded("담당")


@given(st.text())
@example("\u1100\u200d\u1161")
def test_any_text_can_be_spelled_plainly(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert folded(plain(text)) == folded(text)


@given(st.sampled_from(["NFC", "NFD"]), st.text(st.characters(categories=["Lo", "Ll", "Nd", "Zs"])))
def test_normal_form_of_any_text_makes_no_difference(form: Form, text: str) -> None:
    assert folded(unicodedata.normalize(form, text)) == folded(text)
