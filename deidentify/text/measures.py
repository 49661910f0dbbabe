"""What no rule may alter: measurements with their units, sides, and negations (zero tolerance).

The rules of `patterns.py` and `residents.py` weigh units themselves, since
numbers of patients stand beside words of all kinds; every other rule gives way here.
"""

from __future__ import annotations

import re

from deidentify.text.hangul_slots import LISTED, likeness_of
from deidentify.text.ordinary import allowed_words
from domain.text import IdentifierKind

CHECKED_BY_THEIR_RULES = frozenset(
    (
        IdentifierKind.RESIDENT_NUMBER,
        IdentifierKind.PHONE,
        IdentifierKind.EMAIL,
        IdentifierKind.LINK,
        IdentifierKind.NUMBER,
        IdentifierKind.BIRTH_DATE,
    )
)

_UNITS = (
    r"(?:[mcuμµn]m|mm2|cm2|[md]?l|cc|[mkuμµn]?g|mcg|kg|%|hu|[mc]?gy|m?sv|mci|"
    r"[mkg]?bq|mmhg|cmh2o|mmol|meq|iu|u|fr|ga?|hz|"
    r"kvp?|mas?|msec|bpm|lpm|pack|py|갑년|기압|도|배|점|리터|미리|밀리|센치|센티|프로|퍼센트)"
)
_VALUE = (
    r"(?<![\w.])[0-9]++(?:[.,][0-9]++)?+(?:[ ]?(?:x|×|\*|~|-)[ ]?[0-9]++(?:[.,][0-9]++)"
    rf"?+){{0,3}}[ ]?{_UNITS}(?![a-z가-힣])"
)
_SIDES = (
    r"우측|좌측|양측|편측|반대측|동측|오른쪽|왼쪽|양쪽|우상엽|우중엽|우하엽|"
    r"좌상엽|좌하엽|우폐|좌폐|우심|좌심|(?<![가-힣])[우좌](?![가-힣])|"
    r"(?<![a-z])(?:right|left|rt|lt|both|bilateral(?:ly)?|unilateral|r[uml]l|l[ul]l)(?![a-z])"
)
_NEGATIONS = (
    r"없|않|아님|아닌|아니|못|배제|부정|(?<!충북 )(?<!충청북도 )음성|"
    r"(?<![a-z])(?:no(?!\.? ?[0-9])|not|none|nor|non|without|w/o|denie[sd]|negative|"
    r"neg|absent|absence|never|cannot|unlikely)(?![a-z])|"
    r"n't(?![a-z])|\(-\)"
)
_KEPT = re.compile(f"{_VALUE}|{_SIDES}|{_NEGATIONS}", re.IGNORECASE)


def _ends_name(text: str, place: int) -> bool:
    """Whether 아님 is the end of a listed name and 님: 김수아님, but not 정상아님."""
    surname = text[max(0, place - 2) : place]
    is_word = len(surname) < 2 or surname in allowed_words() or re.match("[가-힣]", text[max(0, place - 3) : place - 2])
    return not is_word and likeness_of(f"{surname}아") == LISTED


def mark_kept(text: str) -> bytearray:
    """Return a byte for each character: 1 where it belongs to a measurement, a side or a negation."""
    kept = bytearray(len(text))
    for match in _KEPT.finditer(text):
        if match.group() == "아님" and _ends_name(text, match.start()):
            continue
        kept[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return kept
