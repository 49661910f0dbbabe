"""Which words may stay in a picture: side markers, positions, measures – and no value of the case's header.

The words are in `markers.toml`. What is not wholly made of them is masked.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

_LONGEST = 48
_JOINABLE = 4
_LONG_NUMBER = 4
"""A shorter number of the case has to stand by itself: 10 is not in 1.06 cm."""
_SEPARATOR = r"[\s,;/|·.()\[\]\-]+"
_TRIMMED = " \t,;/|·.:()[]{}<>-_*'\"`"
_AXES = ("RL", "AP", "HFSI")
_DASHES = str.maketrans("−–—", "---")


def is_marker(words: str, *, at_edge: bool = False) -> bool:
    """Whether all of the words are known markers or measures.

    Args:
        at_edge: they stand at the middle of an edge of the picture, where single letters say how the body lies.
    """
    text = _form(words)
    if not text or len(text) > _LONGEST:
        return False
    if at_edge and _is_orientation(text):
        return True
    place = 0
    while place < len(text):
        ends = [item.end() for pattern in _grammar() if (item := pattern.match(text, place))]
        if not ends:
            return False
        place = max(ends)
    return True


def is_side(words: str) -> bool:
    """Whether the words name one side of the body and nothing else."""
    return _form(words) in _lists()["sides"]


def holds_side(words: str) -> bool:
    """Whether a side of the body is among the words, so that masking them loses it."""
    return any(word in _lists()["sides"] for word in re.split(_SEPARATOR, _form(words)))


def is_named(words: str, named: frozenset[str]) -> bool:
    """Whether the words equal or hold a value that identifies the case; a short one has to stand by itself."""
    form, letters = _form(words), _letters(words)
    tokens = {_letters(token) for token in re.split(_SEPARATOR, form)} | set(re.findall(r"[^\W\d_]+|\d+", form))
    return any(value in (tokens if _is_short(value) else letters) for value in map(_letters, named) if value)


def _is_short(value: str) -> bool:
    return len(value) == 1 or (value.isdigit() and len(value) < _LONG_NUMBER)


def _form(words: str) -> str:
    """Return the words in capitals and in their plain width, without the marks around them."""
    plain = unicodedata.normalize("NFKC", words).upper().translate(_DASHES)
    return " ".join(plain.split()).strip(_TRIMMED)


def _letters(words: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", words).upper() if sign.isalnum())


def _is_orientation(text: str) -> bool:
    axes = [next((axis for axis in _AXES if letter in axis), letter) for letter in text]
    return len(text) <= 2 and all(letter in _lists()["orientation"] for letter in text) and len(set(axes)) == len(axes)


@lru_cache(maxsize=1)
def _grammar() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of one item with the separator or the end behind it."""
    lists = _lists()
    side = _one_of(lists["sides"] | {"AP", "PA"})
    joinable = _one_of(frozenset(word for word in lists["words"] if len(word) >= _JOINABLE))
    number = r"\d{1,3}(?:[.,]\d{1,2})?"
    items = [
        *(rf"(?:{measure})".replace(r"\N", f"(?:{number})") for measure in lists["measures"]),
        rf"(?:{side})?(?:{joinable}-?)+(?:{side})?",
        _one_of(lists["words"] | lists["short"] | lists["sides"] | lists["units"]),
    ]
    return tuple(re.compile(rf"(?:{item})(?:{_SEPARATOR}|$)", re.VERBOSE | re.ASCII) for item in items)


def _one_of(words: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    with files("deidentify.burned_in").joinpath("markers.toml").open("rb") as file:
        return {name: frozenset(values) for name, values in tomllib.load(file).items()}
