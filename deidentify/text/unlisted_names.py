"""Western names of no list: capitalised words that are no medical ones, where a person is spoken to or of.

Capital letters alone say little in these messages; a cue, the place in the line or what follows has to join them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.cues import is_measured
from deidentify.text.forms import Circumstances, Script
from deidentify.text.latin_names import is_known_word
from deidentify.text.likeness import is_built_like_medicine
from deidentify.text.words import words

_WORD = r"[A-Z][a-z]{2,15}(?:['’-][A-Z]?[a-z]{2,12})?"
_EDGE = r"(?<![A-Za-z0-9'’-])"
_NAME = rf"{_WORD}(?:[ ](?:(?:van|von|de|del|la|der|bin|al)[ ])?{_WORD}){{0,2}}"
_SPOKEN_TO = re.compile(
    rf"{_EDGE}(?i:hi|hello|hey|dear|thanks|thank you|thx|regards|best|cheers|sincerely|re|cc|attn|d/w|fyi|"
    r"i am|i['’]m|im|this is|its|it['’]s|my name is|pt|"
    r"patient|paged|asked|ask|told|spoke (?:to|with|w/)|discussed with|"
    r"signed off to|handed over (?:to|by)|per|via|mr|mrs|ms|miss)"
    rf"[:,]?[ \n]{{1,2}}(?P<v>{_NAME})"
    r"(?=[ ]?(?:[,.!?;:()\n-]|$)|[ ](?:here|again|already|from|bed|and|who|in|at|is|on)(?![a-z]))"
)
_BEGINS = re.compile(
    rf"(?:^|(?<=[\n.?!:;>] )|(?<=\n)|(?<=/ )|(?<=, ))(?P<v>{_WORD}[ ](?:[A-Z]\.?[ ])?{_WORD}(?:[ ]{_WORD})?)"
    r"(?=,[ ]|[ ]?[(/][ ]?(?:[0-9]|[MFmf]/)|[ ](?:is|has|had|was|came|presented|needs|again)(?![a-z])|['’]s[ ]|"
    r"[ ](?:CT|CXR|MRI|PET)(?![a-z]))"
)
_OWNED = re.compile(
    rf"{_EDGE}(?P<v>{_WORD}(?:[ ]{_WORD})?)['’]s?[ ](?i:ct|cxr|chest|scan|x-?ray|film|mri|images?|case|report|daughter|"
    r"son|wife|husband|mother|father|chart|labs?|biopsy|echo|sats?|drain|tube)(?![a-z])"
)
_INITIAL = re.compile(rf"{_EDGE}(?P<v>(?:[A-Z]\.[ ]?){{1,2}}(?P<s>[A-Z][a-z]{{3,15}}))(?![A-Za-z])")
_SMALL = re.compile(
    r"(?<![A-Za-z])(?:its|it['’]s|this is|i am|i['’]m|im|hi|hey|hello|thanks|thx|dear|ask|asked|told|paged)"
    r"[ ](?P<v>(?!its|this|i[ '’m])[a-z]{3,12}(?:[ ][a-z]{3,12})?)(?![a-z])"
)


def unlisted_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where Western names stand that no list knows."""
    if not Script.LATIN.value.search(text):
        return
    for pattern in (_SPOKEN_TO, _BEGINS, _OWNED):
        for match in pattern.finditer(text):
            if _is_name(match["v"]):
                yield match.span("v")
    for match in _INITIAL.finditer(text):
        if _is_name(match["s"]) and match["s"].lower() not in words("names", "latin", "species"):
            yield match.span("v")
    for match in _SMALL.finditer(text):
        yield from _small(match)


def _small(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A usual first name in small letters, with the word behind it if that is a surname."""
    first, _, last = match["v"].partition(" ")
    if first in words("names", "latin", "first_names") and not is_known_word(first):
        has_both = last in words("names", "latin", "other_surnames")
        yield match.start("v"), match.start("v") + len(match["v"] if has_both else first)


def _is_name(name: str) -> bool:
    return not any(_is_word(word) for word in re.findall(r"[A-Za-z]{2,}", name) if word[0].isupper())


def _is_word(word: str) -> bool:
    lower = word.lower()
    return is_known_word(word) or is_measured(word) or lower in _medical_words() or is_built_like_medicine(word)


@cache
def _medical_words() -> frozenset[str]:
    return words("allowed", "english") | words("places", "english_cities") | words("places", "english_countries")
