"""The words and digits of every action in both languages; the table itself is `vocabulary.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from domain.forms import needs_words
from domain.member import Language
from domain.messages import Action
from domain.spelling import folded

_RESERVED, _REQUESTS = "reserved", "requests"
_DIGITS = "123456789"
PRESS_ONLY = frozenset(
    {
        *(Action.SOLVED, Action.WITHDRAW, Action.IDENTIFIES),
        *(Action.CONSENT_TEACHING, Action.CONSENT_RESEARCH, Action.CONSENT_CONSULT_ONLY),
    }
)
"""What destroys or attests is never meant by a lone digit, which may be an answer to something else."""
_NO_DIGIT = PRESS_ONLY | {Action.WHICH_QUESTION, *(action for action in Action if needs_words(action))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is said for what; all words by their folded form."""

    words: Mapping[Action, Mapping[Language, tuple[str, ...]]]
    """As they are written; the first of a language is shown."""
    digits: Mapping[Action, str]
    actions: Mapping[str, frozenset[Action]]
    stop: frozenset[str]
    start: frozenset[str]
    requests: Mapping[str, str]
    """What is asked behind a stroke, by its folded word."""


@cache
def vocabulary() -> Vocabulary:
    """Return the table, read once."""
    table = tomllib.loads(resources.files("domain").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    reserved, requests = table.pop(_RESERVED), table.pop(_REQUESTS)
    words = {Action(name): {each: tuple(row[each.value]) for each in Language} for name, row in table.items()}
    actions: dict[str, frozenset[Action]] = {}
    for action, by_language in words.items():
        for word in {folded(word) for said in by_language.values() for word in said}:
            actions[word] = actions.get(word, frozenset()) | {action}
    return Vocabulary(
        words=words,
        digits={Action(name): str(row["digit"]) for name, row in table.items() if "digit" in row},
        actions=actions,
        stop=frozenset(folded(word) for word in reserved["stop"]),
        start=frozenset(folded(word) for word in reserved["start"]),
        requests={folded(word): name for name, said in requests.items() for word in said},
    )


def word_of(action: Action, language: Language) -> str:
    """Return the word that is shown for an action."""
    return vocabulary().words[action][language][0]


def digits_of(actions: Sequence[Action]) -> tuple[str, ...]:
    """Return the digit of each action of a list, each another; empty where only a press or a word counts."""
    wanted = vocabulary().digits
    given: dict[Action, str] = {}
    for action in actions:
        if action in wanted and wanted[action] not in given.values():
            given[action] = wanted[action]
    for action in actions:
        left = [digit for digit in _DIGITS if digit not in given.values()]
        if action not in given and action not in _NO_DIGIT and left:
            given[action] = left[0]
    return tuple("" if action in PRESS_ONLY else given.get(action, "") for action in actions)


def is_stop(text: str) -> bool:
    return folded(text) in vocabulary().stop


def is_start(text: str) -> bool:
    return folded(text) in vocabulary().start


def is_reserved(text: str) -> bool:
    """Return whether carriers act on a word themselves."""
    return is_stop(text) or is_start(text)
