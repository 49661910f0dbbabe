"""The text as rules see it: plain digits, hyphens and blanks, composed Hangul, nothing invisible.

What is read here is only read: the text that leaves is the one received, composed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_HYPHENS = "‐‑‒–—―−﹘﹣－ー⁃⸺⸻ㅡ"
_BLANKS = "\u00a0\u1680\u202f\u205f\u2800\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WIDE = "＠．。＋（）：／＃＊～，|｜│"
_PLAIN = "@..+():/#*~,,,,"
_LINES = "\x85\u2028\u2029"
_LOOKS_LIKE = str.maketrans(
    _HYPHENS + _BLANKS + _WIDE + _LINES, "-" * len(_HYPHENS) + " " * len(_BLANKS) + _PLAIN + "\n" * len(_LINES)
)
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_LINE_CONTROLS = frozenset("\t\n\v\f\r\x85")
_UNSEEN_CATEGORIES = frozenset(("Cf", "Mn", "Me"))
"""Zero-width and bidirectional marks, variation selectors, accents that compose with nothing, enclosing keycaps."""
_SIMPLE = re.compile(r"[\t-\r -{}~가-힣]*+")
"""Nothing of it looks like something else, is unseen, or composes with its neighbours."""
_LONG_MARKS = re.compile(r".?m{31,}")
_KEYCAP = re.compile(r"[0-9](?=\ufe0f?\u20e3)")
_ENCLOSED = re.compile(r"[①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]{2,}")
"""One by itself numbers a list, and stands beside other digits; only two and more are a number."""
_RAISED = re.compile(r"(?<![\w)\]])[⁰¹²³⁴-⁹₀-₉]+")
"""Behind a letter, digit or bracket it is an exponent, which is read as no digit."""
_PIECE = re.compile(r"[\x00-\x7f가-힣\u1100-\u1112]?[^\x00-\x7f가-힣\u1100-\u1112]*", re.DOTALL)
"""A letter that begins a piece whatever stands before it, and what may compose with it."""
_HANGUL = re.compile("[가-힣]")
_ACCENTED = re.compile("[À-ÖØ-öø-žƠơƯưǍ-ǰȘ-țẠ-ỹ]")
_OWN_LETTERS = dict(zip("ßÆæØøÐðÞþŁłĐđŒœıŊŋ", "sAaOoDdTtLlDdOoiNn", strict=True))
"""Letters that are no other letter with an accent."""
_KEYCAP_DIGITS = "⓪①②③④⑤⑥⑦⑧⑨"


def compose(value: str) -> str:
    """Return the text in Unicode's composed form (NFC), in which cues and particles are written.

    Heaps of more than 30 marks on one letter stay as they are: to sort them takes quadratic time.
    """
    if value.isascii() or _SIMPLE.fullmatch(value):
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

    def places(self, position: int) -> int:
        """Return where what stands at this position of the text stands here."""
        return position if self.positions is None else bisect_left(self.positions, position)


@dataclass(frozen=True, slots=True)
class Chunks:
    """Where pieces of a text begin, as given and composed; no letter composes across their edges."""

    given: list[int]
    composed: list[int]

    def start(self, position: int) -> int:
        """Return where the piece begins that holds this position of the composed text, or the position itself."""
        piece = bisect_right(self.composed, position) - 1
        return self.given[piece] + (position - self.composed[piece] if self._is_same(piece) else 0)

    def end(self, position: int) -> int:
        """Return where the piece ends whose last character stands before this position."""
        piece = bisect_right(self.composed, position - 1) - 1
        return self.given[piece] + position - self.composed[piece] if self._is_same(piece) else self.given[piece + 1]

    def _is_same(self, piece: int) -> bool:
        """Whether composing left the piece as long as it was; the last edge begins no piece."""
        if piece + 1 == len(self.given):
            return True
        return self.given[piece + 1] - self.given[piece] == self.composed[piece + 1] - self.composed[piece]


def chunks(value: str) -> Chunks:
    """Return the pieces of a text that compose each by itself."""
    if unicodedata.is_normalized("NFC", value):
        return Chunks([0], [0])
    given, composed = [0], [0]
    for piece in _PIECE.finditer(value):
        given.append(piece.end())
        composed.append(composed[-1] + len(compose(piece.group())))
    return Chunks(given, composed)


def is_korean(value: str) -> bool:
    """Whether Korean is written here, so that dates and ages are written in it as well."""
    return _HANGUL.search(value) is not None


def make_plain(value: str) -> Plain:
    if _SIMPLE.fullmatch(value):
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
    """Read a digit of any script as a digit, and a Latin letter with an accent without it."""
    digit = unicodedata.decimal(character, None)
    return fold(character) if digit is None else str(digit)


def fold(value: str) -> str:
    """Return Latin letters without their accents, each in the place of one: Schäfer as Schafer."""
    return _ACCENTED.sub(_without_accent, value)


def _without_accent(found: re.Match[str]) -> str:
    letter = found.group()
    return _OWN_LETTERS.get(letter) or unicodedata.normalize("NFD", letter)[0]
