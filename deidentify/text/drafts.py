"""A text on its way through the door: what is cut so far, how it reads now, and where that stands in the text.

Rules are tried on the text as it reads with its placeholders, so that what a
replacement brings together is seen as well. No rule sees into a placeholder.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from deidentify.text.forms import Found
from deidentify.text.placeholders import PLACEHOLDER, kind_of
from domain.text import DeidentifiedText, Replacement


@dataclass(slots=True)
class Draft:
    """The composed text, and what is cut out of it in order; `kept` are places that are replacements already."""

    value: str
    kept: tuple[Replacement, ...] = ()
    cuts: list[Found] = field(default_factory=list)

    def view(self) -> View:
        """Return the text as it reads now."""
        view = View(self, [], [0], [0], [])
        last = length = 0
        for cut in self.cuts:
            view.add(self.value[last : cut.start], length, last)
            length += cut.start - last
            view.holes.append(Replacement(start=length, end=length + len(cut.shown), kind=cut.kind))
            view.parts.append(cut.shown)
            length += len(cut.shown)
            last = cut.end
        view.add(self.value[last:], length, last)
        return view

    def cut(self, found: list[Found]) -> None:
        self.cuts = sorted((*self.cuts, *found))

    def finished(self) -> DeidentifiedText:
        view = self.view()
        return DeidentifiedText(value="".join(view.parts), replacements=tuple(sorted(view.all_holes(), key=_start)))


@dataclass(slots=True)
class View:
    """Parts of the text and placeholders by turns; the lists say where a part begins, here and in the draft."""

    draft: Draft
    parts: list[str]
    here: list[int]
    there: list[int]
    holes: list[Replacement]

    def add(self, part: str, here: int, there: int) -> None:
        self.parts.append(part)
        self.here.append(here)
        self.there.append(there)

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of one part stands in the draft."""
        part = bisect_right(self.here, start) - 1
        shift = self.there[part] - self.here[part]
        return start + shift, end + shift

    def all_holes(self) -> list[Replacement]:
        """Return placeholders of this draft, those the text came with, and those that were typed."""
        value = "".join(self.parts)
        covered = bytearray(len(value))
        holes = [*self.holes, *self._kept()]
        for hole in holes:
            covered[hole.start : hole.end] = b"\x01" * (hole.end - hole.start)
        typed = (
            Replacement(start=match.start(), end=match.end(), kind=kind_of(match))
            for match in PLACEHOLDER.finditer(value)
        )
        return holes + [hole for hole in typed if not any(covered[hole.start : hole.end])]

    def _kept(self) -> list[Replacement]:
        """Nothing is cut out of what is kept, so it moves as a whole."""
        return [self._moved(kept) for kept in self.draft.kept]

    def _moved(self, kept: Replacement) -> Replacement:
        part = bisect_right(self.there, kept.start) - 1
        shift = self.here[part] - self.there[part]
        return Replacement(start=kept.start + shift, end=kept.end + shift, kind=kept.kind)


def _start(hole: Replacement) -> int:
    return hole.start
