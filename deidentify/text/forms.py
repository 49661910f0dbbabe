"""What the rules for text are made of: the shape of a rule, edges of numbers, days, and the words between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple, Protocol

from domain.identity import KnownIdentities
from domain.text import IdentifierKind

START, END = r"(?<![0-9])", r"(?![0-9])"
FREE = rf"{START}(?<![0-9][.,])"
"""Not within a number, nor behind its decimal point or thousands separator."""
LISTED = r"(?:(?<=(?<![0-9.,])[1-9]\.)|(?<=(?<![0-9.,])[1-9][0-9]\.))"
"""Behind the number and point of an entry of a list."""
MONTH, DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"
MMDD = MONTH + DAY
CENTURY = r"(?:19|20)"
JOIN = r"[ \t]{0,2}(?:은|는|이|가|의)?[ \t]{0,2}[:=#.\-(]{0,2}[ \t]{0,2}(?:은|는|no\.?|number)?[ \t:#]{0,2}"

Check = Callable[[re.Match[str]], bool]


class Circumstances(NamedTuple):
    """What a rule may ask besides the text: the day of the message, who is known, and the language to write in."""

    today: date | None = None
    known: KnownIdentities | None = None
    in_korean: bool = False


class Found(NamedTuple):
    """Characters `start` to `end` of the text as rules see it, and what is to stand there."""

    start: int
    end: int
    kind: IdentifierKind
    shown: str


class Script(Enum):
    """What every match of a rule holds; a text without it is not searched."""

    LATIN = re.compile("[A-Za-z]")
    HANGUL = re.compile("[가-힣]")
    DIGITS = re.compile("[0-9]")
    ANY = re.compile("")


class Finder(Protocol):
    """A rule, however it looks; `name` is what the documentation calls it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> IdentifierKind: ...
    def find(self, text: str, circumstances: Circumstances) -> Iterator[Found]: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One way an identifier is written; `name` is what the documentation calls it."""

    name: str
    kind: IdentifierKind
    pattern: re.Pattern[str]
    holds: Check | None = None
    needs: Script | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield what is to be replaced: groups `v` and `w`, or the whole match."""
        if self.needs and not self.needs.value.search(text):
            return
        groups = [name for name in ("v", "w") if name in self.pattern.groupindex]
        for match in self.pattern.finditer(text):
            if self.holds is None or self.holds(match):
                matched = [match.span(name) for name in groups if match[name]]
                yield from matched or [match.span()]

    def find(self, text: str, circumstances: Circumstances) -> Iterator[Found]:
        for start, end in self.spans(text):
            yield Found(start, end, self.kind, f"[{self.kind.value}]")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A rule that writes something else in the place of what it finds; None from `shown` leaves it as it is."""

    name: str
    kind: IdentifierKind
    pattern: re.Pattern[str]
    shown: Callable[[re.Match[str], Circumstances], str | None]
    needs: Script = Script.DIGITS

    def find(self, text: str, circumstances: Circumstances) -> Iterator[Found]:
        if not self.needs.value.search(text):
            return
        for match in self.pattern.finditer(text):
            shown = self.shown(match, circumstances)
            if shown is not None:
                yield Found(*match.span("v"), self.kind, shown)


@dataclass(frozen=True, slots=True)
class Search:
    """A rule that is more than one pattern."""

    name: str
    kind: IdentifierKind
    look: Callable[[str, Circumstances], Iterator[tuple[int, int]]]

    def find(self, text: str, circumstances: Circumstances) -> Iterator[Found]:
        for start, end in self.look(text, circumstances):
            yield Found(start, end, self.kind, f"[{self.kind.value}]")


def maker(kind: IdentifierKind, *, flags: int = re.IGNORECASE, needs: Script | None = None) -> Callable[..., Rule]:
    """Return a function that makes rules of this kind from a name, a pattern and a check."""

    def make(name: str, pattern: str, holds: Check | None = None, *, script: Script | None = needs) -> Rule:
        return Rule(name, kind, re.compile(pattern, flags), holds, script)

    return make
