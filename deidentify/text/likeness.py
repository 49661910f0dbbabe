"""How much a Latin word is like a name: names of the world in a list, words of language and medicine in another.

A word of neither is judged by who wrote it where: see `placed_names.py`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from deidentify.text.cues import is_measured
from deidentify.text.latin_names import is_known_word
from deidentify.text.words import words

_MEDICAL = re.compile(
    r"(?:mab|nib|cillin|mycin|floxacin|azole|pril|sartan|statin|olol|itis|osis|oma|omas|a?emia|ectomy|otomy|oscopy|"
    r"graphy|gram|plasty|pathy|algia|[ts]ions?|ments?|ness|ology|ologist|ous|ism|asis|cele|lysis|trophy|plasia|penia|"
    r"rrhea|rrhage|static|tropic|genic|form|ular|tory|ical|ings?|fully|ably|ated|ized|ised|ility|ance|ency|[a-z]{3}ed)$"
)


@lru_cache(maxsize=20_000)
def is_word(word: str) -> bool:
    """Whether it is a word of language, medicine, messages or places, or is built like one of medicine."""
    lower = _bare(word)
    return (
        is_known_word(word)
        or is_measured(word)
        or lower in _words()
        or (lower.endswith("s") and lower[:-1] in _words())
        or (is_built_like_medicine(word) and not is_listed(word))
    )


def is_built_like_medicine(word: str) -> bool:
    """Whether it ends like a drug, a disease, a procedure or a word of reports: lobectomy, nodular."""
    return _MEDICAL.search(_bare(word)) is not None


@lru_cache(maxsize=20_000)
def is_eponym(word: str) -> bool:
    """Whether a sign, a disease, an operation or a score is called after it."""
    lower = _bare(word)
    return lower in words("allowed", "eponyms") or lower in words("familiar", "eponyms")


def is_given_name(word: str) -> bool:
    return _bare(word) in words("given", "first")


def is_listed(word: str) -> bool:
    """Whether it is a given name or a surname of the list."""
    lower = _bare(word)
    return lower in words("given", "first") or lower in words("given", "last")


def may_be_name(word: str) -> bool:
    """Whether it is of no list of words; what is an eponym as well may be one."""
    return not is_word(word) or (is_listed(word) and is_eponym(word))


def _bare(word: str) -> str:
    return re.sub("['’]s$", "", word).strip(".'’").lower()


@cache
def _words() -> frozenset[str]:
    places = (
        words("places", "english_cities") | words("places", "english_countries") | words("places", "english_origins")
    )
    return words("familiar", "words") | words("allowed", "english") | places
