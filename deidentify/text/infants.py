"""Ages in months, weeks and days, and ages written in words, in both languages."""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.ages import age_band, month_band
from deidentify.text.forms import Circumstances, Conversion, Finder, Script
from domain.text import IdentifierKind

_SEX = r"(?:[mf](?![a-z0-9]|/u)|남아|여아|남자|여자|남|여)"
_CHILD = r"(?:남아(?!있)|여아|아기|영아|유아|아이|환아|신생아|소아|미숙아|남자|여자)"
_ENGLISH_CHILD = r"(?:males?|females?|boy|girl|infant|baby|neonate|newborn|child|toddler|preemie)(?![a-z])"
_UNIT = r"(?:months?|mos?|m/o|weeks?|wks?|wk|days?)"
_ENDS = r"(?=[ ]?(?:[,.;:)/]|\n|$|with[ ]))"
_THING = (
    r"(?![ -]{0,2}(?:[a-z]+[ ])?(?:fracture|fx|ct|cxr|scan|film|stud|image|infarct|clot|h(?:a)?ematoma|stroke|thromb))"
)
_TENS = {"스무": 20, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90}
_ONES = "하나|한|둘|두|셋|세|넷|네|다섯|여섯|일곱|여덟|아홉"
_ENGLISH_TENS = {
    word: 10 * (place + 2)
    for place, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"))
}
_CHINESE_TENS = {f"{one}십": 10 * (place + 2) for place, one in enumerate("이삼사오육칠팔구")}
_ENGLISH_ONES = "one|two|three|four|five|six|seven|eight|nine"


@cache
def infant_rules() -> tuple[Finder, ...]:
    """Return the rules, which come before those for ages in years."""
    return (*_korean_rules(), *_english_rules(), *_spoken_rules())


def _korean_rules() -> tuple[Finder, ...]:
    months = r"(?P<y>[0-9]{1,3})[ ]?(?P<u>개월|달|주|일)"
    return (
        _rule("age_in_months", rf"(?<![0-9.])(?P<v>생후[ ]?{months}(?:[ ]?된)?)"),
        _rule("age_in_months_of_child", rf"(?<![0-9.~세살-])(?<![0-9세살] )(?P<v>{months})(?=(?:[ ]?된)?[ ]?{_CHILD})"),
        _rule(
            "age_in_months_before_sex",
            rf"(?<![0-9.~-])(?<![0-9] )(?P<v>(?P<y>[0-9]{{1,2}})[ ]?(?P<u>개월))(?=[ ]?[/,(][ ]?{_SEX})",
        ),
        _rule(
            "age_in_months_after_sex",
            rf"(?<![a-z가-힣]){_SEX}[ ]?[/,(][ ]?(?P<v>(?P<y>[0-9]{{1,2}})[ ]?(?P<u>개월))"
            r"(?![ ]?(?:전|후|동안|간|째|만에))",
        ),
        _rule(
            "age_of_newborn",
            r"(?:신생아|미숙아)[ ,]{0,2}(?P<v>(?P<y>[0-9]{1,2})[ ]?(?P<u>일))(?:령|째)?(?![ ]?(?:전|후|간))",
        ),
    )


def _english_rules() -> tuple[Finder, ...]:
    edge = r"(?<![0-9a-z.:/~-])(?<![0-9] )"
    months = rf"(?P<y>[0-9]{{1,3}})[ -]?(?P<u>{_UNIT})"
    return (
        _rule(
            "age_in_years_and_months",
            rf"{edge}(?P<v>(?P<y>[0-9]{{1,2}})[ -]?(?P<u>years?|yrs?|yo|y)(?:[ ]and)?[ ]?[0-9]{{1,2}}[ ]?"
            r"(?:months?|mos?|m)(?:[ -]?old)?)(?![a-z])",
        ),
        _rule("age_in_months_english", rf"{edge}(?P<v>{months}[ -]{{0,2}}old)(?![a-z]){_THING}"),
        _rule(
            "age_in_months_english_of_child",
            rf"{edge}(?P<v>{months})(?=[ -]{_ENGLISH_CHILD}|[ ]?[/,]?[ ]?{_SEX}{_ENDS})",
        ),
        _rule(
            "age_in_months_english_after_sex",
            rf"(?:(?<![a-z0-9/\]])(?<![0-9\]] )[mf][ ]?[/,][ ]?|(?<![a-z]){_ENGLISH_CHILD},?[ ])"
            rf"(?P<v>{months})(?![a-z]){_ENDS}",
        ),
        _rule(
            "age_in_months_english_glued",
            r"(?<![a-z])[mf][ ]?/[ ]?(?P<v>(?P<y>[0-9]{1,2})[ ]?(?P<u>months?|mos?|m/o))(?![a-z])",
        ),
        _rule(
            "age_in_years_english_of_child",
            rf"(?<![a-z])(?:boy|girl|child|toddler|male|female|man|woman),?[ ]?(?P<v>(?P<y>[0-9]{{1,3}})[ ]?"
            rf"(?P<u>years?|yrs?|y))(?![a-z]){_ENDS}",
        ),
    )


