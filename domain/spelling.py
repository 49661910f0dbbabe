"""How a short reply is spelled: case, spaces, widths, normal forms and the composition of Hangul do not count.

Only for comparing whole replies with known words; nothing that is folded here is ever kept or shown.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_PARTS = {
    **{"ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ"},
    **{"ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ", "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ"},
    **{"ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ"},
}
_ENDS = ".,!;:~…。、)]\"'"
_BEGINNINGS = "([\"'"
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc"})


def plain(text: str) -> str:
    """Return a reply in one form: compatible characters, small letters, single spaces, nothing around it."""
    while (spelled := _spelled(text)) != text:
        text = spelled
    return text


def folded(text: str) -> str:
    """Return what two spellings of one word have in common: no spaces, and Hangul letter by letter."""
    letters = _letters()
    return "".join(letters.get(each, each) for each in unicodedata.normalize("NFD", plain(text)) if not each.isspace())


def _spelled(text: str) -> str:
    """Return the text one step plainer; what is left out of it may let its neighbours compose in the next."""
    seen = (_character(each) for each in unicodedata.normalize("NFKC", text.casefold()))
    return " ".join("".join(seen).split()).strip(_ENDS + " ").lstrip(_BEGINNINGS + " ")


def _character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


@cache
def _letters() -> dict[str, str]:
    """Return the plain letter of each conjoining one: a slip puts a letter elsewhere, or leaves it alone."""
    jamo = {
        **{chr(0x1100 + place): letter for place, letter in enumerate(_LEADS)},
        **{chr(0x1161 + place): letter for place, letter in enumerate(_VOWELS)},
        **{chr(0x11A8 + place): letter for place, letter in enumerate(_TAILS)},
    }
    return {character: _PARTS.get(letter, letter) for character, letter in jamo.items()}
