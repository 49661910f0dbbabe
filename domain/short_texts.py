"""Making words fit into one text message without changing what they say (safety rule 16).

A sentence of a doctor is sent whole or not at all: half of one may say the opposite.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from domain.lengths import GSM_SEGMENT, UCS2_SEGMENT, cp949_bytes_of, length_of, septets_of
from domain.text import DeidentifiedText, IdentifierKind

_PLAIN: Mapping[str, str] = {
    **{"–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "→": "->", "←": "<-", "≥": ">=", "≤": "<=", "±": "+/-"},
    **{"≈": "~", "×": "x", "µ": "u", "μ": "u", "↑": " up", "↓": " down", "“": '"', "”": '"', "‘": "'", "’": "'"},
    **{"\u00a0": " ", "\u2009": " "},
}
_MIDDLE_DOT = re.compile(r"(?<!\d)·|·(?!\d)")
"""Between digits it is a decimal point to some and a product to others, and stays."""
_HANGUL = re.compile("[가-힣]")
_PICTURES = frozenset({"So", "Cf", "Cs", "Co", "Mn"})
_BARE = frozenset({IdentifierKind.AGE, IdentifierKind.DATE})
_SENTENCE = re.compile(r".+?(?:[.?!](?=\s)|\n|$)", re.DOTALL)
_GOES_ON = re.compile(r"\b(?:vs|approx|dr|no|ca|e\.g|i\.e|cf|fig|incl|resp|st|etc|q\d+)\.$|^\W*\d+[.)]$", re.IGNORECASE)
"""A full stop that ends no sentence."""


def plain_signs(text: str) -> str:
    """Return a text with the signs that text messages have; pictures go, letters, numbers and Hangul stay."""
    is_korean = _HANGUL.search(text) is not None
    if not is_korean:
        text = _MIDDLE_DOT.sub("-", text)
    kept = (_sign(each, is_korean=is_korean) for each in text)
    return re.sub(r"[ \t]+", " ", "".join(kept)).strip()


def shown_plainly(text: DeidentifiedText) -> str:
    """Return a text without spare blanks; ages and days without brackets, which cost two septets each."""
    parts, end = [], 0
    for found in sorted(text.replacements, key=lambda each: each.start):
        inside = text.value[found.start : found.end].strip("[]")
        parts.append(text.value[end : found.start])
        parts.append(inside if found.kind in _BARE else f"({inside})")
        end = found.end
    lines = "".join((*parts, text.value[end:])).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def first_sentence(text: str) -> str:
    """Return the first sentence, whole."""
    sentence = ""
    for match in _SENTENCE.finditer(text.strip()):
        sentence += match.group()
        if not _GOES_ON.search(sentence):
            break
    return sentence.strip()


def summary_length(text: DeidentifiedText) -> tuple[int, int]:
    """Return how long the words are that a text message takes of an answer, and how long these may be.

    They are all of it where that fits, else the first sentence.
    """
    whole = plain_signs(shown_plainly(text))
    length = length_of(whole)
    if not length.fits_one_message:
        length = length_of(plain_signs(first_sentence(shown_plainly(text))))
    return (length.units, UCS2_SEGMENT) if length.septets is None else (length.septets, GSM_SEGMENT)


def cuts(text: str) -> Iterator[str]:
    """Yield a question, then ever less of it, by whole words; for what is only announced, and stands behind a link."""
    yield text
    words = text.split()
    for count in range(len(words) - 1, 0, -1):
        yield " ".join(words[:count]) + ".."
    yield ""


def _sign(character: str, *, is_korean: bool) -> str:
    if septets_of(character) is not None or (is_korean and cp949_bytes_of(character) is not None):
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    is_picture = cp949_bytes_of(character) is None and unicodedata.category(character) in _PICTURES
    return "" if is_picture else character
