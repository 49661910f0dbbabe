"""Which buttons are followed by a message that asks for their words."""

from __future__ import annotations

import pytest

from domain.directed import directed
from domain.forms import needs_words
from domain.member import Language
from domain.messages import Action
from domain.prompts import prompt_key, prompted_action, typed_action
from domain.vocabulary import word_of

ASKED = [action for action in Action if prompt_key(action) is not None]


@pytest.mark.parametrize("action", ASKED)
def test_only_what_needs_words_is_asked_for_them(action: Action) -> None:
    assert needs_words(action)
    assert prompted_action(prompt_key(action) or "") is typed_action(action) or action is Action.ASK_MORE


@pytest.mark.parametrize("key", ["prompt.or_new", "prompt.in_words", "question.asked_back", ""])
def test_any_other_message_asks_for_none(key: str) -> None:
    assert prompted_action(key) is None


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("action", [each for each in ASKED if each is not Action.CONSENT_RESEARCH])
def test_word_that_is_named_is_understood_with_its_number(action: Action, language: Language) -> None:
    said = directed(f"/{word_of(typed_action(action), language)} Q417 these words")

    assert said is not None
    assert (said.action, said.number, said.text) == (typed_action(action), 417, "these words")
