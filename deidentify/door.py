"""The one door for files: identifiable bytes in, de-identified instances or refusals out.

Burned-in text is looked for in two passes: the first sums up the pictures of each series, the second
cleans, masks and looks again. Whatever surprises the door is a refusal; no message of a library leaves it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import BinaryIO, NamedTuple

from deidentify.archives import read_entries
from deidentify.facts import DICOM_TYPE, photo_facts
from deidentify.instances import CleanedDicom, CleanOptions, clean_dicom
from deidentify.kinds import HEAD_BYTES, FileKind, kind_of
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, Outcome, RefusedInstance
from deidentify.persons import burned_in_identities
from deidentify.pixels.photo_search import clean_and_search_photo
from deidentify.pixels.photos import CleanedPhoto, clean_photo
from deidentify.pixels.search import TextFinder
from deidentify.profiles import ARCHIVE, Profile
from deidentify.pseudonyms import Pseudonyms
from deidentify.settling import PictureSearch
from domain.errors import DeidentificationError
from domain.study import ImageFacts

SURPRISE = "door_surprise"
QUARANTINE = frozenset(("text_still_shows",))
_READ_BYTES = 1 << 22

Source = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens a file, or a zip of files, from its start; it is opened up to twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOptions:
    """What the door applies; without `search_pixels` nobody looks for burned-in text or faces.

    `images_only` refuses reports, structures and presentation states, which no viewer of ours shows.
    `finder` is who looks for text.
    `several_subjects` gives each patient of the originals pseudonyms and a shift of dates of their own.
    """

    limits: Limits = field(default_factory=Limits)
    profile: Profile = ARCHIVE
    search_pixels: bool = True
    images_only: bool = True
    finder: TextFinder = field(default_factory=TextFinder)
    several_subjects: bool = False


def clean_file(reader: BinaryIO, *, secret: bytes, options: DoorOptions | None = None) -> Iterator[Outcome]:
    """Take one file, or a zip of files, through the door, one outcome after the other.

    Args:
        reader: the file from its start; one that can seek is not read into memory as a whole if it is a zip.
        secret: the subject's, from which uids and the shift of dates derive; at least 16 bytes.
        options: what is applied, and how much is taken at the most.
    """
    chosen = options or DoorOptions()
    try:
        seekable = reader if reader.seekable() else BytesIO(_read_whole(reader, chosen.limits))
        yield from clean_sources([lambda: _rewound(seekable)], secret=secret, options=chosen)
    except Exception as error:
        yield RefusedInstance(index=0, code=_code_of(error))


def clean_sources(sources: Sequence[Source], *, secret: bytes, options: DoorOptions) -> Iterator[Outcome]:
    """Take several files, or zips, through the door; series are searched for text over all of them together.

    Raises:
        whatever opening a source raises, but for DeidentificationError, which refuses that source.
        ValueError: the secret is too short.
    """
    yield from _Door(Pseudonyms(secret, several=options.several_subjects), options).outcomes(sources)


class _Piece(NamedTuple):
    """One file of a source, or why it is refused."""

    source: int
    place: int
    data: bytes
    code: str | None = None

    @property
    def key(self) -> str:
        return f"{self.source}.{self.place}"

    @property
    def is_dicom(self) -> bool:
        return self.code is None and kind_of(self.data[:HEAD_BYTES]) is FileKind.DICOM


class _Door:
    """What stays the same from file to file."""

    def __init__(self, pseudonyms: Pseudonyms, options: DoorOptions) -> None:
        self._pseudonyms = pseudonyms
        self._options = options
        self._held: dict[str, CleanedDicom] = {}
        self._held_bytes = 0

    def outcomes(self, sources: Sequence[Source]) -> Iterator[Outcome]:
        search = self._search(sources) if self._options.search_pixels else None
        for piece in self._pieces(sources):
            yield self._outcome(piece, search)

    def _search(self, sources: Sequence[Source]) -> PictureSearch:
        """Look at every picture once; what cannot be read here is refused in the second pass."""
        search = PictureSearch(self._options.limits, self._options.finder)
        for piece in self._pieces(sources):
            if not piece.is_dicom:
                continue
            try:
                search.add(piece.key, self._hold(piece))
            except Exception as error:
                search.fail(piece.key, _code_of(error))
        search.finish()
        return search

    def _hold(self, piece: _Piece) -> CleanedDicom:
        """Clean a file, and hold the result for the second pass while there is room."""
        cleaned = self._clean_dicom(piece.data)
        if self._held_bytes + len(cleaned.body) <= self._options.limits.held_bytes:
            self._held[piece.key] = cleaned._replace(decoded=None)
            self._held_bytes += len(cleaned.body)
        return cleaned

    def _pieces(self, sources: Sequence[Source]) -> Iterator[_Piece]:
        """Yield every file; a source that cannot be opened at all is no file that could be refused, and raises."""
        for number, source in enumerate(sources):
            try:
                opened = source()
            except DeidentificationError as error:
                yield _Piece(number, 0, b"", error.code)
                continue
            try:
                with opened as reader:
                    yield from self._entries(number, reader)
            except Exception as error:
                yield _Piece(number, 0, b"", _code_of(error))

    def _entries(self, number: int, reader: BinaryIO) -> Iterator[_Piece]:
        limits = self._options.limits
        head = read_up_to(reader, HEAD_BYTES)
        if kind_of(head) is not FileKind.ZIP:
            yield _Piece(number, 0, head + read_up_to(reader, limits.file_bytes + 1 - len(head)))
            return
        reader.seek(0)
        for entry in read_entries(reader, limits):
            yield _Piece(number, entry.place, entry.data, entry.code)

    def _outcome(self, piece: _Piece, search: PictureSearch | None) -> Outcome:
        try:
            return self._clean(piece, search)
        except Exception as error:
            code = _code_of(error)
            return RefusedInstance(source=piece.source, index=piece.place, code=code, is_quarantined=code in QUARANTINE)

    def _clean(self, piece: _Piece, search: PictureSearch | None) -> CleanedInstance:
        if piece.code is not None:
            raise DeidentificationError(piece.code)
        if len(piece.data) > self._options.limits.file_bytes:
            raise DeidentificationError("file_too_large")
        kind = kind_of(piece.data[:HEAD_BYTES])
        if kind is FileKind.DICOM:
            return self._cleaned_dicom(piece, search)
        if kind is FileKind.PHOTO:
            return self._cleaned_photo(piece)
        raise DeidentificationError(kind.value)

    def _cleaned_dicom(self, piece: _Piece, search: PictureSearch | None) -> CleanedInstance:
        cleaned = self._held.pop(piece.key, None) or self._clean_dicom(piece.data)
        words: tuple[str, ...] = ()
        if cleaned.facts is None and self._options.images_only:
            raise DeidentificationError("dicom_object" if cleaned.has_pixels else "dicom_without_pixels")
        if search is not None:
            cleaned, words = search.settle(piece.key, cleaned), search.words(piece.key)
        return CleanedInstance(
            source=piece.source,
            index=piece.place,
            body=cleaned.body,
            media_type=DICOM_TYPE,
            facts=cleaned.facts,
            report=cleaned.report,
            identities=cleaned.identities,
            burned_in=burned_in_identities(words, named=cleaned.named, secret=self._pseudonyms.secret),
        )

    def _clean_dicom(self, data: bytes) -> CleanedDicom:
        chosen = self._options
        options = CleanOptions(
            profile=chosen.profile,
            pixels_searched=chosen.search_pixels,
            decode=chosen.search_pixels or chosen.images_only,
        )
        return clean_dicom(data, self._pseudonyms, chosen.limits, options=options)

    def _cleaned_photo(self, piece: _Piece) -> CleanedInstance:
        photo, facts, words = self._photo(piece.data)
        return CleanedInstance(
            source=piece.source,
            index=piece.place,
            body=photo.body,
            media_type=photo.media_type,
            facts=facts,
            report={"photo_written_anew": 1, **_masks_counted(facts)},
            burned_in=burned_in_identities(words, named=frozenset(), secret=self._pseudonyms.secret),
        )

    def _photo(self, data: bytes) -> tuple[CleanedPhoto, ImageFacts, tuple[str, ...]]:
        content = hashlib.sha256(data).hexdigest()
        uids = {
            "study_uid": self._pseudonyms.uid("photos"),
            "series_uid": self._pseudonyms.uid(f"photo series {content}"),
            "instance_uid": self._pseudonyms.uid(f"photo {content}"),
        }
        if not self._options.search_pixels:
            photo = clean_photo(data, self._options.limits)
            return photo, photo_facts(photo, **uids), ()
        searched = clean_and_search_photo(data, self._options.limits, finder=self._options.finder)
        found = searched.findings
        facts = replace(
            photo_facts(searched.photo, **uids),
            masks=found.masks,
            kept_text=found.kept_text,
            concerns=searched.concerns,
            crop=searched.crop,
        )
        return searched.photo, facts, found.words


def _masks_counted(facts: ImageFacts) -> dict[str, int]:
    counts = {"text_masked": len(facts.masks), "marker_kept": len(facts.kept_text)}
    return {name: count for name, count in counts.items() if count}


def read_up_to(reader: BinaryIO, size: int) -> bytes:
    """Read until the end or the size: a raw reader may give less than it was asked for."""
    parts: list[bytes] = []
    while size > 0 and (chunk := reader.read(min(size, _READ_BYTES))):
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _read_whole(reader: BinaryIO, limits: Limits) -> bytes:
    data = read_up_to(reader, limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise DeidentificationError("file_too_large")
    return data


@contextmanager
def _rewound(reader: BinaryIO) -> Iterator[BinaryIO]:
    """Give a reader from its start, and leave it open for the second pass."""
    reader.seek(0)
    yield reader


def _code_of(error: Exception) -> str:
    """Return the reason we know, never what a library says of a file."""
    if isinstance(error, DeidentificationError):
        return error.code
    return "pixels_too_many" if isinstance(error, MemoryError) else SURPRISE
