"""The door: the only way from identifiable to de-identified; and pictures of what has passed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.identity import Fingerprint, KnownIdentities
from domain.ports.archive import SealedObject
from domain.study import Area, ImageFacts, SealedSegment
from domain.text import DeidentifiedText, IdentifiableText


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedImage:
    """One instance that passed, already sealed in the archive.

    `identities` are the fingerprints of whom the header of its file named, `burned_in` of whom its pixels did.
    """

    index: int
    sealed: SealedObject
    facts: ImageFacts
    report: Mapping[str, int]
    identities: frozenset[Fingerprint] = frozenset()
    burned_in: frozenset[Fingerprint] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One file (or entry of a zip) that did not pass; `code` is a wording key, `index` its place."""

    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedUpload:
    """One upload that went through the door."""

    images: tuple[CleanedImage, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedImage:
    """An image that was masked or cut, sealed as an object of its own; `covers_lung` of what was masked."""

    sealed: SealedObject
    media_type: str
    covers_lung: bool = False


class Deidentifier(Protocol):
    def cut_resident_numbers(self, text: IdentifiableText) -> IdentifiableText:
        """Return the text with resident numbers replaced by a placeholder, before anything is stored."""

    def clean_text(
        self, text: IdentifiableText, *, today: date, known: KnownIdentities | None = None
    ) -> DeidentifiedText:
        """Return the text with identifiers replaced by typed placeholders; doing it twice changes nothing.

        Args:
            today: the day on which the message was received, on its sender's clock: dates become distances from it.
            known: whom the same case's files and earlier messages name, searched for in all their spellings.
        """

    def clean_again(self, text: DeidentifiedText, *, today: date, known: KnownIdentities) -> DeidentifiedText:
        """Return a text that was cleaned before, without what has become known since."""

    def identities_in(self, text: IdentifiableText, *, secret: bytes) -> frozenset[Fingerprint]:
        """Return the fingerprints of whom a text names, and of what it says of the patient."""

    def names_known(self, text: IdentifiableText, *, known: KnownIdentities) -> bool:
        """Return whether a text names anybody whom its case is known to name."""

    def identities_of_name(self, name: str, *, secret: bytes) -> frozenset[Fingerprint]:
        """Return the fingerprints of a name that is known to be one, such as a member's own."""

    async def clean_uploads(
        self, uploads: Sequence[Sequence[SealedSegment]], *, secret: bytes
    ) -> tuple[CleanedUpload, ...]:
        """Take uploads (each a file, or a zip of files) of one case through the door together.

        A series that came as many files is searched for burned-in text as a whole.

        Args:
            uploads: the segments of each, in order; opened in memory, in another process.
            secret: the subject's, from which uids and date shifts derive.
        Raises:
            DeidentificationError: nothing of them is taken; `code` says why.
            TransientError: the process died or the pool is full; try again.
        """

    async def mask_more(
        self, images: Sequence[tuple[SealedObject, Sequence[Area]]]
    ) -> tuple[ChangedImage | Refusal, ...]:
        """Blank areas of images that passed the door, in one trip to another process; the original objects stay.

        Returns:
            what became of each, in their order; a refusal for one that cannot be masked.
        Raises:
            DeidentificationError: they took the process along too often, or took too long.
            TransientError: the process died or the pool is full; try again.
        """

    async def crop(self, sealed: SealedObject, area: Area) -> ChangedImage:
        """Cut a photo to an area; raises what `mask_more` does, and DeidentificationError if it cannot be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRequest:
    """One picture of one frame.

    `window` is centre and width in rescaled units, None for the image's own;
    `lossless` asks for PNG, otherwise JPEG, and `draft` for one that costs less of the line, since a lossless one
    takes its place as soon as the scrolling rests; `longest_edge` bounds the size in pixels.
    `hatched` are masks, in the image's pixels, which are drawn so that they never look
    like air (safety rule 8); `area` asks for that part of the frame alone.
    """

    frame: int = 0
    window: tuple[float, float] | None = None
    lossless: bool = False
    draft: bool = False
    longest_edge: int | None = None
    hatched: tuple[Area, ...] = ()
    area: Area | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFrame:
    body: bytes
    media_type: str


Values = tuple[tuple[int | None, ...], ...]
"""Hounsfield units of a part of a frame, row by row; None where a pixel is masked or is none of the scan's."""


class Renderer(Protocol):
    async def frame(self, sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        """Return a picture of a de-identified image.

        Raises:
            UserError("frame_unknown"): no such frame.
        """

    async def values(self, sealed: SealedObject, request: FrameRequest) -> Values | None:
        """Return what the pixels of an area are in Hounsfield units; None where the image is no such CT.

        Raises what `frame` does.
        """

    async def projection(self, slices: Sequence[tuple[SealedObject, FrameRequest]]) -> RenderedFrame:
        """Return one picture of the brightest of every pixel over some slices of a stack, masks hatched.

        Slices of another size than the first are left out; window, size and
        format are the first request's. Raises what `frame` does.
        """
