"""The words around a number: cues that name an identifier, laboratory values and units that name a measurement."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_LOOK_BACK = 24


def any_cue(name: str) -> str:
    """Return an alternation of the cues of one list, longest first; Latin ones stand free of other letters."""
    words = sorted(_cues()[name], key=len, reverse=True)
    return "|".join(_cue(word) for word in words)


def is_measurement(match: re.Match[str]) -> bool:
    """Whether a unit follows the number, or the name of a laboratory value stands before it."""
    before = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    return stands_before_unit(match) or _measured_before().search(before) is not None


def stands_before_unit(match: re.Match[str]) -> bool:
    return _unit_after().match(match.string, match.end()) is not None


@cache
def _cues() -> dict[str, list[str]]:
    with files("deidentify.text").joinpath("cues.toml").open("rb") as file:
        return tomllib.load(file)


def _cue(word: str) -> str:
    pattern = r"[ \t]{0,2}".join(re.escape(part) for part in word.split())
    if _is_latin(word[0]):
        pattern = rf"(?<![a-z]){pattern}"
    return rf"{pattern}(?![a-z])" if _is_latin(word[-1]) else pattern


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


@cache
def _measured_before() -> re.Pattern[str]:
    after = r"[ \t]{0,2}(?:count|수치|은|는|이|가)?[ \t:=>~≥<]{0,4}$"
    return re.compile(rf"(?:{any_cue('measured')}){after}", re.IGNORECASE)


@cache
def _unit_after() -> re.Pattern[str]:
    units = sorted(_cues()["units"], key=len, reverse=True)
    return re.compile(rf"[ \t]?(?:{'|'.join(_unit(unit) for unit in units)})", re.IGNORECASE)


def _unit(unit: str) -> str:
    return rf"{re.escape(unit)}(?![a-z])" if _is_latin(unit[-1]) else re.escape(unit)
