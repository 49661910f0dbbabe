"""A de-identified data set as a file: empty preamble, file meta of our own, then its elements in order."""

from __future__ import annotations

import struct
from typing import NamedTuple

from deidentify.headers.opening import EXPLICIT, LONG_VRS
from deidentify.headers.structure import PixelSpan, Structure

IMPLEMENTATION_UID = "2.25.118554817775002640976205058538452824045"
IMPLEMENTATION_VERSION = "HILUM_2"
SOP_CLASS_UID, SOP_INSTANCE_UID = 0x00080016, 0x00080018
_MOST_SHORT = 0xFFFE
_ITEM = 0xFFFEE000
_ZERO_PADDED = frozenset((b"UI", b"OB", b"UN"))


class Kept(NamedTuple):
    """One element as it is written: its value in the byte order of the file, or its items."""

    vr: bytes
    value: bytes = b""
    items: list[dict[int, Kept]] | None = None


KeptLevel = dict[int, Kept]
"""The elements of a data set or of an item, by tag."""


def text_of(level: KeptLevel, tag: int) -> str:
    """Return a value as text, empty where it is missing."""
    element = level.get(tag)
    return element.value.decode("latin-1").strip(" \0") if element and element.items is None else ""


def number_of(level: KeptLevel, tag: int, *, little_endian: bool) -> int | None:
    """Return a whole number, None where it is missing or none."""
    element = level.get(tag)
    if element is None or element.items is not None:
        return None
    if element.vr in (b"US", b"UL", b"SS", b"SL") and element.value:
        return int.from_bytes(element.value, "little" if little_endian else "big")
    text = text_of(level, tag)
    return int(text) if text.isdecimal() and text.isascii() else None


def write_header(level: KeptLevel, structure: Structure) -> bytes:
    """Return everything of the file that comes before its pixel data."""
    writer = _Writer(implicit=structure.writes_implicit, little_endian=structure.little_endian)
    body = writer.level(level)
    return b"".join((b"\0" * 128, b"DICM", _file_meta(level, structure.transfer_syntax), body))


def pixel_head(span: PixelSpan, size: int, structure: Structure) -> bytes:
    """Return tag, VR and length of the pixel data as they are written."""
    writer = _Writer(implicit=structure.writes_implicit, little_endian=structure.little_endian)
    return writer.head(span.tag, span.vr, size)


def _file_meta(level: KeptLevel, transfer_syntax: str) -> bytes:
    meta: KeptLevel = {
        0x00020001: Kept(b"OB", b"\x00\x01"),
        0x00020002: Kept(b"UI", level[SOP_CLASS_UID].value),
        0x00020003: Kept(b"UI", level[SOP_INSTANCE_UID].value),
        0x00020010: Kept(b"UI", (transfer_syntax or EXPLICIT).encode()),
        0x00020012: Kept(b"UI", IMPLEMENTATION_UID.encode()),
        0x00020013: Kept(b"SH", IMPLEMENTATION_VERSION.encode()),
    }
    writer = _Writer(implicit=False, little_endian=True)
    body = writer.level(meta)
    return writer.level({0x00020000: Kept(b"UL", struct.pack("<L", len(body)))}) + body


class _Writer:
    """How elements are packed in one transfer syntax."""

    def __init__(self, *, implicit: bool, little_endian: bool) -> None:
        order = "<" if little_endian else ">"
        self._plain = struct.Struct(f"{order}HHL")
        self._short = struct.Struct(f"{order}HH2sH")
        self._long = struct.Struct(f"{order}HH2s2xL")
        self._implicit = implicit

    def level(self, level: KeptLevel) -> bytes:
        parts: list[bytes] = []
        for tag in sorted(level):
            vr, value, items = level[tag]
            if items is not None:
                value = b"".join(map(self._item, items))
            elif len(value) % 2:
                value += b"\0" if vr in _ZERO_PADDED else b" "
            parts += (self.head(tag, vr, len(value)), value)
        return b"".join(parts)

    def _item(self, level: KeptLevel) -> bytes:
        value = self.level(level)
        return self._plain.pack(_ITEM >> 16, _ITEM & 0xFFFF, len(value)) + value

    def head(self, tag: int, vr: bytes, size: int) -> bytes:
        if self._implicit:
            return self._plain.pack(tag >> 16, tag & 0xFFFF, size)
        if vr in LONG_VRS:
            return self._long.pack(tag >> 16, tag & 0xFFFF, vr, size)
        if size > _MOST_SHORT:
            return self._long.pack(tag >> 16, tag & 0xFFFF, b"UN", size)
        return self._short.pack(tag >> 16, tag & 0xFFFF, vr, size)
