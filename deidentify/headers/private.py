"""Private attributes: a few numbers of known creators stay, the creator's name as our list spells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deidentify.headers.policy import Rule
from deidentify.headers.rules import Treatment, safe_private
from deidentify.headers.structure import Element, Level, Structure
from deidentify.headers.values import Work, clean_value
from deidentify.headers.writing import Kept

_OPAQUE = b"UN"
"""The VR of private values in implicit data, and in files that came through a system that did not know them."""


def keep_safe_private(level: Level, structure: Structure, work: Work) -> Iterator[tuple[int, Kept]]:
    """Yield tag and element of what may stay of a level's private attributes, creators included."""
    creators = _creators(level, structure)
    named: set[int] = set()
    for tag, element in level.items():
        block = tag >> 16 << 16 | tag >> 8 & 0xFF
        if block not in creators or tag & 0xFFFF < 0x1000:
            continue
        kept = _keep(creators[block], element, structure, work=work)
        if kept is not None:
            named.add(block)
            yield tag, kept
    for block in named:
        yield block, Kept(b"LO", creators[block].encode())


def _creators(level: Level, structure: Structure) -> Mapping[int, str]:
    known = {creator for creator, _, _ in safe_private()}
    places = (tag for tag in level if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF)
    found = {tag: structure.text(level, tag) for tag in places}
    return {tag: creator for tag, creator in found.items() if creator in known}


def _keep(creator: str, element: Element, structure: Structure, *, work: Work) -> Kept | None:
    row = safe_private().get((creator, element.tag >> 16, element.tag & 0xFF))
    if row is None or element.items is not None:
        return None
    vr = row.vr.encode() if element.vr == _OPAQUE else element.vr
    rule = Rule(tag=element.tag, vr=row.vr, treatment=Treatment.NUMBER)
    value = clean_value(rule, structure.value(element), work, vr=vr)
    return Kept(row.vr.encode(), value) if value else None
