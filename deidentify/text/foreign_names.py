"""Foreign names in Hangul: behind an origin, or before a title of people where no Korean word stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.forms import Circumstances, Script
from deidentify.text.ordinary import is_ordinary
from deidentify.text.words import any_word, words

_NAME = r"[가-힣]{2,8}(?:[ ][가-힣]{2,8})?"
_TITLE = r"(?:씨|님|산모|환아|환자)"
_AGE = (
    r"[ ]?[,(/]?[ ]?(?:\(?[0-9]{1,3}[ ]?(?:세|살|[/,][ ]?[mf남여]|[mf](?![a-z]))|\(?[mf남여][ ]?[/,]?[ ]?[0-9]{2}|"
    r"(?:남자|여자|남|여)[ ][0-9]{2}|\([0-9]{2}\))"
)
_SAID = r"(?:래요|라고|이라고|입니다|이고|이에요|예요|이라는|라는|인데|이며)"
_SYLLABLES = "응쩐쯔뚜뜨띠쉬흐츠프크르즈쿠룽랏팟퐁칸샤랴댜먀쉐웨옌뉴르브뇨짠칭쑤띤키카타파야스"


def foreign_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where foreign names stand in Hangul."""
    if not Script.HANGUL.value.search(text):
        return
    for match in _behind_origin().finditer(text):
        yield from _name(match)
    for match in _BEHIND_NUMBER.finditer(text):
        yield from _name(match)
    for match in _BEFORE_TITLE.finditer(text):
        if any(syllable in _SYLLABLES for syllable in match["v"]):
            yield from _name(match)


@cache
def _behind_origin() -> re.Pattern[str]:
    country = any_word("places", "countries")
    group = r"(?:[ ]?(?:국적|출신|사람|인|분|환자|여성|남성|산모|여자|남자|에서[ ]온|에서[ ]오신))"
    link = r"(?:이고|이신|이며|인)?(?:[ ](?:이름|성함|성명)(?:은|이)?)?"
    return re.compile(
        rf"(?<![가-힣])(?:(?:{country}){group}{{1,2}}|\[origin\]{group}{{0,2}}){link}[ ,:]{{1,2}}(?P<v>{_NAME}?)"
        rf"(?={_AGE}|[ ]?{_TITLE}|{_SAID})",
        re.IGNORECASE,
    )


_BEHIND_NUMBER = re.compile(r"\[(?:resident number|birth date)\]생?[ ,/]{1,3}(?P<v>[가-힣]{3,5})(?=[ ]?(?:[,/(\n]|$))")
_BEFORE_TITLE = re.compile(
    r"(?:^|(?<=[\n,.:] )|(?<=\n)|(?<=환자 )|(?<=산모 ))(?P<v>[가-힣]{3,8}|[가-힣]{1,8}[ ][가-힣]{2,8}?)"
    r"(?=[ ](?:씨|님|산모|환아)(?![가-힣]{3})|(?:씨|님)(?![가-힣]{2}))"
)


def _name(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    parts = match["v"].split(" ")
    if not any(is_ordinary(part) or part in _no_names() or _SENTENCE.search(part) for part in parts):
        yield match.span("v")


_SENTENCE = re.compile("(?:니다|까요|이요|하는|있는|없는|이며|으로|에서|하고|받은|했던|오신|환자|의심|다는|중인|된)$")


@cache
def _no_names() -> frozenset[str]:
    return words("names", "korean", "roles") | words("names", "korean", "honorifics") | words("places", "family")
