"""What stops a question from being sent until its asker has looked: safety rules 2 and 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.identity import TELLING, Fingerprint, IdentityKind, telling_two_patients
from domain.ids import derive_id
from domain.question import Entry, EntryKind
from domain.study import Image
from domain.text import DeidentifiedText

BURNED_IN = ".burned_in"
"""Behind an image's id in the name of a source: whom its pixels name, apart from its header."""


class CheckName(StrEnum):
    RESIDENT_NUMBER = "resident_number"
    """A resident number was cut out of the text: is nothing else of it left?"""
    TWO_PATIENTS = "two_patients"
    """The sources of the case do not name one patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question to the asker; `by` is what tells the patients apart.

    `basis` names what was found: whoever confirmed one finding has not confirmed the next.
    """

    name: CheckName
    by: tuple[IdentityKind, ...] = ()
    basis: str = ""
    is_done: bool = False


def checks_of(
    text: DeidentifiedText, sources: Iterable[frozenset[Fingerprint]], entries: Sequence[Entry]
) -> tuple[Check, ...]:
    """Return the checks of a question in the order in which they are asked, done or not.

    Args:
        sources: whom each of its files and messages names.
        entries: its timeline, in order.
    """
    found = (_resident_number(text, entries), _two_patients(frozenset(sources), entries))
    return tuple(check for check in found if check is not None)


def live_sources(
    identities: Mapping[str, frozenset[Fingerprint]], images: Iterable[Image]
) -> frozenset[frozenset[Fingerprint]]:
    """Return whom the sources of a question name, each set once, without those of images that were removed."""
    removed = {str(image.id) for image in images if image.removed_at is not None}
    return frozenset(marks for source, marks in identities.items() if source.removesuffix(BURNED_IN) not in removed)


def open_checks(checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if not check.is_done)


def details_of(check: Check) -> Mapping[str, str | int]:
    """Return what the timeline keeps of a confirmation."""
    return {"check": check.name.value, "by": " ".join(check.by), "basis": check.basis}


def _resident_number(text: DeidentifiedText, entries: Sequence[Entry]) -> Check | None:
    """Whatever was cut since the last confirmation is to be confirmed, if the text still shows that it was."""
    if not text.names_a_resident_number:
        return None
    cut = _last(entries, EntryKind.RESIDENT_NUMBER_CUT, {})
    confirmed = _last(entries, EntryKind.CHECK_CONFIRMED, {"check": CheckName.RESIDENT_NUMBER.value})
    return Check(name=CheckName.RESIDENT_NUMBER, is_done=confirmed > cut)


def _two_patients(sources: frozenset[frozenset[Fingerprint]], entries: Sequence[Entry]) -> Check | None:
    by = telling_two_patients(sources)
    if not by:
        return None
    stated = sorted({(mark.kind, mark.digest) for source in sources for mark in source if mark.kind in TELLING})
    basis = derive_id(*(part for mark in stated for part in mark))
    confirmed = _last(entries, EntryKind.CHECK_CONFIRMED, {"check": CheckName.TWO_PATIENTS.value, "basis": basis})
    return Check(name=CheckName.TWO_PATIENTS, by=by, basis=basis, is_done=confirmed >= 0)


def _last(entries: Sequence[Entry], kind: EntryKind, details: Mapping[str, str]) -> int:
    """Return the place of the last entry of a kind with these details; -1 where there is none."""
    wanted = details.items()
    places = [place for place, entry in enumerate(entries) if entry.kind is kind and wanted <= entry.details.items()]
    return places[-1] if places else -1
