"""The one door for files: identifiable bytes in, de-identified instances or refusals out.

Whatever surprises it is a refusal; no message of a library leaves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

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
_READ_BYTES = 1 << 22


def clean_file(reader: BinaryIO, *, secret: bytes, limits: Limits | None = None) -> Iterator[Outcome]:
    """Take one file, or a zip of files, through the door, one outcome after the other.

    Args:
        reader: the file from its start; one that can seek is not read into memory as a whole if it is a zip.
        secret: the subject's, from which uids and the shift of dates derive; at least 16 bytes.
        limits: how much is taken at the most.
    """
    try:
        yield from _Door(Pseudonyms(secret), limits or Limits()).outcomes(reader)
    except Exception as error:
        yield RefusedInstance(index=0, code=_code_of(error))


class _Door(NamedTuple):
    """What stays the same from file to file."""

    pseudonyms: Pseudonyms
    limits: Limits

    def outcomes(self, reader: BinaryIO) -> Iterator[Outcome]:
        head = _read_up_to(reader, HEAD_BYTES)
        if kind_of(head) is not FileKind.ZIP:
            yield self._clean(head + _read_up_to(reader, self.limits.file_bytes + 1 - len(head)), 0)
            return
        for entry in read_entries(self._from_start(reader, head), self.limits):
            if entry.code is not None:
                yield RefusedInstance(index=entry.place, code=entry.code)
            else:
                yield self._clean(entry.data, entry.place)

    def _from_start(self, reader: BinaryIO, head: bytes) -> BinaryIO:
        if reader.seekable():
            reader.seek(0)
            return reader
        data = head + _read_up_to(reader, self.limits.file_bytes + 1 - len(head))
        if len(data) > self.limits.file_bytes:
            raise DeidentificationError("file_too_large")
        return BytesIO(data)

    def _clean(self, data: bytes, index: int) -> Outcome:
        try:
            return self._clean_one(data, index)
        except Exception as error:
            return RefusedInstance(index=index, code=_code_of(error))

    def _clean_one(self, data: bytes, index: int) -> CleanedInstance:
        if len(data) > self.limits.file_bytes:
            raise DeidentificationError("file_too_large")
        kind = kind_of(data[:HEAD_BYTES])
        if kind is FileKind.DICOM:
            body, facts, report = clean_dicom(data, self.pseudonyms, self.limits)
            return CleanedInstance(index=index, body=body, media_type=DICOM_TYPE, facts=facts, report=report)
        if kind is FileKind.PHOTO:
            return self._clean_photo(data, index)
        raise DeidentificationError(kind.value)

    def _clean_photo(self, data: bytes, index: int) -> CleanedInstance:
        photo = clean_photo(data, self.limits)
        content = hashlib.sha256(data).hexdigest()
        facts = photo_facts(
            photo,
            study_uid=self.pseudonyms.uid("photos"),
            series_uid=self.pseudonyms.uid(f"photo series {content}"),
            instance_uid=self.pseudonyms.uid(f"photo {content}"),
        )
        report = {"photo_written_anew": 1}
        return CleanedInstance(index=index, body=photo.body, media_type=photo.media_type, facts=facts, report=report)


def _read_up_to(reader: BinaryIO, size: int) -> bytes:
    """Read until the end or the size: a raw reader may give less than it was asked for."""
    parts: list[bytes] = []
    while size > 0 and (chunk := reader.read(min(size, _READ_BYTES))):
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _code_of(error: Exception) -> str:
    """Return the reason we know, never what a library says of a file."""
    if isinstance(error, DeidentificationError):
        return error.code
    return "pixels_too_many" if isinstance(error, MemoryError) else SURPRISE
