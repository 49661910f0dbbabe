"""The words around a number: cues that name an identifier, laboratory values and units that name a measurement."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_LOOK_BACK = 72
_FREE_OF_LETTERS = "(?<![a-z])"
_DIGIT = re.compile("[0-9]")
_DILUTED = re.compile(r"(?<![0-9])1:$")
"""A titre or a dilution: 1:102400, epinephrine 1:100000."""
_PARTICLES = "로|으로|의|를|을|가|이|은|는|까지|씩|에|도|와|과|투여|주사|정도|이상|이하|미만|초과|/"


def any_cue(name: str) -> str:
    """Return an alternation of the cues of one list, longest first; Latin ones stand free of other letters."""
    words = sorted(_cues()[name], key=len, reverse=True)
    return "|".join(_cue(word) for word in words)


def is_measurement(match: re.Match[str], group: str | int = 0) -> bool:
    """Whether a unit follows the number, or the name of what is measured stands before it.

    In a series (300-450-1200, 250000 → 180000) the name stands before the first. Numbers that
    only commas or blanks divide belong to the name when they are round, as counts of cells are.
    """
    if stands_before_unit(match, group):
        return True
    return is_named_measurement(match, group)


def is_named_measurement(match: re.Match[str], group: str | int = 0) -> bool:
    start, end = match.span(group)
    number = _DIGIT.search(match.string, start, end)
    start = number.start() if number else start
    before = match.string[max(0, start - _LOOK_BACK) : start].lower()
    is_round = match.string.endswith("00", start, end)
    if is_round and _DILUTED.search(before):
        return True
    if not any(character.isalpha() for character in before):
        return False
    return (_counted_before() if is_round else _measured_before()).search(before) is not None


def stands_before_unit(match: re.Match[str], group: str | int = 0) -> bool:
    return is_unit_at(match.string, match.end(group))


def is_unit_at(text: str, place: int) -> bool:
    return _unit_after().match(text, place) is not None


def has_cue_before(match: re.Match[str], name: str) -> bool:
    """Whether a cue of this list stands shortly before, on the same line."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    return _any_of(name).search(before.rpartition("\n")[2]) is not None


def is_measured(word: str) -> bool:
    """Whether a word is of the name of a value of the laboratory, a dose, or a machine."""
    return word.lower() in _measured_words()


@cache
def _measured_words() -> frozenset[str]:
    return frozenset(part.lower() for name in _cues()["measured"] for part in name.split())


@cache
def _cues() -> dict[str, list[str]]:
    with files("deidentify.text").joinpath("cues.toml").open("rb") as file:
        return tomllib.load(file)


def _cue(word: str) -> str:
    pattern = r"[ \t]{0,2}".join(re.escape(part) for part in word.split())
    if _is_latin(word[0]):
        pattern = _FREE_OF_LETTERS + pattern
    if word[-1].isdigit():
        pattern = rf"{pattern}(?![0-9])"
    return rf"{pattern}(?![a-z])" if _is_latin(word[-1]) else pattern


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


@cache
def _any_of(name: str) -> re.Pattern[str]:
    return re.compile(any_cue(name), re.IGNORECASE)


@cache
def _measured_before() -> re.Pattern[str]:
    return _before(r"(?:->|=>|[-~/→⇒>]|에서|to)")


@cache
def _counted_before() -> re.Pattern[str]:
    return _before(r"(?:->|=>|[-~/→⇒>,]|에서|to|(?<=[ \t]))")


def _before(between: str) -> re.Pattern[str]:
    """What leads from the name to the number: words, signs, and the numbers of the series before it.

    Lower case on both sides, and Latin names tried at beginnings of words only: this is the costliest search here.
    """
    names = any_cue("measured").lower().split("|")
    latin = "|".join(name for name in names if name.startswith(_FREE_OF_LETTERS))
    others = "|".join(name for name in names if not name.startswith(_FREE_OF_LETTERS))
    lead = rf"(?:[ \t]{{0,2}}(?:{any_cue('measured_words').lower()}|[:=>~≥≤<≈(+)→/-])){{0,4}}[ \t]{{0,2}}"
    series = rf"(?:[0-9][0-9.,]*+[km]?[ \t]{{0,2}}{between}[ \t]{{0,2}}){{0,6}}"
    return re.compile(rf"(?:{_FREE_OF_LETTERS}(?=[a-z])(?:{latin})|{others}){lead}{series}$")


@cache
def _unit_after() -> re.Pattern[str]:
    units = sorted(_cues()["units"], key=len, reverse=True)
    return re.compile(rf"[ \t]?(?:{'|'.join(_unit(unit) for unit in units)})", re.IGNORECASE)


def _unit(unit: str) -> str:
    """A unit ends with its word; `20391847 U/S` is an examination, `250000/M` a man."""
    if unit == "/":
        return r"/[ \t]?(?![mf](?![a-z])|[남여0-9\s]|$)"
    if _is_latin(unit[-1]):
        return rf"{re.escape(unit)}(?![a-z]|/s(?![a-z]))"
    if "가" <= unit[-1] <= "힣":
        return rf"{re.escape(unit)}(?:(?![가-힣])|(?={_PARTICLES}))"
    return re.escape(unit)
