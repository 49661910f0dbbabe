"""A door that finds what a test tells it to find: identities of files and words, names known, areas masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.pool import DEATHS_ALLOWED
from domain.errors import DeidentificationError, TransientError
from domain.identity import Fingerprint, IdentityKind, KnownIdentities, fingerprint
from domain.ids import ObjectId, UploadId, derive_id
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import ChangedImage, CleanedImage, CleanedUpload, Refusal
from domain.study import Area, Concern, ImageFacts, SealedSegment
from domain.text import DeidentifiedText, IdentifiableText
from tests.fakes.society import Society

WORDS = {
    "Hong": (IdentityKind.NAME, "hong"),
    "gildong": (IdentityKind.NAME, "gildong"),
    "Minji": (IdentityKind.NAME, "minji"),
    "1958": (IdentityKind.BIRTH_DATE, "1958"),
    "1960": (IdentityKind.BIRTH_DATE, "1960"),
    "male": (IdentityKind.SEX, "m"),
    "woman": (IdentityKind.SEX, "f"),
}
"""What words of a text say of a person."""


@dataclass
class WatchfulDoor:
    """Everything else is the door's own; `named` is what each file that comes names, by the words above.

    `trips` is how many images were masked together each time; `killers` take the process along.
    """

    door: Any
    named: list[tuple[str, ...]] = field(default_factory=list)
    concerns: tuple[Concern, ...] = ()
    crop_to: Area | None = None
    refusals: tuple[Refusal, ...] = ()
    masked: list[tuple[Area, ...]] = field(default_factory=list)
    cut: list[Area] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)
    killers: frozenset[ObjectId] = frozenset()
    deaths: Counter[tuple[ObjectId, ...]] = field(default_factory=Counter)
    is_stuck: bool = False
    is_busy: bool = False
    covers_lung: bool = False
    kept_text: tuple[Area, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.door, name)

    def identities_in(self, text: IdentifiableText, *, secret: bytes) -> frozenset[Fingerprint]:
        """Say whom a message describes; a name it holds is not known to be one."""
        stated = (word for word, (kind, _) in WORDS.items() if kind is not IdentityKind.NAME and word in text.value)
        return _marks(stated, secret)

    def identities_of_name(self, name: str, *, secret: bytes) -> frozenset[Fingerprint]:
        return _marks((word for word in WORDS if word in name), secret)

    def clean_text(
        self, text: IdentifiableText, *, today: date, known: KnownIdentities | None = None
    ) -> DeidentifiedText:
        cleaned: DeidentifiedText = self.door.clean_text(text, today=today)
        return cleaned if known is None else self.clean_again(cleaned, today=today, known=known)

    def clean_again(self, text: DeidentifiedText, *, today: date, known: KnownIdentities) -> DeidentifiedText:
        value = text.value
        for word, (kind, form) in WORDS.items():
            value = value.replace(word, "[name]") if known.holds(kind, form) else value
        return text if value == text.value else replace(text, value=value)

    async def clean_uploads(
        self, uploads: Sequence[Sequence[SealedSegment]], *, secret: bytes
    ) -> tuple[CleanedUpload, ...]:
        """Make one slice of each file, all of one series."""
        return tuple(self._clean(segments[0].upload_id, secret) for segments in uploads)

    def _clean(self, upload_id: UploadId, secret: bytes) -> CleanedUpload:
        sealed = SealedObject(
            object_id=ObjectId(derive_id("object", upload_id)), size_bytes=9, wrapped_key=b"key", key_id="archive-0001"
        )
        facts = ImageFacts(
            study_uid="2.25.1",
            series_uid="2.25.2",
            instance_uid=f"2.25.{int(upload_id, 16)}",
            modality="CT",
            media_type="application/dicom",
            frames=2,
            rows=32,
            columns=64,
            concerns=self.concerns,
            crop=self.crop_to,
            kept_text=self.kept_text,
        )
        names = self.named.pop(0) if self.named else ()
        marks = _marks(names, secret)
        image = CleanedImage(index=0, sealed=sealed, facts=facts, report={}, identities=marks)
        return CleanedUpload(images=(image,), refusals=self.refusals)

    async def mask_more(
        self, images: Sequence[tuple[SealedObject, Sequence[Area]]]
    ) -> tuple[ChangedImage | Refusal, ...]:
        if self.is_busy:
            raise TransientError("image_process_died")
        objects = tuple(sealed.object_id for sealed, _ in images)
        if self.killers.intersection(objects):
            raise self._died(objects)
        self.trips.append(len(images))
        return tuple(self._mask(place, sealed, areas) for place, (sealed, areas) in enumerate(images))

    def _died(self, objects: tuple[ObjectId, ...]) -> Exception:
        """Count like the pool: so many deaths of the same work are enough."""
        self.deaths[objects] += 1
        if self.deaths[objects] < DEATHS_ALLOWED:
            return TransientError("image_process_died")
        return DeidentificationError("refusal.image_kills_reader")

    def _mask(self, place: int, sealed: SealedObject, areas: Sequence[Area]) -> ChangedImage | Refusal:
        if self.is_stuck:
            return Refusal(index=place, code="pixels_undecodable")
        self.masked.append(tuple(areas))
        return ChangedImage(sealed=_other(sealed), media_type="application/dicom", covers_lung=self.covers_lung)

    async def crop(self, sealed: SealedObject, area: Area) -> ChangedImage:
        self.cut.append(area)
        return ChangedImage(sealed=_other(sealed), media_type="image/png")


Watched = tuple[Society, WatchfulDoor]


def _other(sealed: SealedObject) -> SealedObject:
    return replace(sealed, object_id=ObjectId(derive_id("changed", sealed.object_id)))


def _marks(words: Any, secret: bytes) -> frozenset[Fingerprint]:
    return frozenset(fingerprint(*WORDS[word], secret=secret) for word in words)
