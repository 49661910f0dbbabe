"""The one door for files: identifiable bytes in, de-identified instances or refusals out.

Whatever surprises it is a refusal; no message of a library leaves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from deidentify.archives import read_entries
from deidentify.facts import DICOM_TYPE, photo_facts
from deidentify.instances import clean_dicom
from deidentify.kinds import HEAD_BYTES, FileKind, kind_of
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, Outcome, RefusedInstance
from deidentify.pixels.photos import clean_photo
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError

SURPRISE = "door_surprise"


def clean_file(reader: BinaryIO, *, secret: bytes, limits: Limits | None = None) -> Iterator[Outcome]:
    """Take one file, or a zip of files, through the door, one outcome after the other.

    Args:
        reader: the file from its start; one that can seek is not read into memory as a whole if it is a zip.
        secret: the subject's, from which uids and the shift of dates derive; at least 16 bytes.
        limits: how much is taken at the most.
    """
    limits = limits or Limits()
    try:
        yield from _outcomes(reader, Pseudonyms(secret), limits)
    except Exception as error:
        yield RefusedInstance(index=0, code=_code_of(error))


def _outcomes(reader: BinaryIO, pseudonyms: Pseudonyms, limits: Limits) -> Iterator[Outcome]:
    head = _read_up_to(reader, HEAD_BYTES)
    if kind_of(head) is not FileKind.ZIP:
        data = head + _read_up_to(reader, limits.file_bytes + 1 - len(head))
        yield _clean(data, 0, pseudonyms, limits)
        return
    for entry in read_entries(_from_start(reader, head, limits), limits):
        if entry.code is not None:
            yield RefusedInstance(index=entry.index, code=entry.code)
        else:
            yield _clean(entry.data, entry.index, pseudonyms, limits)


def _read_up_to(reader: BinaryIO, size: int) -> bytes:
    """Read until the end or the size: a raw reader may give less than it was asked for."""
    parts: list[bytes] = []
    while size > 0 and (chunk := reader.read(min(size, 1 << 22))):
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _from_start(reader: BinaryIO, head: bytes, limits: Limits) -> BinaryIO:
    if reader.seekable():
        reader.seek(0)
        return reader
    data = head + _read_up_to(reader, limits.file_bytes + 1 - len(head))
    if len(data) > limits.file_bytes:
        raise DeidentificationError("file_too_large")
    return BytesIO(data)


def _clean(data: bytes, index: int, pseudonyms: Pseudonyms, limits: Limits) -> Outcome:
    try:
        return _clean_one(data, index, pseudonyms, limits)
    except Exception as error:
        return RefusedInstance(index=index, code=_code_of(error))


def _clean_one(data: bytes, index: int, pseudonyms: Pseudonyms, limits: Limits) -> CleanedInstance:
    if len(data) > limits.file_bytes:
        raise DeidentificationError("file_too_large")
    kind = kind_of(data[:HEAD_BYTES])
    if kind is FileKind.DICOM:
        body, facts, report = clean_dicom(data, pseudonyms, limits)
        return CleanedInstance(index=index, body=body, media_type=DICOM_TYPE, facts=facts, report=report)
    if kind is FileKind.PHOTO:
        return _clean_photo(data, index, pseudonyms, limits)
    raise DeidentificationError(kind.value)


def _clean_photo(data: bytes, index: int, pseudonyms: Pseudonyms, limits: Limits) -> CleanedInstance:
    photo = clean_photo(data, limits)
    content = hashlib.sha256(data).hexdigest()
    facts = photo_facts(
        photo,
        study_uid=pseudonyms.uid("photos"),
        series_uid=pseudonyms.uid(f"photo series {content}"),
        instance_uid=pseudonyms.uid(f"photo {content}"),
    )
    return CleanedInstance(
        index=index, body=photo.body, media_type=photo.media_type, facts=facts, report={"photo_written_anew": 1}
    )


def _code_of(error: Exception) -> str:
    """Return the reason we know, never what a library says of a file."""
    if isinstance(error, DeidentificationError):
        return error.code
    return "pixels_too_many" if isinstance(error, MemoryError) else SURPRISE
