"""The rules for identifiers in text, strongest first, as regular expressions whose time is linear.

They see plain text: ASCII digits, hyphens and blanks. Each pattern is bounded
or possessive. Groups `v` and `w` are what is replaced, and what stands between
them stays; without them, the whole match is. The words that say what a number
is stand in `cues.toml`; the rules for resident numbers in `residents.py`.
"""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.ages import age_rules
from deidentify.text.circumstances import circumstance_rules
from deidentify.text.cues import any_cue, has_cue_before, is_measurement, is_named_measurement, stands_before_unit
from deidentify.text.days import day_rules
from deidentify.text.foreign_names import foreign_names
from deidentify.text.forms import CENTURY, END, FREE, JOIN, LISTED, MMDD, START, Finder, Rule, Script, Search, maker
from deidentify.text.hangul_names import korean_names
from deidentify.text.hangul_slots import slotted_names
from deidentify.text.houses import house_rules
from deidentify.text.infants import infant_rules
from deidentify.text.knowns import known_rules
from deidentify.text.latin_names import latin_names
from deidentify.text.masked_names import masked_names
from deidentify.text.nicknames import nickname_rules
from deidentify.text.placed_names import placed_names
from deidentify.text.places import link_rules, place_rules
from deidentify.text.residents import resident_number_rules
from deidentify.text.unlisted_names import unlisted_names
from domain.text import IdentifierKind

_LETTERS = r"(?:(?<![a-z0-9])[a-z]{1,4}[-_]?)?"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:[12][0-9]|3[01]|0?[1-9])"
_YEAR = rf"{CENTURY}[0-9]{{2}}"
_YEAR_FIRST = rf"{CENTURY}?[0-9]{{2}} ?[-./년] ?{_MONTH} ?[-./월] ?{_DAY}{END}(?: ?일)?"
_DAY_FIRST = rf"[0-9]{{1,2}} ?[-./] ?[0-9]{{1,2}} ?[-./] ?{CENTURY}?[0-9]{{2}}{END}"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_ORDINAL = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_GAP = r"[ -]{1,2}"
_ENGLISH = (
    rf"(?:{_MONTH_NAME}{_GAP}{_ORDINAL},?{_GAP}[0-9]{{4}}{END}"
    rf"|{_ORDINAL}{_GAP}(?:of )?{_MONTH_NAME},?{_GAP}[0-9]{{4}}{END})"
)
_DATE = rf"(?:{_YEAR_FIRST}|{_DAY_FIRST}|{_ENGLISH})"
_OF_PATIENT = r"(?<![a-z])(?:pt|patient)[ .]{0,2}(?:no|id|number)(?![a-z])\.?"
_NOT_BIRTH = "검리존성긴겨체후기각활산식물명선"
"""생검 is a biopsy, 생리 a period, 생존 survival: what follows 생 decides whether it says *born*."""


@cache
def all_rules() -> tuple[Finder, ...]:
    """Return every rule, strongest first."""
    *births, digits = _birth_date_rules()
    return (
        *resident_number_rules(),
        *_mail_rules(),
        *births,
        *link_rules(),
        *known_rules(),
        *day_rules(),
        digits,
        *_phone_rules(),
        *_divided_number_rules(),
        *place_rules(),
        *nickname_rules(),
        *house_rules(),
        *_number_rules(),
        Search("name_masked", IdentifierKind.NAME, masked_names),
        Search("name_foreign", IdentifierKind.NAME, foreign_names),
        Search("name_korean", IdentifierKind.NAME, korean_names),
        Search("name_by_slot", IdentifierKind.NAME, slotted_names),
        Search("name_latin", IdentifierKind.NAME, latin_names),
        Search("name_unlisted", IdentifierKind.NAME, unlisted_names),
        Search("name_by_place", IdentifierKind.NAME, placed_names),
        *circumstance_rules(),
        *infant_rules(),
        *age_rules(),
    )


