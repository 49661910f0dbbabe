"""What the rules for text are made of: the shape of a rule, edges of numbers, days, and the words between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Rule:
    """One way an identifier is written; `name` is what the documentation calls it."""

    name: str
    kind: IdentifierKind
    pattern: re.Pattern[str]
    holds: Check | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield what is to be replaced: groups `v` and `w`, or the whole match."""
        groups = [name for name in ("v", "w") if name in self.pattern.groupindex]
        for match in self.pattern.finditer(text):
            if self.holds is None or self.holds(match):
                yield from map(match.span, groups or (0,))


def maker(kind: IdentifierKind) -> Callable[..., Rule]:
    """Return a function that makes rules of this kind from a name, a pattern and a check."""

    def make(name: str, pattern: str, holds: Check | None = None) -> Rule:
        return Rule(name, kind, re.compile(pattern, re.IGNORECASE), holds)

    return make
