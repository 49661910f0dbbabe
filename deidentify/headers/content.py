"""Content items of structured documents (PS3.15, E.3.4): which stay, by value type and concept."""

from __future__ import annotations

from deidentify.headers.codes import clean_code, code, read_code, unknown_code
from deidentify.headers.rules import content_rules
from deidentify.headers.structure import Level, Structure
from deidentify.headers.values import Work
from deidentify.headers.writing import Kept, KeptLevel

CONTENT_SEQUENCE = 0x0040A730
_VALUE_TYPE, _CONCEPT, _RELATIONSHIP, _CODED = 0x0040A040, 0x0040A043, 0x0040A010, 0x0040A168
_BY_REFERENCE = 0x0040DB73
_DATES = frozenset(("DATE", "TIME", "DATETIME"))
_MEASURED = frozenset(("NUM", "CODE", "CONTAINER"))
"""Of these only what the table names with just this value type is removed."""
_STAYING = frozenset(
    ("NUM", "CODE", "CONTAINER", "IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "UIDREF", "TABLE")
)


def may_stay(item: Level, structure: Structure, work: Work) -> bool:
    """Whether a content item may stay, its own attributes cleaned: never words, nor what the table removes."""
    kind = structure.text(item, _VALUE_TYPE)
    row = content_rules().get(" ".join(_concept(item, structure)))
    action = row.action(work.policy.profile.options) if row else ""
    if kind in _DATES:
        return action == "C" if row else work.policy.profile.has("retain_longitudinal_modified_dates")
    if kind not in _STAYING:
        return False
    concerns = row is not None and (kind not in _MEASURED or kind == row.keyword)
    if concerns and "D" not in action:
        return False
    return kind == "CONTAINER" or _has_known_concept(item, structure, work)


def placeholder(work: Work) -> KeptLevel:
    """Return what stands in place of a removed item where others are referred to by their place (action D)."""
    work.written.update((b"CODE", b"Finding", b"CONTAINS", b"Unknown"))
    return {
        _RELATIONSHIP: Kept(b"CS", b"CONTAINS"),
        _VALUE_TYPE: Kept(b"CS", b"CODE"),
        _CONCEPT: Kept(b"SQ", items=[code("DCM", "121071", "Finding")]),
        _CODED: Kept(b"SQ", items=[unknown_code()]),
    }


def refers_by_place(level: Level) -> bool:
    """Whether any content item refers to another by its place in the tree."""
    found = level.get(CONTENT_SEQUENCE)
    items = (found.items or []) if found else []
    return any(_BY_REFERENCE in item or refers_by_place(item) for item in items)


def _concept(item: Level, structure: Structure) -> tuple[str, str]:
    found = item.get(_CONCEPT)
    return read_code(found.items[0], structure) if found and found.items else ("", "")


def _has_known_concept(item: Level, structure: Structure, work: Work) -> bool:
    found = item.get(_CONCEPT)
    if found is None or not found.items:
        return True
    return clean_code(found.items[0], structure, work) is not None
