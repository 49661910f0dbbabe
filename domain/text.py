"""The two text types that say on which side of the door a text is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    """What a placeholder stands for; the value is what members see between brackets.

    In the place of a date or an age stands what was made of it: `[11 d ago]`, `[60s]`.
    """

    RESIDENT_NUMBER = "resident number"
    PHONE = "phone"
    EMAIL = "e-mail"
    NUMBER = "number"
    BIRTH_DATE = "birth date"
    NAME = "name"
    ADDRESS = "address"
    HOSPITAL = "hospital"
    WARD = "ward"
    LINK = "link"
    OCCUPATION = "occupation"
    ORIGIN = "origin"
    FAMILY = "family"
    DATE = "date"
    AGE = "age"


@dataclass(frozen=True, slots=True, repr=False)
class IdentifiableText:
    """Text as a person typed it: it lives in the sealed inbox and in memory only."""

    value: str

    def __repr__(self) -> str:
        return f"<identifiable text of {len(self.value)} characters>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One placeholder in a de-identified text: characters `start` to `end`, end excluded."""

    start: int
    end: int
    kind: IdentifierKind

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError("a replacement covers at least one character")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentifiedText:
    """Text that has passed the door; only this type may be stored in clear, logged or sent."""

    value: str
    replacements: tuple[Replacement, ...] = ()

    def __str__(self) -> str:
        return self.value

    @property
    def names_a_resident_number(self) -> bool:
        """Whether a resident number was cut out, which the asker must confirm."""
        return any(r.kind is IdentifierKind.RESIDENT_NUMBER for r in self.replacements)


Rewording = Callable[[DeidentifiedText], DeidentifiedText]
"""What becomes of a text in which something that identifies was found late."""


def joined(first: DeidentifiedText, second: DeidentifiedText) -> DeidentifiedText:
    """Return two texts as two paragraphs, with the replacements of both in their places."""
    if not first.value or not second.value:
        return first if first.value else second
    start = len(first.value) + 1
    moved = tuple(Replacement(start=r.start + start, end=r.end + start, kind=r.kind) for r in second.replacements)
    return DeidentifiedText(value=f"{first.value}\n{second.value}", replacements=first.replacements + moved)


def lines_of(text: DeidentifiedText) -> int:
    return text.value.count("\n") + 1 if text.value else 0


def with_lines(text: DeidentifiedText, new: DeidentifiedText, *, first: int, count: int) -> DeidentifiedText | None:
    """Return a text with some of its lines replaced; None where a placeholder lies across their edge.

    Args:
        first: from 0.
        count: how many are replaced; none puts the new ones before the first.
    """
    ends = [0, *(place + 1 for place, sign in enumerate(text.value) if sign == "\n"), len(text.value) + 1]
    begins, goes_on = ends[min(first, len(ends) - 1)], ends[min(first + count, len(ends) - 1)]
    before, after = _between(text, 0, begins - 1), _between(text, goes_on, len(text.value))
    kept = sum(begins > r.end or r.start >= goes_on for r in text.replacements)
    lost = sum(begins <= r.start and r.end < goes_on for r in text.replacements)
    if kept + lost < len(text.replacements):
        return None
    return joined(joined(before, new), after)


def _between(text: DeidentifiedText, start: int, end: int) -> DeidentifiedText:
    """Return a stretch of a text with what lies wholly in it replaced; nothing where it ends before it starts."""
    inside = (r for r in text.replacements if start <= r.start and r.end <= end)
    moved = tuple(Replacement(start=r.start - start, end=r.end - start, kind=r.kind) for r in inside)
    return DeidentifiedText(value=text.value[start : max(start, end)], replacements=moved)