def _spoken_rules() -> tuple[Finder, ...]:
    tens, english = "|".join(_TENS), "|".join(_ENGLISH_TENS)
    person = r"(?:할머니|할아버지|할머님|할아버님|어르신|노인|여자|남자|여성|남성|남|여)(?![가-힣])"
    return (
        _rule(
            "age_in_words",
            rf"(?<![가-힣])(?P<v>(?P<t>{tens})[ ]?(?:{_ONES})?(?:[ ]?(?:살|세))(?![가-힣]?대)|"
            rf"(?P<t2>{tens})[ ]?(?:{_ONES})"
            rf"(?=[ ]?(?:되신|된|아니|쯤|정도|이신|인|이고|이며|이에요|이세요|입니다|이요)|[ ]{person}|[ ]*$)|"
            rf"(?<=할머니 |어르신 )(?P<t3>{tens})[ ]?(?:{_ONES})(?![가-힣])|"
            rf"(?<=할아버지 )(?P<t4>{tens})[ ]?(?:{_ONES})(?![가-힣]))",
            script=Script.HANGUL,
        ),
        _rule(
            "age_in_chinese_words",
            r"(?<![가-힣])(?P<v>(?P<t>[이삼사오육칠팔구]?십)(?P<t2>)(?P<t3>)(?P<t4>)[일이삼사오육칠팔구]?[ ]?(?:세|"
            r"살)(?![가-힣]?대))",
            script=Script.HANGUL,
        ),
        _rule(
            "age_in_words_english",
            rf"(?<![a-z])(?P<v>(?P<t>{english})(?P<t2>)(?P<t3>)(?P<t4>)(?:[ -]?(?:{_ENGLISH_ONES}))?[ -]"
            r"(?:years?[ -]old|yrs?[ -]old|yo|y/o|years?|male|female|man|woman|lady|gentleman))(?![a-z])(?![ ](?:ago|"
            r"later|of|history|after|before))",
            script=Script.LATIN,
        ),
    )


def _rule(name: str, pattern: str, *, script: Script = Script.DIGITS) -> Conversion:
    shown = _months if script is Script.DIGITS else _words
    return Conversion(name, IdentifierKind.AGE, re.compile(pattern, re.IGNORECASE | re.MULTILINE), shown, script)


def _months(match: re.Match[str], circumstances: Circumstances) -> str:
    """Months by days of 30; from two years on, and where years are written, a band of years."""
    number, unit = int(match["y"]), match["u"].lower()
    if unit.startswith("y"):
        return age_band(number, in_korean=circumstances.in_korean)
    days = 1 if unit.startswith(("일", "d")) else 7 if unit.startswith(("주", "w")) else 30
    months = number * days // 30
    banded, amount = (age_band, months // 12) if months > 23 else (month_band, months)
    return banded(amount, in_korean=circumstances.in_korean)


def _words(match: re.Match[str], circumstances: Circumstances) -> str:
    tens = match["t"] or match["t2"] or match["t3"] or match["t4"]
    number = _TENS.get(tens) or _CHINESE_TENS.get(tens) or _ENGLISH_TENS.get(tens.lower(), 10)
    return age_band(number, in_korean=circumstances.in_korean)
