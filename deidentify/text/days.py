"""Dates become their distance from the day of the message; a month becomes a rough one; years alone stay.

Two numbers with a stroke between them are read in `yearless.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from deidentify.text.forms import CENTURY, DAY, MONTH, Circumstances, Conversion, Finder
from deidentify.text.yearless import NO_UNIT, WEEKDAY, stroke_rules
from domain.text import IdentifierKind

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)"
    r"?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_M, _D = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12][0-9]|0?[1-9])"
_EDGE, _END = r"(?<![0-9a-z.:/-])(?<![0-9] )", r"(?![0-9a-z/]|[-.:][0-9])"
_FREE = r"(?<![0-9a-z])(?<![0-9][.:/-])"


@cache
def day_rules() -> tuple[Finder, ...]:
    """Return the rules for dates, the fullest first."""
    return (*_full_dates(), *_english_and_yearless_dates(), *_month_rules())


def _full_dates() -> tuple[Finder, ...]:
    year, short = rf"(?P<y>{CENTURY}[0-9]{{2}})", r"['’]?(?P<y>[0-3][0-9])"
    ordinal, sep = rf"{_D}(?:st|nd|rd|th)?", r"(?P<s>[ ]?[-./][ ]?)"
    return (
        _rule(
            "date",
            (
                rf"{_FREE}(?P<v>{year}(?P<s>[ ]?[-./,년][ ]?){_M}[ ]?[-./,월][ ]?{_D}(?![0-9])"
                rf"(?:[ ]?일)?{WEEKDAY}){NO_UNIT}(?![-.][0-9]{{3}})"
            ),
            _exact,
        ),
        _rule(
            "date_short_year",
            rf"{_FREE}(?P<v>['’]?(?P<y>[0-3][0-9])[ ]?년[ ]?{_M}[ ]?월[ ]?{_D}[ ]?일{WEEKDAY})",
            _exact,
        ),
        _rule(
            "date_points",
            rf"{_EDGE}(?P<v>{short}\.[ ]?{_M}\.[ ]?{_D}\.?(?![0-9]){WEEKDAY}){NO_UNIT}(?![-.][0-9])",
            _exact_short,
        ),
        _rule(
            "date_strokes",
            (
                rf"{_EDGE}(?P<v>['’]?(?P<y>[12][0-9])(?P<s>[-/])(?P<m>{MONTH})(?P=s)(?P<d>{DAY})"
                rf"{WEEKDAY}){_END}{NO_UNIT}"
            ),
            _exact_short,
        ),
        _rule(
            "date_digits",
            rf"(?<![0-9a-z.-])(?P<v>(?P<y>20[0-3][0-9])(?P<m>{MONTH})(?P<d>{DAY}))(?![0-9a-z]|[-.][0-9])",
            _exact_near,
        ),
        _rule("date_american", rf"{_EDGE}(?P<v>{_M}{sep}{_D}(?P=s){year})(?![0-9])", _exact),
        _rule("date_european", rf"{_EDGE}(?P<v>{_D}{sep}{_M}(?P=s){year})(?![0-9])", _exact),
        _rule("date_american_short", rf"{_EDGE}(?P<v>{_M}/{_D}/(?P<y>[12][0-9])){_END}{NO_UNIT}", _exact_short),
        _rule(
            "date_english",
            rf"(?<![a-z])(?P<v>(?P<n>{_NAMED})[ -]?{ordinal},?(?:[ -]+{year}|[ ]['’](?P<y2>[0-9]{{2}}))(?![0-9]))",
            _exact,
        ),
    )


def _english_and_yearless_dates() -> tuple[Finder, ...]:
    year = rf"(?P<y>{CENTURY}[0-9]{{2}})"
    ordinal = rf"{_D}(?:st|nd|rd|th)?"
    return (
        _rule(
            "date_english_day_first",
            rf"(?<![0-9a-z.-])(?P<v>{ordinal}[ -]?(?:of[ ])?(?P<n>{_NAMED}),?[ -]?{year})(?![0-9])",
            _exact,
        ),
        _rule("date_korean", rf"(?<![0-9])(?P<v>{_M}[ ]?월[ ]?{_D}[ ]?일{WEEKDAY})(?!째|간)", _yearless),
        _rule(
            "date_english_yearless",
            rf"(?<![a-z])(?P<v>(?P<n>{_NAMED})[ ]?{ordinal})(?![0-9a-z.,]*[0-9]){NO_UNIT}",
            _yearless_named,
        ),
        _rule(
            "date_english_day_first_yearless",
            rf"(?<![0-9a-z.-])(?P<v>{ordinal}[ -]?(?:of[ ])?(?P<n>{_NAMED}))(?![a-z])",
            _yearless_named,
        ),
        *stroke_rules(_nearest_said),
    )


def _month_rules() -> tuple[Finder, ...]:
    year = rf"(?P<y>{CENTURY}[0-9]{{2}})"
    return (
        _rule(
            "month",
            rf"(?<![0-9])(?P<v>{year}[ ]?년[ ]?{_M}[ ]?월(?:[ ]?(?:초|중순|말|경|쯤))?)(?![ ]?[0-9]{{1,2}}[ ]?일)",
            _month,
        ),
        _rule(
            "month_short_year",
            rf"(?<![0-9])(?P<v>['’]?(?P<y>[0-3][0-9])[ ]?년[ ]?{_M}[ ]?월)(?![ ]?[0-9]{{1,2}}[ ]?일|[ ]?생)",
            _short_month,
        ),
        _rule(
            "month_yearless",
            rf"(?<![0-9년])(?<![0-9년] )(?P<v>{_M}[ ]?월[ ]?(?:초|중순|말|경|쯤|하순|상순))(?![가-힣]{{2}}|[ ]?[0-9])",
            _yearless_month,
        ),
        _rule("month_english", rf"(?<![a-z])(?P<v>(?P<n>{_NAMED}),?[ -]?{year})(?![0-9])", _month),
        _rule("month_american", rf"{_EDGE}(?P<v>{_M}/{year}){_END}", _month),
        _rule("month_digits", rf"{_EDGE}(?P<v>{year}[-./](?P<m>{MONTH})){_END}", _month),
    )


_SERIES_BEFORE = re.compile(
    r"(?:sofa|apache|gcs|crp|wbc|peep|score|plt|hb|ratio|ribs?|(?<![a-z])(?:segs?|segments?|stations?|levels?|lns?|"
    r"nodes?)|"
    r"늑골|갈비뼈|림프절|구역)[^a-z가-힣]{0,6}$",
    re.IGNORECASE,
)
_BONES_AFTER = re.compile(
    r"[ ]?(?:th)?[ ]?(?:ribs?|seg|station|level|ln|node|fx|fracture|늑골|갈비뼈|번|골절|림프절)", re.IGNORECASE
)

Reading = Callable[[re.Match[str], Circumstances], str | None]


def distance(day: date, today: date, *, in_korean: bool, is_rough: bool = False) -> str:
    """Return how far a day is from the day of the message, in brackets: days, later months, then years and months."""
    days = (today - day).days
    if days == 0 and not is_rough:
        return "[오늘]" if in_korean else "[today]"
    amount = _amount(abs(days), in_korean=in_korean, is_rough=is_rough)
    if in_korean:
        return f"[{'약 ' if is_rough else ''}{amount} {'전' if days >= 0 else '후'}]"
    return f"[{'about ' if is_rough else ''}{amount} ago]" if days >= 0 else f"[in {amount}]"


def _amount(days: int, *, in_korean: bool, is_rough: bool) -> str:
    """Return an amount of time; beyond 99 years the number says no more."""
    year, month, day = ("년", "개월", "일") if in_korean else (" y", " mo", " d")
    if days < 100 and not is_rough:
        return f"{days}{day}"
    years, months = divmod(max(1, round(days / 30.4375)), 12)
    if years < 2:
        return f"{years * 12 + months}{month}"
    return f"{min(years, 99)}{year}" + (f" {months}{month}" if months and not is_rough else "")


def _rule(name: str, pattern: str, reading: Reading) -> Conversion:
    return Conversion(name, IdentifierKind.DATE, re.compile(pattern, re.IGNORECASE), reading)


def _exact(match: re.Match[str], circumstances: Circumstances) -> str | None:
    return _said(_day(match), circumstances)


def _exact_short(match: re.Match[str], circumstances: Circumstances) -> str | None:
    """A year of two digits counts where it is of the last 30 years or the next."""
    this_year = circumstances.today.year if circumstances.today else 2039
    if not this_year - 30 <= 2000 + int(match["y"]) <= this_year + 1 or _is_series(match):
        return None
    return _said(_day(match), circumstances)


def _is_series(match: re.Match[str]) -> bool:
    """Values in a row behind their name, or ribs, segments and stations that points divide."""
    before = match.string[max(0, match.start() - 14) : match.start()]
    after = match.string[match.end() : match.end() + 12]
    return bool(_SERIES_BEFORE.search(before) or _BONES_AFTER.match(after))


def _exact_near(match: re.Match[str], circumstances: Circumstances) -> str | None:
    """Eight digits are read as a day only within the last twelve years, with the day of the message known."""
    day, today = _day(match), circumstances.today
    if day is None or today is None or not -400 <= (today - day).days <= 4400:
        return None
    return _said(day, circumstances)


def _yearless(match: re.Match[str], circumstances: Circumstances) -> str | None:
    return _nearest_said(int(match["m"]), int(match["d"]), circumstances)


def _nearest_said(month: int, day: int, circumstances: Circumstances) -> str | None:
    return _said(_nearest(month, day, circumstances), circumstances)


def _yearless_named(match: re.Match[str], circumstances: Circumstances) -> str | None:
    """May 3 and Mar 3 are days; may and mar in small letters are other words."""
    if match["n"][0].islower() and match["n"].strip(".") in {"may", "mar", "dec", "sep"}:
        return None
    return _said(_nearest(_month_of(match), int(match["d"]), circumstances), circumstances)


def _month(match: re.Match[str], circumstances: Circumstances) -> str | None:
    if circumstances.today is None:
        return "[date]"
    return distance(
        date(int(match["y"]), _month_of(match), 15),
        circumstances.today,
        in_korean=circumstances.in_korean,
        is_rough=True,
    )


def _short_month(match: re.Match[str], circumstances: Circumstances) -> str | None:
    if circumstances.today is None:
        return "[date]"
    day = date(2000 + int(match["y"]), int(match["m"]), 15)
    return distance(day, circumstances.today, in_korean=circumstances.in_korean, is_rough=True)


def _yearless_month(match: re.Match[str], circumstances: Circumstances) -> str | None:
    day = _nearest(int(match["m"]), 15, circumstances)
    if circumstances.today is None or day is None:
        return "[date]"
    return distance(day, circumstances.today, in_korean=circumstances.in_korean, is_rough=True)


def _said(day: date | None, circumstances: Circumstances) -> str | None:
    if day is None:
        return None
    if circumstances.today is None:
        return "[date]"
    return distance(day, circumstances.today, in_korean=circumstances.in_korean)


def _day(match: re.Match[str]) -> date | None:
    year = int(match["y"] or f"20{match['y2']}")
    return _made(year + 2000 if year < 100 else year, _month_of(match), int(match["d"]))


def _month_of(match: re.Match[str]) -> int:
    named = match.groupdict().get("n")
    return _NAMES.index(named[:3].lower()) + 1 if named else int(match["m"])


def _nearest(month: int, day: int, circumstances: Circumstances) -> date | None:
    """Return the day without a year that is most plausible: the last one, or one within the next month."""
    today = circumstances.today or date(2000, 12, 31)
    days = [made for year in range(today.year + 1, today.year - 9, -1) if (made := _made(year, month, day))]
    return next((made for made in days if (made - today).days <= 31), None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
