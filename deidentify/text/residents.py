"""The rules for resident and foreigner numbers, which are never stored: six digits of a birthday, then seven.

The checksum is not asked for: numbers given since October 2020 have none.
"""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.cues import any_cue, is_measurement, stands_before_unit
from deidentify.text.forms import CENTURY, DAY, END, JOIN, MMDD, MONTH, START, Rule, maker
from domain.text import IdentifierKind

_BORN = rf"{START}{CENTURY}?[0-9]{{2}}{MMDD}"
_WHOLE = r"(?![0-9]|[.,][0-9])"
_SYMBOLS, _ANYTHING = (rf"\s{{0,4}}(?:{seen}\s{{0,4}}){{0,3}}" for seen in (r"(?:[^\w\s]|_)", r"[^0-9\s]"))
_COUNTED = r"[0-9.,%~→-]|개|일|주|년|회|차|번|시|분|명|기"


@cache
def resident_number_rules() -> tuple[Rule, ...]:
    """Return the rules, strongest first."""
    make = maker(IdentifierKind.RESIDENT_NUMBER)
    return (
        make("resident_number", rf"{_BORN}(?:\s{{0,2}}-{{1,2}}\s{{0,2}})?[0-9]{{7}}{END}"),
        make("resident_number_masked", rf"{_BORN}(?:\s{{0,2}}[-~./_]{{1,2}}\s{{0,2}}|\s{{0,2}}){_masked()}"),
        make("resident_number_apart", rf"(?P<a>{_BORN})(?:{_SYMBOLS})(?P<b>[0-9]{{7}}){_WHOLE}", _is_no_measurement),
        make("resident_number_parted", _parted(), _is_plausible),
        make("resident_number_halves", rf"(?P<v>{_BORN}){_second_half()}(?P<w>[0-9]{{7}}){_WHOLE}"),
        make("resident_number_around", rf"(?P<v>{_BORN})(?:{_ANYTHING})(?P<w>[0-9]{{7}}){_WHOLE}", _is_no_measurement),
        make("resident_number_short", rf"{_BORN}\s?-\s?[1-8](?![a-z]|\s?(?:{_COUNTED}))", _is_no_size),
        make("resident_number_spaced", _spaced(), _begins_with_birthday),
        *_named_rules(),
    )


def _named_rules() -> tuple[Rule, ...]:
    """What follows the name of such a number, or of one of its halves."""
    make = maker(IdentifierKind.RESIDENT_NUMBER)
    digits = r"[0-9](?:[ \-~*]{0,2}[0-9*]){5,12}"
    half = r"[ \t]?(?:[67][ \t]?)?(?:자리|번호)"
    return (
        make("resident_number_named", rf"(?:{any_cue('resident_number')}){JOIN}(?P<v>{digits})(?![0-9]|[.,][0-9])"),
        make("resident_number_first_half", rf"앞{half}{JOIN}(?P<v>[0-9]{{2}}{MMDD}){END}"),
        make("resident_number_second_half", rf"(?:뒷|뒤){half}{JOIN}(?P<v>[1-8][0-9]{{6}}){END}"),
    )


def _masked() -> str:
    """Digits that end in signs; letters stand for digits only in a row, since 8x9 is a size."""
    return r"(?:[0-9]{1,6}[*●○•#_◯]{1,8}|(?:[0-9]{1,5}[xo×]{2}|[0-9]{6}[xo×])[xo×]{0,6}(?![0-9a-z]))"


def _parted() -> str:
    """A birthday in three parts, or a second half in two or three behind a hyphen."""
    born = rf"{START}(?P<year>[0-9]{{2}})[ .\-/]?{MONTH}[ .\-/]?{DAY}"
    whole, split = r"(?P<b>[1-8][0-9]{6})", r"(?P<c>[1-8](?:[ -]?[0-9]){6})"
    return rf"{born}(?:\s{{0,2}}-{{0,2}}\s{{0,2}}{whole}|\s{{0,2}}-\s{{0,2}}{split}){_WHOLE}"


def _second_half() -> str:
    return r"[^0-9]{0,12}(?:뒷|뒤|끝|나머지)[^0-9]{0,12}(?:7[^0-9]{1,8})?"


def _spaced() -> str:
    return rf"{START}(?<![0-9] )[0-9](?:[ \-]{{1,3}}[0-9]{END}){{12}}(?! [0-9])"


def _is_no_measurement(match: re.Match[str]) -> bool:
    """Neither of the two numbers is a value of the laboratory or stands before a unit."""
    halves = ("v", "w") if "v" in match.re.groupindex else ("a", "b")
    return not any(is_measurement(match, half) for half in halves)


def _is_plausible(match: re.Match[str]) -> bool:
    """The first of the seven digits tells the century; who was born in it is about 100 years old at the most."""
    half = "b" if match["b"] else "c"
    year, is_old = int(match["year"]), match[half][0] in "1256"
    return (year >= 20 if is_old else year <= 40) and not is_measurement(match, half)


def _is_no_size(match: re.Match[str]) -> bool:
    return not stands_before_unit(match)


def _begins_with_birthday(match: re.Match[str]) -> bool:
    return re.match(rf"[0-9]{{2}}{MMDD}", re.sub(r"[^0-9]", "", match.group())) is not None
