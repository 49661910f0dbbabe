"""What a file is, by its first bytes; names and declared types are not believed."""

from __future__ import annotations

from enum import StrEnum

from deidentify.headers.opening import looks_like_dicom


class FileKind(StrEnum):
    """The value of a kind that is refused is the code of the refusal."""

    DICOM = "dicom"
    PHOTO = "photo"
    ZIP = "zip"
    EMPTY = "file_empty"
    PICTURE = "photo_unsupported"
    VIDEO = "file_video"
    PDF = "file_pdf"
    ARCHIVE = "archive_unsupported"
    UNKNOWN = "file_unknown"


_BY_START = (
    (b"\xff\xd8\xff", FileKind.PHOTO),
    (b"\x89PNG\r\n\x1a\n", FileKind.PHOTO),
    (b"BM", FileKind.PHOTO),
    (b"II*\0", FileKind.PHOTO),
    (b"MM\0*", FileKind.PHOTO),
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
    (b"GIF8", FileKind.PICTURE),
    (b"\x00\x00\x00\x0cjP  ", FileKind.PICTURE),
    (b"\xff\x4f\xff\x51", FileKind.PICTURE),
    (b"%PDF", FileKind.PDF),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"Rar!", FileKind.ARCHIVE),
    (b"\x1aE\xdf\xa3", FileKind.VIDEO),
    (b"\x00\x00\x01\xba", FileKind.VIDEO),
)
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"))
HEAD_BYTES = 264


def kind_of(head: bytes) -> FileKind:
    """Return the kind from the first bytes (264 tell everything)."""
    if not head:
        return FileKind.EMPTY
    if head[128:132] == b"DICM":
        return FileKind.DICOM
    if head[4:8] == b"ftyp":
        return _kind_of_boxes(head[8:12])
    if head[:4] == b"RIFF":
        return FileKind.PHOTO if head[8:12] == b"WEBP" else FileKind.VIDEO
    if head[257:262] == b"ustar":
        return FileKind.ARCHIVE
    kind = next((kind for start, kind in _BY_START if head.startswith(start)), None)
    return kind or (FileKind.DICOM if looks_like_dicom(head) else FileKind.UNKNOWN)


def _kind_of_boxes(brand: bytes) -> FileKind:
    if brand in _HEIC_BRANDS:
        return FileKind.PHOTO
    return FileKind.PICTURE if brand in (b"avif", b"avis") else FileKind.VIDEO
