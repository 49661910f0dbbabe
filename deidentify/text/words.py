"""The lists of words beside the rules: names, allowed words, places; read once, divided at blanks."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"'([^']+)'|(\S+)")


@cache
def table(name: str) -> dict[str, Any]:
    """Return one file of lists as it stands."""
    with files("deidentify.text").joinpath(f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def words(name: str, *keys: str) -> frozenset[str]:
    """Return the words of one list; several words in quotation marks are one."""
    found: Any = table(name)
    for key in keys:
        found = found[key]
    return frozenset(quoted or word for quoted, word in _WORD.findall(found))


@cache
def any_word(name: str, *keys: str) -> str:
    """Return an alternation of the words of one list, longest first; a blank stands for any blank, hyphen or none."""
    longest_first = sorted(words(name, *keys), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[ -]?") for word in longest_first)