def _mail_rules() -> tuple[Rule, ...]:
    """With blanks around the @ only well-known endings count: `GGO @ RUL.No effusion` is no address."""
    local = r"(?<![a-z0-9._%+-])[a-z0-9._%+-]++"
    label = r"[a-z0-9-]{1,63}\."
    place = r"(?!(?:r[uml]l|l[ul]l|rt|lt|right|left|both|bilateral|apex|hilum|lingula)\.)"
    known = r"(?:com|net|org|edu|gov|info|kr|jp|cn|uk)(?![a-z0-9-])"
    make = maker(IdentifierKind.EMAIL)
    return (
        make("e_mail", rf"{local}@{place}(?:{label}){{1,8}}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{1,59}})(?![a-z0-9])"),
        make("e_mail_of_machine", rf"{local}@[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}{END}"),
        make("e_mail_spaced", rf"{local}[ \t]{{0,2}}@[ \t]{{0,2}}{place}(?:{label}){{1,8}}{known}"),
    )


def _birth_date_rules() -> tuple[Rule, ...]:
    run = rf"(?:[0-9]{{8}}|[0-9]{{6}}){END}"
    year = rf"{_YEAR}(?: ?년)?(?! ?(?:kg|g|그램|cc|ml|년 ?생[검존]|[0-9]|[-./~]))"
    short_year = r"[0-9]{2}(?:[0-9]{2})? ?년"
    sex = r"(?<![0-9]/)(?<![0-9세])(?<![0-9세] )(?:(?<![a-z])[mf]|[남여]자?)[ \t]?[/(,][ \t]?"
    make = maker(IdentifierKind.BIRTH_DATE, needs=Script.DIGITS)
    return (
        make("birth_date_named", rf"(?<!발)(?:{any_cue('birth_date')}){JOIN}(?P<v>{_DATE}|{run}|{year})"),
        make(
            "birth_date_said", rf"{START}(?P<v>{_DATE}|{run}|{short_year}(?: ?{_MONTH} ?월)?)[ \t]?생(?![{_NOT_BIRTH}])"
        ),
        make(
            "birth_date_said_english",
            rf"{START}(?P<v>{_DATE})[ ,]{{1,2}}(?:born|\(?dob)(?![a-z])|(?<![a-z])(?:born|b\.|"
            rf"\*)[ ]?(?:on[ ])?(?P<w>{_DATE})",
        ),
        make("birth_date_by_sex", rf"{sex}(?P<v>(?={_YEAR}){_YEAR_FIRST})"),
        make("birth_date_digits", rf"(?<![0-9a-z])(?<![0-9][-.]){_YEAR}{MMDD}{END}(?!-[0-9])", _is_identifier),
    )


def _phone_rules() -> tuple[Rule, ...]:
    gap = r"\s{0,2}[-.)/·・‧∙•_,~ ]{0,2}\s{0,2}"
    last = rf"[0-9]{{3,4}}{gap}[0-9]{{4}}{END}"
    mobile = r"01[016-9]"
    area = r"0(?:2|[3-6][1-5]|70|80|50[0-9])"
    in_list = r"(?:-[0-9]{3,4}-[0-9]{4}|[0-9]{7,8}|\.[0-9]{4}\.[0-9]{4})"
    named = rf"\(?[0-9]{{2,4}}\)?(?:[-. ]?[0-9]{{3,4}}){{1,3}}{END}"
    make = maker(IdentifierKind.PHONE, needs=Script.DIGITS)
    return (
        make("phone_korea_abroad", rf"{START}(?:\+82{gap}\(?0?\)?{gap}1[0-9]|82{gap}\(?0?\)?10){gap}{last}"),
        make("phone_mobile", rf"{FREE}\(?{mobile}\)?{gap}{last}"),
        make("phone_in_list", rf"{LISTED}(?:{mobile}|{area}(?=-)){in_list}{END}"),
        make("phone_landline", rf"{FREE}\(?{area}[-.) ]{{1,3}}[0-9]{{3,4}}[-. ]{{1,2}}[0-9]{{4}}{END}"),
        make("phone_landline_run", rf"{FREE}{area}[0-9]{{7,8}}{END}"),
        *_foreign_phone_rules(),
        make(
            "phone_of_house",
            rf"{FREE}(?:15(?:22|33|44|66|77|88|99)|16(?:44|61|66|70|88)|18(?:11|33|55|77|99))-[0-9]{{4}}{END}",
            _is_no_measurement,
        ),
        make(
            "phone_extension",
            rf"(?<![a-z])(?:내선|구내|ext\.?|extension|원내[ ]?번호|원내폰|당직폰|콜폰|호출|교환|삐삐|pager|beeper|"
            rf"bleep|"
            rf"vocera|"
            rf"dect)[ ]?(?:번호)?[ ]?[:#]?[ ]?(?P<v>[0-9]{{3,5}}|[0-9]{{1,4}}-[0-9]{{3,4}}){END}",
        ),
        make("phone_named", rf"(?:{any_cue('phone')}){JOIN}(?P<v>{named})", _is_named_phone),
    )


