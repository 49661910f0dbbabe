"""The text as rules see it: plain digits, hyphens and blanks, composed Hangul, nothing invisible.

What is read here is only read: the text that leaves is the one received, composed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_HYPHENS = "‐‑‒–—―−﹘﹣－ー⁃⸺⸻ㅡ"
_BLANKS = "\u00a0\u1680\u202f\u205f\u2800\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WIDE = "＠．。＋（）：／＃＊～，"
_PLAIN = "@..+():/#*~,"
_LINES = "\x85\u2028\u2029"
_LOOKS_LIKE = str.maketrans(
    _HYPHENS + _BLANKS + _WIDE + _LINES, "-" * len(_HYPHENS) + " " * len(_BLANKS) + _PLAIN + "\n" * len(_LINES)
)
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_LINE_CONTROLS = frozenset("\t\n\v\f\r\x85")
_UNSEEN_CATEGORIES = frozenset(("Cf", "Mn", "Me"))
"""Zero-width and bidirectional marks, variation selectors, accents that compose with nothing, enclosing keycaps."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LONG_MARKS = re.compile(r".?m{31,}")
_KEYCAP = re.compile(r"[0-9](?=\ufe0f?\u20e3)")
_ENCLOSED = re.compile(r"[①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]{2,}")
"""One by itself numbers a list, and stands beside other digits; only two and more are a number."""
_RAISED = re.compile(r"(?<![\w)\]])[⁰¹²³⁴-⁹₀-₉]+")
"""Behind a letter, digit or bracket it is an exponent, which is read as no digit."""
_KEYCAP_DIGITS = "⓪①②③④⑤⑥⑦⑧⑨"


def compose(value: str) -> str:
    """Return the text in Unicode's composed form (NFC), in which cues and particles are written.

    Heaps of more than 30 marks on one letter stay as they are: to sort them takes quadratic time.
    """
    if value.isascii():
        return value
    marks = "".join("m" if unicodedata.combining(character) else "." for character in value)
    parts: list[str] = []
    last = 0
    for heap in _LONG_MARKS.finditer(marks):
        parts += (unicodedata.normalize("NFC", value[last : heap.start()]), value[heap.start() : heap.end()])
        last = heap.end()
    return "".join((*parts, unicodedata.normalize("NFC", value[last:])))


@dataclass(frozen=True, slots=True)
class Plain:
    """What is read, and where each character of it stands in the text; `positions` is None where nothing differs."""

    value: str
    positions: list[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text; unseen characters behind it go with it."""
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end]


def make_plain(value: str) -> Plain:
    if value.isascii() and not _CONTROLS.search(value):
        return Plain(value, None)
    marked = _KEYCAP.sub(lambda found: _KEYCAP_DIGITS[int(found.group())], value)
    places = [place for place, character in enumerate(marked) if not _is_unseen(character)]
    shown = "".join(marked[place] for place in places)
    shown = _RAISED.sub(_digits, _ENCLOSED.sub(_digits, shown))
    plain = "".join(map(_plain_character, shown)).translate(_LOOKS_LIKE)
    return Plain(plain, None if len(places) == len(value) else [*places, len(value)])


def _is_unseen(character: str) -> bool:
    category = unicodedata.category(character)
    is_control = category == "Cc" and character not in _LINE_CONTROLS
    return is_control or category in _UNSEEN_CATEGORIES or character in _FILLERS


def _digits(found: re.Match[str]) -> str:
    return "".join(str(unicodedata.digit(character)) for character in found.group())


def _plain_character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)
