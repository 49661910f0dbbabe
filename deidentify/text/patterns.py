"""The rules for identifiers in text, strongest first, as regular expressions whose time is linear.

They see plain text: ASCII digits, hyphens and blanks. Each pattern is bounded
or possessive. Group `v` is what is replaced; without it, the whole match is.
The words that say what a number is stand in `cues.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from deidentify.text.cues import any_cue, is_measurement, stands_before_unit
from domain.text import IdentifierKind

_START, _END = r"(?<![0-9])", r"(?![0-9])"
_FREE = rf"{_START}(?<![0-9]\.)"
"""Not within a number, nor behind its decimal point."""
_LETTERS = r"(?:(?<![a-z0-9])[a-z]{1,4}[-_]?)?"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:[12][0-9]|3[01]|0?[1-9])"
_MMDD = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_CENTURY = r"(?:19|20)"
_YEAR = rf"{_CENTURY}[0-9]{{2}}"
_YEAR_FIRST = rf"{_CENTURY}?[0-9]{{2}} ?[-./년] ?{_MONTH} ?[-./월] ?{_DAY}{_END}(?: ?일)?"
_DAY_FIRST = rf"[0-9]{{1,2}} ?[-./] ?[0-9]{{1,2}} ?[-./] ?{_CENTURY}?[0-9]{{2}}{_END}"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_ORDINAL = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_GAP = r"[ -]{1,2}"
_ENGLISH = (
    rf"(?:{_MONTH_NAME}{_GAP}{_ORDINAL},?{_GAP}[0-9]{{4}}{_END}"
    rf"|{_ORDINAL}{_GAP}(?:of )?{_MONTH_NAME},?{_GAP}[0-9]{{4}}{_END})"
)
_DATE = rf"(?:{_YEAR_FIRST}|{_DAY_FIRST}|{_ENGLISH})"
_NOT_BIRTH = "검리존성긴겨체후기각활산식물명선"
"""생검 is a biopsy, 생리 a period, 생존 survival: what follows 생 decides whether it says *born*."""
_JOIN = r"[ \t]{0,2}(?:은|는|이|가|의)?[ \t]{0,2}[:=#.\-(]{0,2}[ \t]{0,2}(?:은|는|no\.?|number)?[ \t:#]{0,2}"

Check = Callable[[re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way an identifier is written; `name` is what the documentation calls it."""

    name: str
    kind: IdentifierKind
    pattern: re.Pattern[str]
    holds: Check | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self.pattern.finditer(text):
            if self.holds is None or self.holds(match):
                yield match.span("v") if "v" in self.pattern.groupindex else match.span()


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, strongest first."""
    return (*resident_number_rules(), *_address_rules(), *_birth_date_rules(), *_phone_rules(), *_number_rules())


@cache
def resident_number_rules() -> tuple[Rule, ...]:
    """Return the rules for resident and foreigner numbers, which are never stored.

    The checksum is not asked for: numbers given since October 2020 have none.
    """
    born = rf"{_START}{_CENTURY}?[0-9]{{2}}{_MMDD}\s{{0,2}}(?:[-~./_]{{1,2}}\s{{0,2}})?"
    digits = r"[0-9](?:[ \-~*]{0,2}[0-9*]){5,12}"
    spaced = rf"{_START}(?<![0-9] )[0-9](?:[ \-]{{1,3}}[0-9]{_END}){{12}}(?! [0-9])"
    make = _maker(IdentifierKind.RESIDENT_NUMBER)
    return (
        make("resident_number", rf"{born}[0-9]{{7}}{_END}"),
        make("resident_number_masked", rf"{born}[0-9]{{1,6}}[*x●○•#_]{{1,7}}"),
        make("resident_number_short", rf"{_START}[0-9]{{2}}{_MMDD}\s?-\s?[1-8](?![0-9a-z.,%~-])"),
        make("resident_number_spaced", spaced, _is_spaced_resident_number),
        make("resident_number_named", rf"(?:{any_cue('resident_number')}){_JOIN}(?P<v>{digits})(?![0-9]|[.,][0-9])"),
    )


def _address_rules() -> tuple[Rule, ...]:
    character = "[a-z0-9._%+-]"
    host = r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
    return (_maker(IdentifierKind.EMAIL)("e_mail", rf"(?<!{character}){character}++@{host}"),)


def _birth_date_rules() -> tuple[Rule, ...]:
    run = rf"(?:[0-9]{{8}}|[0-9]{{6}}){_END}"
    year = rf"{_YEAR}(?: ?년)?(?! ?(?:kg|g|그램|cc|ml|년 ?생[검존]|[0-9]|[-./~]))"
    short_year = r"[0-9]{2}(?:[0-9]{2})? ?년"
    sex = r"(?:(?<![a-z])[mf]|[남여]자?)[ \t]?[/(,][ \t]?"
    make = _maker(IdentifierKind.BIRTH_DATE)
    return (
        make("birth_date_named", rf"(?<!발)(?:{any_cue('birth_date')}){_JOIN}(?P<v>{_DATE}|{run}|{year})"),
        make("birth_date_said", rf"{_START}(?P<v>{_DATE}|{run}|{short_year})[ \t]?생(?![{_NOT_BIRTH}])"),
        make("birth_date_by_sex", rf"{sex}(?P<v>(?={_YEAR}){_YEAR_FIRST})"),
        make("birth_date_digits", rf"(?<![0-9a-z])(?<![0-9][-.]){_YEAR}{_MMDD}{_END}(?!-[0-9])", _is_identifier),
    )


def _phone_rules() -> tuple[Rule, ...]:
    gap = r"[ \t]?[-.) ]{0,2}[ \t]?"
    last = rf"[0-9]{{3,4}}{gap}[0-9]{{4}}{_END}"
    area = r"0(?:2|[3-6][1-5]|70|80|50[0-9])"
    named = rf"\(?[0-9]{{2,4}}\)?(?:[-. ]?[0-9]{{3,4}}){{1,3}}{_END}"
    make = _maker(IdentifierKind.PHONE)
    return (
        make("phone_korea_abroad", rf"{_START}\+?82{gap}\(?0?\)?{gap}1[0-9]{gap}{last}"),
        make("phone_mobile", rf"{_FREE}\(?01[016-9]\)?{gap}{last}"),
        make("phone_landline", rf"{_FREE}\(?{area}[-.) ]{{1,3}}[0-9]{{3,4}}[-. ]{{1,2}}[0-9]{{4}}{_END}"),
        make("phone_landline_run", rf"{_FREE}{area}[0-9]{{7,8}}{_END}"),
        make("phone_abroad", rf"(?<![0-9+])\+[0-9]{{1,3}}(?:[ \-.]{{0,2}}\(?[0-9]{{1,4}}\)?){{2,6}}{_END}", _is_abroad),
        make("phone_american", rf"(?<![0-9.])(?:\([0-9]{{3}}\) ?|[0-9]{{3}}[-.])[0-9]{{3}}[-.][0-9]{{4}}{_END}"),
        make("phone_named", rf"(?:{any_cue('phone')}){_JOIN}(?P<v>{named})", _is_identifier),
    )


def _number_rules() -> tuple[Rule, ...]:
    named = r"[a-z]{0,4}[-/]?[0-9](?:[-./]?[0-9a-z]){2,30}(?: [0-9]{3,}(?! ?[a-z0-9%/.]))*"
    run = rf"{_FREE}{_LETTERS}[0-9]{{6,}}(?:[-_][0-9]{{1,8}}){{0,4}}(?:[a-z](?![a-z]))?{_END}"
    of_year = rf"(?<![a-z0-9])[a-z]{{1,3}}-?{_CENTURY}?[0-9]{{2}}-[0-9]{{3,8}}(?![0-9-])"
    make = _maker(IdentifierKind.NUMBER)
    return (
        make("uid", r"(?<![0-9.])[0-2](?:\.[0-9]{1,40}){5,}"),
        make("number_named", rf"(?:{any_cue('number')}){_JOIN}(?P<v>{named})", _is_named_number),
        make("social_security_number", r"(?<![0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9-])"),
        make(
            "number_in_groups", rf"(?<![0-9.]){_LETTERS}[0-9]{{2,8}}(?:-[0-9]{{1,8}}){{2,5}}{_END}", _is_grouped_number
        ),
        make("number_of_year", of_year, _is_number_of_year),
        make("number_long", run, _is_identifier),
    )


def _maker(kind: IdentifierKind) -> Callable[..., Rule]:
    def make(name: str, pattern: str, holds: Check | None = None) -> Rule:
        return Rule(name, kind, re.compile(pattern, re.IGNORECASE), holds)

    return make


def _is_identifier(match: re.Match[str]) -> bool:
    """A long number with a unit, or after the name of a laboratory value, is a measurement."""
    return len(match.group()) > 9 or not is_measurement(match)


def _is_named_number(match: re.Match[str]) -> bool:
    digits = sum(character.isdigit() for character in match.group("v"))
    return digits >= 6 or (digits >= 3 and not stands_before_unit(match))


def _is_spaced_resident_number(match: re.Match[str]) -> bool:
    return re.match(rf"[0-9]{{2}}{_MMDD}", re.sub(r"[^0-9]", "", match.group())) is not None


def _is_abroad(match: re.Match[str]) -> bool:
    groups = re.findall(r"[0-9]+", match.group())
    return 8 <= sum(map(len, groups)) <= 15 and max(map(len, groups)) >= 4


def _is_grouped_number(match: re.Match[str]) -> bool:
    """Groups of digits are a number when one after the first is long; dates in a row are not."""
    groups = re.findall(r"[0-9]+", match.group())
    dates = re.fullmatch(rf"(?:{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}-?)+", match.group())
    return not dates and sum(map(len, groups)) >= 9 and max(map(len, groups[1:])) >= 4


def _is_number_of_year(match: re.Match[str]) -> bool:
    """S19-12345 and R-2024-118 are numbers of a laboratory; CA19-9 and T12-100 are not."""
    return len(re.sub(r"[^0-9]", "", match.group())) >= 6
