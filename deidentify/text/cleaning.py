"""Text through the door: find, replace, and look again until nothing is found.

What counts as an identifier is in `patterns.py`, `residents.py` and `cues.toml`;
names are not looked for yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from deidentify.text.forms import Rule
from deidentify.text.patterns import all_rules
from deidentify.text.plain import compose, make_plain
from deidentify.text.residents import resident_number_rules
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

_PLACEHOLDER = re.compile("|".join(rf"\[{re.escape(kind.value)}\]" for kind in IdentifierKind))


def clean_text(text: IdentifiableText) -> DeidentifiedText:
    """Return the text, composed, with identifiers replaced by typed placeholders; doing it twice changes nothing.

    A placeholder that is already there counts as a replacement of its kind.
    """
    value = _replace_all(compose(text.value), all_rules)
    found = tuple(
        Replacement(start=match.start(), end=match.end(), kind=IdentifierKind(match.group()[1:-1]))
        for match in _PLACEHOLDER.finditer(value)
    )
    return DeidentifiedText(value=value, replacements=found)


def cut_resident_numbers(text: IdentifiableText) -> IdentifiableText:
    """Return the text, composed, with every resident and foreigner number replaced by its placeholder."""
    return IdentifiableText(_replace_all(compose(text.value), resident_number_rules))


def _replace_all(value: str, rules: Callable[[], tuple[Rule, ...]]) -> str:
    """Look again until nothing is found; it ends, since each pass takes away digits (or an @) and adds none."""
    while (replaced := _replace_once(value, rules())) != value:
        value = replaced
    return value


def _replace_once(value: str, rules: Iterable[Rule]) -> str:
    plain = make_plain(value)
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
