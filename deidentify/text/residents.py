"""The rules for resident and foreigner numbers, which are never stored: six digits of a birthday, then seven.

The checksum is not asked for: numbers given since October 2020 have none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from deidentify.text.cues import any_cue, is_measurement, stands_before_unit
from deidentify.text.forms import CENTURY, DAY, END, JOIN, MMDD, MONTH, START, Rule, Script, maker
from domain.text import IdentifierKind

_BORN = rf"{START}{CENTURY}?[0-9]{{2}}{MMDD}"
_WHOLE = r"(?![0-9]|[.,][0-9])"
_SYMBOLS, _ANYTHING = (rf"\s{{0,4}}(?:{seen}\s{{0,4}}){{0,3}}" for seen in (r"(?:[^\w\s]|_)", r"[^0-9\s]"))
_DIGIT = "[0-9①-⑨⓪⑴-⑼⒈-⒐⓵-⓽⓿❶-❾➀-➈➊-➒]"
_APART = r"[ \t.-]"
_TOGETHER = re.compile(rf"{_DIGIT}{{2}}")
"""One digit at a time is another rule's."""
_MASK = "[*●○•#_◯xo×]"
_COUNTED = r"[0-9.,%~→-]|개|일|주|년|회|차|번|시|분|명|기"


@cache
def resident_number_rules() -> tuple[Rule, ...]:
    """Return the rules, strongest first."""
    make = maker(IdentifierKind.RESIDENT_NUMBER, needs=Script.DIGITS)
    return (
        make("resident_number", rf"{_BORN}(?:\s{{0,2}}-{{1,2}}\s{{0,2}})?[0-9]{{7}}{END}"),
        make("resident_number_masked", rf"{_BORN}(?:\s{{0,2}}[-~./_]{{1,2}}\s{{0,2}}|\s{{0,2}}){_masked()}"),
        make("resident_number_apart", rf"(?P<a>{_BORN})(?:{_SYMBOLS})(?P<b>[0-9]{{7}}){_WHOLE}", _is_no_measurement),
        make("resident_number_parted", _parted(), _is_plausible),
        make("resident_number_halves", rf"(?P<v>{_BORN}){_second_half()}(?P<w>[0-9]{{7}}){_WHOLE}"),
        make("resident_number_around", rf"(?P<v>{_BORN})(?:{_ANYTHING})(?P<w>[0-9]{{7}}){_WHOLE}", _is_no_measurement),
        make("resident_number_short", rf"{_BORN}\s?-\s?[1-8](?![a-z]|\s?(?:{_COUNTED}))", _is_no_size),
        make("resident_number_spaced", _spaced(), _begins_with_birthday),
        *_loose_rules(),
        *_named_rules(),
    )


def _loose_rules() -> tuple[Rule, ...]:
    """Thirteen digits however they are divided, a birthday written as a date, and signs between the digits."""
    make = maker(IdentifierKind.RESIDENT_NUMBER)
    after = r"(?![0-9]|[.,][0-9])"
    day = r"[ ]?(?:1[0-2]|0?[1-9])[ ]?[-./월][ ]?(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])[ ]?일?"
    dated = rf"(?:(?:18|19|20)[0-9]{{2}}[ ]?[-./년]|[0-9]{{2}}[ ]?년){day}"
    parted = rf"[0-9]{{2}}[ ./-]?{MONTH}[ ./-]?{DAY}"
    half = rf"[1-8](?:{_MASK}{{2}}|[0-9]{{1,4}}{_MASK}{{2}}|[*●○•#◯])[0-9*●○•#_◯xo×]{{0,6}}(?![0-9a-z])"
    return (
        make(
            "resident_number_loose", rf"{START}(?=(?P<v>{_DIGIT}(?:{_APART}{{0,3}}+{_DIGIT}){{12}}{after}))", _is_loose
        ),
        make(
            "resident_number_dated",
            rf"{START}{dated}[ \t.(-]{{0,3}}(?P<b>[0-9](?:[ -]?[0-9]{{6}}|(?:[ -][0-9]){{6}}))\)?{_WHOLE}",
            _is_behind_date,
        ),
        make("resident_number_signs", rf"{START}{CENTURY}?{parted}[ \t]{{0,2}}[-~.]?[ \t]{{0,2}}{half}"),
    )


def _named_rules() -> tuple[Rule, ...]:
    """What follows the name of such a number, or of one of its halves."""
    make = maker(IdentifierKind.RESIDENT_NUMBER, needs=Script.DIGITS)
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


def _is_loose(match: re.Match[str]) -> bool:
    """A day comes first; a series of values is told by its name, its unit, its decimal point or its round numbers."""
    if not _TOGETHER.search(match["v"]):
        return False
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in match["v"])
    groups = re.findall("[0-9]+", plain)
    if not re.match(rf"[0-9]{{2}}{MMDD}", "".join(groups)) or len(groups) == 1:
        return False
    return _is_divided_as_number(plain, groups) and not is_measurement(match, "v")


def _is_divided_as_number(plain: str, groups: list[str]) -> bool:
    """Whether the parts fall where those of a birthday and of seven digits do, or are even."""
    edges = {sum(map(len, groups[:count])) for count in range(1, len(groups))}
    if edges & {1, 3, 5} or (edges & {2, 4} and 6 not in edges):
        return _is_divided_evenly(plain, groups)
    second = groups[len([edge for edge in edges if edge <= 6]) :]
    return _is_second_half(second) if edges & {2, 4} else not _are_values(second)


def _is_divided_evenly(plain: str, groups: list[str]) -> bool:
    """Three or four groups of three to five digits, of which one does not end in nought or five."""
    even = len(groups) <= 4 and min(map(len, groups)) >= 3
    return even and "." not in plain and not all(group[-1] in "05" for group in groups)


def _is_second_half(groups: list[str]) -> bool:
    """Behind a birthday in parts: one digit and the others, one by one, or a group that is long."""
    lengths = [len(group) for group in groups]
    is_divided = lengths in ([3, 4], [4, 3]) and not any(group.endswith("0") for group in groups)
    return is_divided or len(groups) in (1, 7) or lengths in ([1, 6], [1, 3, 3])


def _are_values(groups: list[str]) -> bool:
    """Behind six digits: round numbers, or another day."""
    is_day = [len(group) for group in groups] in ([4, 1, 2], [4, 2, 1]) and groups[0][:2] in ("19", "20")
    return is_day or all(group.endswith("0") for group in groups)


def _is_behind_date(match: re.Match[str]) -> bool:
    return not match["b"].endswith("000") and not is_measurement(match, "b")
