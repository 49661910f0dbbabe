"""Files that nobody should send, made in code: cut off, empty of pictures, or far larger than they look."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pydicom

from deidentify.samples import thorax_ct

MIB = 1024 * 1024


def good_dicom() -> bytes:
    return next(iter(thorax_ct(1, edge=32)))


def truncated_dicom() -> bytes:
    return good_dicom()[:-500]


def dicom_without_pixels() -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(good_dicom()))
    del dataset.PixelData
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def zip_of(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def zip_bomb(megabytes: int = 200) -> bytes:
    """Return a small zip whose one entry begins like a PNG and inflates to many megabytes."""
    stream = io.BytesIO()
    packed = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open("scan.png", "w", force_zip64=True) as entry:
        entry.write(b"\x89PNG\r\n\x1a\n")
        for _ in range(megabytes):
            entry.write(bytes(MIB))
    return stream.getvalue()


def huge_png(edge: int = 40_000) -> bytes:
    """Return a valid black PNG, a bit a pixel, of edge × edge pixels."""
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    pixels = b"".join(_deflated(bytes(edge // 8 + 1), times=edge))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _deflated(row: bytes, *, times: int) -> Iterator[bytes]:
    packer = zlib.compressobj(1)
    for _ in range(times):
        yield packer.compress(row)
    yield packer.flush()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
