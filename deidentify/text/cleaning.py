"""Text through the door: find, replace, and look again until nothing is found.

What counts as an identifier is in `patterns.py` and `cues.toml`; names are not
looked for yet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deidentify.text.patterns import Rule, all_rules, resident_number_rules
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

_PLACEHOLDER = re.compile("|".join(rf"\[{re.escape(kind.value)}\]" for kind in IdentifierKind))
_HYPHENS = "‐‑‒–—―−﹘﹣－ー"
_BLANKS = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_WIDE = "＠．。＋（）：／＃＊～"
_PLAIN = "@..+():/#*~"
_LOOKS_LIKE = str.maketrans(_HYPHENS + _BLANKS + _WIDE, "-" * len(_HYPHENS) + " " * len(_BLANKS) + _PLAIN)
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u180e")


def clean_text(text: IdentifiableText) -> DeidentifiedText:
    """Return the text with identifiers replaced by typed placeholders; doing it twice changes nothing.

    A placeholder that is already there counts as a replacement of its kind.
    """
    value = _replace_all(text.value, all_rules)
    found = tuple(
        Replacement(start=match.start(), end=match.end(), kind=IdentifierKind(match.group()[1:-1]))
        for match in _PLACEHOLDER.finditer(value)
    )
    return DeidentifiedText(value=value, replacements=found)


def cut_resident_numbers(text: IdentifiableText) -> IdentifiableText:
    """Return the text with every resident and foreigner number replaced by its placeholder."""
    return IdentifiableText(_replace_all(text.value, resident_number_rules))


def _replace_all(value: str, rules: Callable[[], tuple[Rule, ...]]) -> str:
    """Look again until nothing is found; it ends, since each pass takes away digits (or an @) and adds none."""
    while (replaced := _replace_once(value, rules())) != value:
        value = replaced
    return value


@dataclass(frozen=True, slots=True)
class _Plain:
    """The text as rules see it: plain digits, hyphens and blanks, nothing invisible."""

    value: str
    positions: list[int] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end - 1] + 1


def _make_plain(value: str) -> _Plain:
    if value.isascii():
        return _Plain(value, None)
    shown = [(place, character) for place, character in enumerate(value) if character not in _UNSEEN]
    plain = "".join(_plain_character(character) for _, character in shown).translate(_LOOKS_LIKE)
    return _Plain(plain, None if len(shown) == len(value) else [place for place, _ in shown])


def _plain_character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _replace_once(value: str, rules: Iterable[Rule]) -> str:
    plain = _make_plain(value)
    taken = bytearray(len(plain.value))
    spans: list[tuple[int, int, IdentifierKind]] = []
    for rule in rules:
        for start, end in rule.spans(plain.value):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                spans.append((*plain.original(start, end), rule.kind))
    return _fill(value, sorted(spans))


def _fill(value: str, spans: list[tuple[int, int, IdentifierKind]]) -> str:
    parts: list[str] = []
    last = 0
    for start, end, kind in spans:
        parts += (value[last:start], f"[{kind.value}]")
        last = end
    return "".join((*parts, value[last:]))