def _foreign_phone_rules() -> tuple[Rule, ...]:
    """Three groups like 300-450-1200 are a trend of the laboratory unless something says that they are a phone."""
    country = (
        r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[12469]|9[0-58]"
        r"|(?:2[1-689]|3[578]|42|5[09]|6[789]|8[0578]|9[679])[0-9])"
    )
    groups = r"(?:(?:[-.]|[ ]?\(|[ ](?!-))\(?[0-9]{1,8}\)?){1,6}"
    make = maker(IdentifierKind.PHONE, needs=Script.DIGITS)
    return (
        make("phone_abroad", rf"(?<![0-9+])\+(?:{country}{groups}|{country}[0-9]{{7,12}}){END}", _is_abroad),
        make(
            "phone_american",
            rf"(?<![0-9.])\([2-9][0-9]{{2}}\) ?[0-9]{{3}}[-.][0-9]{{4}}{END}",
            _is_no_measurement,
        ),
        make(
            "phone_american_named",
            rf"(?<![0-9.-])(?:1[-.])?[2-9][0-9]{{2}}[-.][2-9][0-9]{{2}}[-.][0-9]{{4}}{END}",
            _is_american,
        ),
    )


def _divided_number_rules() -> tuple[Rule, ...]:
    """Groups of digits behind the name of a number of the patient."""
    divided = r"[0-9]{1,4}(?:[ ][0-9]{2,6}){1,4}(?![0-9a-z%/]|[.,-][0-9])"
    make = maker(IdentifierKind.NUMBER, needs=Script.DIGITS)
    named = rf"(?:{any_cue('number')}|{_OF_PATIENT}){JOIN}(?P<v>{divided})"
    return (make("number_named_in_groups", named, _is_divided),)


def _number_rules() -> tuple[Rule, ...]:
    named = r"[a-z]{0,4}[-/]?[0-9](?:[-./]?[0-9a-z]){2,30}(?: [0-9]{3,}(?! ?[a-z0-9%/.]))*"
    run = rf"{FREE}{_LETTERS}[0-9]{{6,}}(?:[-_][0-9]{{1,8}}){{0,4}}(?:[a-z](?![a-z]))?{END}"
    grouped = rf"{FREE}{_LETTERS}[0-9]{{2,8}}(?:-[0-9]{{1,8}}){{2,5}}{END}"
    of_year = rf"(?<![a-z0-9])[a-z]{{1,3}}-?{CENTURY}?[0-9]{{2}}-[0-9]{{3,8}}(?![0-9-])"
    make = maker(IdentifierKind.NUMBER, needs=Script.DIGITS)
    return (
        make("uid", r"(?<![0-9.])[0-2](?:\.[0-9]{1,40}){5,}"),
        make("number_named", rf"(?:{any_cue('number')}){JOIN}(?P<v>{named})", _is_named_number),
        make(
            "number_of_health_service",
            r"(?<![a-z])nhs(?:[ ]?(?:no\.?|number|#))?[ :#]{0,3}(?P<v>[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})(?![0-9])",
        ),
        make(
            "number_beside_name",
            r"(?<![0-9a-z.-])(?P<v>[0-9]{2,6}-[0-9]{4,8})(?=[ ,/]{1,2}\[name\])",
            _is_no_measurement,
        ),
        make(
            "number_in_row",
            r"(?<=\])[ ]?[/,][ ]?(?P<v>[0-9]{6,10})(?=[ ]?[/,]|[ ]?$)"
            r"(?![ ]?/[ ]?(?:[umμµ]?l|mm3?|cc|hpf|day)(?![a-z]))",
        ),
        make("social_security_number", r"(?<![0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9-])", _is_no_measurement),
        make("number_in_groups", grouped, _is_grouped_number),
        make("number_of_year", of_year, _is_number_of_year),
        make("number_long", run, _is_identifier),
    )


