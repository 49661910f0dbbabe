"""Look-up tables: kept as long as their descriptors say, since bytes beyond could be anything."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

from deidentify.headers.writing import Kept, KeptLevel, text_of
from domain.errors import DeidentificationError

_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
_PLAIN = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED = (0x00281221, 0x00281222, 0x00281223)
_PALETTE = frozenset((*_DESCRIPTORS, *_PLAIN, *_SEGMENTED))
_LUT_DESCRIPTOR, _LUT_DATA, _PHOTOMETRIC = 0x00283002, 0x00283006, 0x00280004
_MODALITY_LUTS, _PRESENTATION = 0x00283000, 0x00089205
_SEQUENCES = (_MODALITY_LUTS, 0x00283010, 0x00289422, 0x20500010)
"""Modality, VOI, pixel intensity relationship and presentation tables."""
_CONCERNED = frozenset((*_PALETTE, *_SEQUENCES, _LUT_DATA))
_WORD = 2
_SEGMENT_WORDS = {0: None, 1: 3, 2: 4}
"""Words of a linear and an indirect segment (PS3.3 C.7.9.2); a discrete one states its own length."""


class _Descriptor(NamedTuple):
    entries: int
    bits: int


def cut_tables(level: KeptLevel, *, is_item: bool, little_endian: bool) -> int:
    """Cut the look-up tables of a data set or item to entries × bits, in place; return how many were removed.

    Args:
        is_item: palettes stand in the data set itself; inside of sequences they belong to nothing we keep.
    Raises:
        DeidentificationError("dicom_incomplete"): the picture cannot be shown without a table that is missing or
            makes no sense.
    """
    if _CONCERNED.isdisjoint(level):
        return 0
    order = "<" if little_endian else ">"
    removed = _cut_own(level, order) + sum(_drop_empty_items(level, tag) for tag in _SEQUENCES)
    if is_item:
        return removed + _remove_all(level, _PALETTE)
    return removed + _cut_palette(level, order)


def _cut_own(item: KeptLevel, order: str) -> int:
    if _LUT_DATA not in item:
        return 0
    cut = _cut(item[_LUT_DATA].value, _descriptor(item.get(_LUT_DESCRIPTOR), order))
    if cut is None:
        return _remove_all(item, (_LUT_DATA,))
    item[_LUT_DATA] = item[_LUT_DATA]._replace(value=cut)
    return 0


def _drop_empty_items(level: KeptLevel, tag: int) -> int:
    """A modality table gives values their meaning, so that it is never left out in silence."""
    items = level[tag].items or [] if tag in level else []
    kept = [item for item in items if _LUT_DATA in item]
    if len(kept) == len(items):
        return 0
    if tag == _MODALITY_LUTS:
        raise DeidentificationError("dicom_incomplete")
    if not kept:
        return _remove_all(level, (tag,))
    level[tag] = Kept(b"SQ", items=kept)
    return len(items) - len(kept)


def _cut_palette(cleaned: KeptLevel, order: str) -> int:
    """Palettes stay for pictures that are shown through one (and for what says how to show others)."""
    if _PALETTE.isdisjoint(cleaned):
        return 0
    is_shown = text_of(cleaned, _PHOTOMETRIC) in ("", "PALETTE COLOR")
    if not is_shown and text_of(cleaned, _PRESENTATION) not in ("COLOR", "MIXED"):
        return _remove_all(cleaned, _PALETTE)
    descriptors = [_descriptor(cleaned.get(tag), order) for tag in _DESCRIPTORS]
    pairs = list(zip(_PLAIN, descriptors, strict=True))
    cut = {tag: _cut(cleaned[tag].value, descriptor) for tag, descriptor in pairs if tag in cleaned}
    if len(cut) == len(_PLAIN) and None not in cut.values():
        for tag, value in cut.items():
            cleaned[tag] = cleaned[tag]._replace(value=value or b"")
        return _remove_all(cleaned, _SEGMENTED)
    segmented = zip(_SEGMENTED, descriptors, strict=True)
    if not all(_is_filled(cleaned.get(tag), descriptor, order) for tag, descriptor in segmented):
        raise DeidentificationError("dicom_incomplete")
    return _remove_all(cleaned, _PLAIN)


def _remove_all(level: KeptLevel, tags: Iterable[int]) -> int:
    there = [tag for tag in tags if tag in level]
    for tag in there:
        del level[tag]
    return len(there)


def _descriptor(element: Kept | None, order: str) -> _Descriptor | None:
    """Entries (0 means 65536), first value mapped, bits of an entry."""
    if element is None or len(element.value) != 3 * _WORD:
        return None
    entries, _, bits = struct.unpack(f"{order}3H", element.value)
    return _Descriptor(entries or 1 << 16, bits) if 8 <= bits <= 16 else None


def _cut(data: bytes, descriptor: _Descriptor | None) -> bytes | None:
    """Return the table without what lies behind its entries, None if it is too short.

    Tables of 8 bits come packed, or with a word for each entry.
    """
    if descriptor is None:
        return None
    packed = descriptor.bits == 8 and len(data) < descriptor.entries * _WORD
    needed = descriptor.entries * (1 if packed else _WORD)
    return data[:needed] + bytes(needed % 2) if len(data) >= needed else None


def _is_filled(element: Kept | None, descriptor: _Descriptor | None, order: str) -> bool:
    """Whether the segments of a table fill it to its end, but for the byte that makes it even."""
    if descriptor is None or element is None:
        return False
    data, size = element.value, 1 if descriptor.bits == 8 else _WORD
    pair = struct.Struct(order + ("2B" if size == 1 else "2H"))
    position = 0
    while position + 2 * size <= len(data):
        code, count = pair.unpack_from(data, position)
        if code not in _SEGMENT_WORDS:
            return False
        position += size * (_SEGMENT_WORDS[code] or count + 2)
    return position == len(data) or (position == len(data) - 1 and data[-1] == 0)
