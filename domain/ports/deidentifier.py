"""The door: the only way from identifiable to de-identified; and pictures of what has passed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.identity import Fingerprint, KnownIdentities
from domain.ports.archive import SealedObject
from domain.study import Area, ImageFacts, SealedSegment
from domain.text import DeidentifiedText, IdentifiableText


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedImage:
    """One instance that passed, already sealed in the archive."""

    index: int
    sealed: SealedObject
    facts: ImageFacts
    report: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One file (or entry of a zip) that did not pass; `code` is a wording key, `index` its place."""

    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedUpload:
    """One upload that went through the door; `identities` are the fingerprints of whom its files name, file by file."""

    images: tuple[CleanedImage, ...]
    refusals: tuple[Refusal, ...]
    identities: tuple[frozenset[Fingerprint], ...] = ()


class Deidentifier(Protocol):
    def cut_resident_numbers(self, text: IdentifiableText) -> IdentifiableText:
        """Return the text with resident numbers replaced by a placeholder, before anything is stored."""

    def clean_text(self, text: IdentifiableText) -> DeidentifiedText:
        """Return the text with identifiers replaced by typed placeholders; doing it twice changes nothing."""

    async def clean_upload(self, segments: Sequence[SealedSegment], *, secret: bytes) -> CleanedUpload:
        """Take one upload (a file, or a zip of files) through the door.

        Args:
            segments: all of the upload, in order; opened in memory, in another process.
            secret: the subject's, from which uids and date shifts derive.
        Raises:
            DeidentificationError: the upload as a whole is refused; `code` says why.
            TransientError: the process died or the pool is full; try again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRequest:
    """One picture of one frame.

    `window` is centre and width in rescaled units, None for the image's own;
    `lossless` asks for PNG, otherwise JPEG; `longest_edge` bounds the size in pixels.
    """

    frame: int = 0
    window: tuple[float, float] | None = None
    lossless: bool = False
    longest_edge: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFrame:
    body: bytes
    media_type: str


class Renderer(Protocol):
    async def frame(self, sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        """Return a picture of a de-identified image.

        Raises:
            UserError("frame_unknown"): no such frame.
        """
