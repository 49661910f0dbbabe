"""Korean particles behind a value: 을 or 를, 은 or 는, by how the value's last sound is spoken.

Sentences are written with both forms, `{label}을(를)`; only that place of the sentence is settled, never a word of
the value, which somebody typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

# Both forms as they are written, then the form after a consonant and the form after a vowel.
_PAIRS = {
    "을(를)": ("을", "를"),
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
_SYLLABLES = range(0xAC00, 0xD7A4)
_FINALS = 28
_RIEUL = 8
# The final consonant of each digit as it is read: 영 일 이 삼 사 오 육 칠 팔 구. Numbers that end in noughts are read
# 십, 백, 천 or 만, which end in a consonant too.
_DIGIT_FINALS = {"0": 21, "1": _RIEUL, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": _RIEUL, "8": _RIEUL, "9": 0}


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """Return a Korean sentence with its values, and the particles behind them settled.

    Both forms stay where the last sound is not known, as behind Latin letters.

    Raises:
        KeyError: a value is missing.
    """
    said: list[str] = []
    for literal, name, spec, _ in Formatter().parse(sentence):
        said.append(_settled(literal, said[-1] if said else ""))
        if name is not None:
            said.append(format(values[name], spec or ""))
    return "".join(said)


def _settled(literal: str, before: str) -> str:
    final = _final(before[-1:])
    if final is None:
        return literal
    for pair, forms in _PAIRS.items():
        if literal.startswith(pair):
            return _form(forms, final, is_toward=pair == "(으)로") + literal.removeprefix(pair)
    return literal


def _form(forms: tuple[str, str], final: int, *, is_toward: bool) -> str:
    ends_in_consonant = final != 0 and not (is_toward and final == _RIEUL)
    return forms[0] if ends_in_consonant else forms[1]


def _final(letter: str) -> int | None:
    """Return the number of the final consonant (0: none) as Unicode 3.12 counts them, or None where it is not known."""
    if letter and ord(letter) in _SYLLABLES:
        return (ord(letter) - _SYLLABLES.start) % _FINALS
    return _DIGIT_FINALS.get(letter)