def _is_no_measurement(match: re.Match[str]) -> bool:
    return not is_measurement(match)


def _is_identifier(match: re.Match[str]) -> bool:
    """A long number with a unit, or after the name of what is measured, is a measurement; so is a series of round ones.

    Above nine digits only both together say so: a viral load may have ten. Four zeros at the end are a count or a dose.
    """
    text = match.group()
    if "-" in text and (is_named_measurement(match) or _is_round_series(text)):
        return False
    if _is_decimal(match) or re.fullmatch("[1-9][0-9]{1,3}0000", text):
        return False
    if len(text) > 9:
        return not (len(text) <= 12 and stands_before_unit(match) and is_named_measurement(match))
    return not is_measurement(match)


def _is_round_series(text: str) -> bool:
    return all(re.fullmatch("[1-9][0-9]*00", group) for group in text.split("-"))


def _is_decimal(match: re.Match[str]) -> bool:
    """A value with one or two decimals; numbers of patients have none."""
    decimals = re.compile(r"\.[0-9]{1,2}(?![0-9.])").match(match.string, match.end())
    return decimals is not None and re.fullmatch("[1-9][0-9]{5,6}", match.group()) is not None


def _is_named_number(match: re.Match[str]) -> bool:
    """A short number, or a range of short ones, that stands before a unit is a measurement."""
    groups = re.findall(r"[0-9]+", match.group("v"))
    is_range = all(len(group) <= 5 and not group.startswith("0") for group in groups)
    return sum(map(len, groups)) >= 3 and not (is_range and stands_before_unit(match))


def _is_divided(match: re.Match[str]) -> bool:
    """At least six digits in groups behind their name, none of them before a unit."""
    return sum(map(str.isdigit, match["v"])) >= 6 and not stands_before_unit(match, "v")


def _is_named_phone(match: re.Match[str]) -> bool:
    return not is_measurement(match, "v")


def _is_american(match: re.Match[str]) -> bool:
    return has_cue_before(match, "phone") and not is_measurement(match)


def _is_abroad(match: re.Match[str]) -> bool:
    groups = re.findall(r"[0-9]+", match.group())
    return 8 <= sum(map(len, groups)) <= 15 and max(map(len, groups)) >= 4


def _is_grouped_number(match: re.Match[str]) -> bool:
    """Groups of digits are a number when one after the first is long; dates and values in a row are not."""
    groups = re.findall(r"[0-9]+", match.group())
    dates = re.fullmatch(rf"(?:{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}-?)+", match.group())
    is_long = sum(map(len, groups)) >= 9 and max(map(len, groups[1:])) >= 4
    return is_long and not dates and not _is_series(match) and not is_measurement(match)


def _is_series(match: re.Match[str]) -> bool:
    """Values of up to five digits, none with a zero in front, such as 250-320-1100."""
    text = match.group()
    return re.fullmatch("(?:0|[1-9][0-9]{0,4})(?:-(?:0|[1-9][0-9]{0,4}))*", text) is not None or _is_round_series(text)


def _is_number_of_year(match: re.Match[str]) -> bool:
    """S19-12345 and R-2024-118 are numbers of a laboratory; CA19-9 and T12-100 are not."""
    return len(re.sub(r"[^0-9]", "", match.group())) >= 6 and not is_measurement(match)
