"""What stands around a Korean name: labels and roles before it; ages, numbers and titles behind it."""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.words import words

AGE_AFTER = re.compile(
    r"[ \t]?[,:/]?[ \t]?(?:[(\[][ \t]?)?(?:(?:[mf]|남|여|남자|여자|남성|여성)"
    r"[ \t]?[/,.]?[ \t]?[0-9]{1,3}(?![0-9])|[0-9]{1,3}[ \t]?[/,.]?[ \t]?"
    r"(?:[mf](?![a-z])|남|여|세|살|yo|y/o|대)|(?:m|f|남|여|남자|여자)[)\]]|[0-9]{2}년?생|pts?(?![a-z]))",
    re.IGNORECASE,
)
NUMBER_AFTER = re.compile(
    r"[ \t]?[,:/(#]{0,2}[ \t]?(?:[0-9]{6,13}(?![0-9])|[a-z]{1,3}[0-9]{6,9}|010-|"
    r"\[(?:number|resident number|phone|birth date)\])",
    re.IGNORECASE,
)
PERSON_BEFORE = re.compile(
    r"(?:(?<![0-9])[0-9]{1,3}[ \t]?(?:세|살|yo|y/o)?[ \t]?[/,]?[ \t]?(?:[mf]|"
    r"남|여|남자|여자|남성|여성|남아|여아|세|살)|(?:[mf]|남|여)[ \t]?/[ \t]?[0-9]{1,3}|"
    r"\[(?:number|resident number|[0-9]{2}대|90세 이상)\]"
    r"(?:/[mf])?|(?<![0-9])[0-9]{7,9})[ \t,:)/]{1,3}$",
    re.IGNORECASE,
)
TITLED = re.compile("(?:[자사장수의생배객원모드따구머버형누부]님|분님)$")
ENDS = re.compile(r"[ \t]*(?:[,/(;\n|]|$|[0-9]|[MF](?![A-Za-z])|남|여)")
_AMONG_NAMES = re.compile(
    r"\[name\](?:님|씨|환자|교수님|선생님|쌤)?(?:[ ]?[,/·&+][ ]?|[ ]?(?:와|과|하고|랑|이랑|및)[ ])$"
)
LOOKED_AT = re.compile(
    r"[ ]?(?:[,/:(\]→]|$|\n|->|CT|CXR|HRCT|PET|MR|씨티|시티|엑스레이|"
    r"사진|판독|검사|영상|올림|드림|"
    r"(?:r/o|s/p|f/u|c/o|d/t|w/|hx|dx|pod|post)(?![a-z])|F(?![a-z])|M(?![a-z])|[0-9]{1,3}[ ]?세)|"
    r"(?<=[가-힣])(?:님|씨)",
    re.IGNORECASE,
)
INTRODUCES = re.compile(
    "(?:인데요|입니다|이고요|이구요|이라고|라고|인데|꺼|환자|이에요|예요|이요|임|이에여|예여|인데여)$"
)
TITLE_ALONE = re.compile(
    r"[ ]?(?:씨|님)(?:이|가|은|는|의|도|께서|께|을|를|한테|"
    r"꺼|거|것|네|랑|하고|꺼랑|거랑|이랑|과|와|인데|입니다|이요)?(?![가-힣])"
)


@cache
def _lead() -> re.Pattern[str]:
    """A label or role at the end of what stands before, on the same line."""
    known = "|".join(
        sorted(words("names", "korean", "labels") | words("names", "korean", "roles"), key=len, reverse=True)
    )
    return re.compile(
        rf"(?<![가-힣])(?:{known}|(?:[가-힣]{{1,6}}과)[ ]?(?:전공의|교수|펠로우|전문의|"
        rf"과장|인턴))[ \t]{{0,2}}(?:[:=/,]|\([ ]?)?[ \t]{{0,2}}$"
    )


@cache
def _label() -> re.Pattern[str]:
    known = "|".join(sorted(words("names", "korean", "labels"), key=len, reverse=True))
    return re.compile(
        rf"(?<![가-힣])(?:환자[ ]?|보호자[ ]?|수진자[ ]?)?(?:{known})[ \t]{{0,2}}(?:[:=은는이]|"
        rf"이요|\([ ]?)?[ \t]{{0,2}}[:=]?[ \t]?$"
    )


def is_led(before: str) -> bool:
    if _AMONG_NAMES.search(before):
        return True
    return before.rstrip(" \t:=/,(").endswith(_lead_ends()) and _lead().search(before) is not None


def is_labelled(before: str) -> bool:
    return before.rstrip(" \t:=(").endswith(_label_ends()) and _label().search(before) is not None


@cache
def _lead_ends() -> tuple[str, ...]:
    """Return how every lead ends; most of what stands before a word is told apart by this, at little cost."""
    return (*words("names", "korean", "labels"), *words("names", "korean", "roles"), "전문의")


@cache
def _label_ends() -> tuple[str, ...]:
    return tuple(label + end for label in words("names", "korean", "labels") for end in ("", "은", "는", "이", "이요"))
