"""Text through the door: find, replace, and look again until nothing is found.

What counts as an identifier is in `patterns.py` and the modules it names, and
in the lists of words beside them. Measurements, sides and negations are kept
from every rule by `measures.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from deidentify.text.drafts import Draft, View
from deidentify.text.forms import Circumstances, Finder, Found
from deidentify.text.knowns import known_rules
from deidentify.text.measures import CHECKED_BY_THEIR_RULES, mark_kept
from deidentify.text.patterns import all_rules
from deidentify.text.plain import chunks, compose, is_korean, make_plain
from deidentify.text.residents import resident_number_rules
from domain.identity import KnownIdentities
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

_ORDINARY = 12
"""No text of members takes more passes (three, measured over 1,560): what still finds something then is made to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What would be replaced: characters `start` to `end` of the text as it was given, and what they are."""

    start: int
    end: int
    type: IdentifierKind


def clean_text(
    text: IdentifiableText, *, today: date | None = None, known: KnownIdentities | None = None
) -> DeidentifiedText:
    """Return the text, composed, with identifiers replaced by typed placeholders; doing it twice changes nothing.

    A placeholder that is already there counts as a replacement of its kind.

    Args:
        today: the day of the message, from which dates become distances; without it they become `[date]`.
        known: names and numbers of the same case, which are searched for in all their spellings.
    """
    return _cleaned(Draft(compose(text.value)), today, known).finished()


def clean_again(
    text: DeidentifiedText, *, today: date | None = None, known: KnownIdentities | None = None
) -> DeidentifiedText:
    """Return a text that has passed before, cleaned of what is known by now; its replacements keep their places."""
    return _cleaned(Draft(text.value, text.replacements), today, known).finished()


def names_known(text: IdentifiableText, *, known: KnownIdentities) -> bool:
    """Return whether a text names whom its case is known to name, in any spelling, whatever else looks like a name."""
    value = compose(text.value)
    return bool(_until_nothing_is_found(Draft(value), known_rules, Circumstances(None, known, is_korean(value))).cuts)


def cut_resident_numbers(text: IdentifiableText) -> IdentifiableText:
    """Return the text, composed, with every resident and foreigner number replaced by its placeholder."""
    draft = _until_nothing_is_found(Draft(compose(text.value)), resident_number_rules, Circumstances())
    return IdentifiableText(draft.finished().value)


def find_spans(text: str, *, today: date | None = None, known: KnownIdentities | None = None) -> tuple[Span, ...]:
    """Return what cleaning the text replaces, in order, as spans of the text as given (not yet composed)."""
    draft = _cleaned(Draft(compose(text)), today, known)
    places = chunks(text)
    return tuple(
        Span(start=places.start(cut.start), end=places.end(cut.end), type=cut.kind) for cut in sorted(draft.cuts)
    )


def _cleaned(draft: Draft, today: date | None, known: KnownIdentities | None) -> Draft:
    return _until_nothing_is_found(draft, all_rules, Circumstances(today, known, is_korean(draft.value)))


def _until_nothing_is_found(draft: Draft, rules: Callable[[], Iterable[Finder]], circumstances: Circumstances) -> Draft:
    """Look again until nothing is found; it ends, since each pass takes characters of the text and adds none.

    A text in which each pass lays open another name, word by word, would hold up everybody else: after so many passes
    a cut takes in what stands beside it, too.
    """
    passes = 0
    while found := _look(draft.view(), rules(), circumstances, is_wide=passes >= _ORDINARY):
        draft.cut(found)
        passes += 1
    return draft


def _look(view: View, rules: Iterable[Finder], circumstances: Circumstances, *, is_wide: bool) -> list[Found]:
    value = "".join(view.parts)
    plain = make_plain(value)
    taken = bytearray(len(plain.value))
    for hole in _holes(view, plain.places):
        taken[hole.start : hole.end] = b"\x01" * (hole.end - hole.start)
    kept = mark_kept(plain.value)
    found: list[Found] = []
    for rule in rules:
        for start, end, kind, shown in rule.find(plain.value, circumstances):
            if any(taken[start:end]) or (kind not in CHECKED_BY_THEIR_RULES and any(kept[start:end])):
                continue
            first, last = start, end
            if is_wide:
                first, last = _widened(plain.value, start, end, barred=lambda place: bool(taken[place] or kept[place]))
            taken[first:last] = b"\x01" * (last - first)
            said = f"[{kind.value}]" if is_wide else shown
            found.append(Found(*view.back(*plain.original(first, last)), kind, said))
    return found


def _widened(value: str, start: int, end: int, *, barred: Callable[[int], bool]) -> tuple[int, int]:
    """Return a span with what stands beside it, up to a digit, the line's end, or what may not be cut."""

    def stops(place: int) -> bool:
        return value[place] == "\n" or value[place].isdigit() or barred(place)

    while start > 0 and not stops(start - 1):
        start -= 1
    while end < len(value) and not stops(end):
        end += 1
    return start, end


def _holes(view: View, places: Callable[[int], int]) -> Iterator[Replacement]:
    for hole in view.all_holes():
        yield Replacement(start=places(hole.start), end=places(hole.end), kind=hole.kind)
