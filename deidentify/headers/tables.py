"""Look-up tables: kept as long as their descriptors say, since bytes beyond could be anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from pydicom.dataset import Dataset

from domain.errors import DeidentificationError

_DESCRIPTORS, _PLAIN, _SEGMENTED = (
    tuple(f"{before}{color}PaletteColorLookupTable{after}" for color in ("Red", "Green", "Blue"))
    for before, after in (("", "Descriptor"), ("", "Data"), ("Segmented", "Data"))
)
_SEQUENCES = ("ModalityLUTSequence", "VOILUTSequence", "PixelIntensityRelationshipLUTSequence")
_WORD = 2
_SEGMENT_WORDS = {0: None, 1: 3, 2: 4}
"""Words of a linear and an indirect segment (PS3.3 C.7.9.2); a discrete one states its own length."""


class _Descriptor(NamedTuple):
    entries: int
    bits: int


def cut_tables(level: Dataset, *, is_item: bool, little_endian: bool) -> int:
    """Cut the look-up tables of a data set or item to entries × bits, in place; return how many were removed.

    Args:
        is_item: palettes stand in the data set itself; inside of sequences they belong to nothing we keep.
    Raises:
        DeidentificationError("dicom_incomplete"): the picture cannot be shown without a table that is missing or
            makes no sense.
    """
    removed = _cut_own(level) + sum(_drop_empty_items(level, keyword) for keyword in _SEQUENCES)
    if is_item:
        return removed + _remove_all(level, (*_DESCRIPTORS, *_PLAIN, *_SEGMENTED))
    return removed + _cut_palette(level, little_endian=little_endian)


def _cut_own(item: Dataset) -> int:
    if "LUTData" not in item:
        return 0
    cut = _cut(item.LUTData, _descriptor(item.get("LUTDescriptor")))
    if cut is None:
        return _remove_all(item, ("LUTData",))
    item["LUTData"].value = cut
    return 0


def _drop_empty_items(level: Dataset, keyword: str) -> int:
    """A modality table gives values their meaning, so that it is never left out in silence."""
    items = level.get(keyword) or ()
    kept = [item for item in items if "LUTData" in item]
    if len(kept) == len(items):
        return 0
    if keyword == "ModalityLUTSequence":
        raise DeidentificationError("dicom_incomplete")
    if not kept:
        return _remove_all(level, (keyword,))
    setattr(level, keyword, kept)
    return len(items) - len(kept)


def _cut_palette(cleaned: Dataset, *, little_endian: bool) -> int:
    """Palettes stay for pictures that are shown through one, all three colours in one form."""
    if str(cleaned.get("PhotometricInterpretation")) != "PALETTE COLOR":
        return _remove_all(cleaned, (*_DESCRIPTORS, *_PLAIN, *_SEGMENTED))
    descriptors = [_descriptor(cleaned.get(keyword)) for keyword in _DESCRIPTORS]
    pairs = list(zip(_PLAIN, descriptors, strict=True))
    cut = {keyword: _cut(cleaned.get(keyword), descriptor) for keyword, descriptor in pairs}
    if None not in cut.values():
        for keyword, value in cut.items():
            cleaned[keyword].value = value
        return _remove_all(cleaned, _SEGMENTED)
    segmented = zip(_SEGMENTED, descriptors, strict=True)
    if not all(_is_filled(cleaned.get(keyword), bits, little_endian=little_endian) for keyword, bits in segmented):
        raise DeidentificationError("dicom_incomplete")
    return _remove_all(cleaned, _PLAIN)


def _remove_all(level: Dataset, keywords: Iterable[str]) -> int:
    there = [keyword for keyword in keywords if keyword in level]
    for keyword in there:
        delattr(level, keyword)
    return len(there)


def _descriptor(value: object) -> _Descriptor | None:
    """Entries (0 means 65536), first value mapped, bits of an entry."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence) or len(value) != 3:
        return None
    entries, bits = int(value[0]) & 0xFFFF or 1 << 16, int(value[2])
    return _Descriptor(entries, bits) if 8 <= bits <= 16 else None


def _cut(data: object, descriptor: _Descriptor | None) -> object:
    """Return the table without what lies behind its entries, None if it is too short.

    Tables of 8 bits come packed, or with a word for each entry.
    """
    if descriptor is None:
        return None
    if isinstance(data, bytes):
        packed = descriptor.bits == 8 and len(data) < descriptor.entries * _WORD
        needed = descriptor.entries * (1 if packed else _WORD)
        return data[:needed] + bytes(needed % 2) if len(data) >= needed else None
    if isinstance(data, Sequence) and len(data) >= descriptor.entries:
        return list(data[: descriptor.entries])
    return None


def _is_filled(data: object, descriptor: _Descriptor | None, *, little_endian: bool) -> bool:
    """Whether the segments of a table fill it to its end, but for the byte that makes it even."""
    if descriptor is None or not isinstance(data, bytes):
        return False
    size = 1 if descriptor.bits == 8 else _WORD
    order: Literal["little", "big"] = "little" if little_endian else "big"
    position = 0
    while position + 2 * size <= len(data):
        code = int.from_bytes(data[position : position + size], order)
        count = int.from_bytes(data[position + size : position + 2 * size], order)
        if code not in _SEGMENT_WORDS:
            return False
        position += size * (_SEGMENT_WORDS[code] or count + 2)
    return position == len(data) or (position == len(data) - 1 and data[-1] == 0)
