"""The door and the renderer as ports: where they run (children of the pool), on which keys and folders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from bot.pool import ImagePool
from deidentify import text as words
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, RefusedInstance
from deidentify.persons import fingerprints_of
from deidentify.profiles import ARCHIVE, Profile
from domain.errors import DeidentificationError
from domain.identity import Fingerprint, IdentityKind, KnownIdentities
from domain.ids import ObjectId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import (
    ChangedImage,
    CleanedImage,
    CleanedUpload,
    FrameRequest,
    Refusal,
    RenderedFrame,
    Values,
)
from domain.study import Area, SealedSegment
from domain.text import DeidentifiedText, IdentifiableText
from storage.archive import LocalArchive
from storage.keyring import Keyring
from storage.uploads import open_segments

_TITLES = frozenset({"dr", "md", "mr", "mrs", "ms", "phd", "prof", "professor", "교수", "교수님", "선생님", "의사"})
"""What stands beside a member's name without being part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a child finds what it works on; the keys are opened by their folder, in the child."""

    uploads: Path
    archive: Path
    keys: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _DoorWork:
    """What a child is told of the door; its own options would bring the pixel libraries along."""

    limits: Limits
    profile: Profile
    searches_pixels: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledDeidentifier:
    """The `Deidentifier` port: text here and now, files in a child."""

    pool: ImagePool
    places: Places
    limits: Limits
    profile: Profile = ARCHIVE
    searches_pixels: bool = True
    """Whether burned-in text and faces are looked for."""

    def cut_resident_numbers(self, text: IdentifiableText) -> IdentifiableText:
        return words.cut_resident_numbers(text)

    def clean_text(
        self, text: IdentifiableText, *, today: date, known: KnownIdentities | None = None
    ) -> DeidentifiedText:
        return words.clean_text(text, today=today, known=known)

    def clean_again(self, text: DeidentifiedText, *, today: date, known: KnownIdentities) -> DeidentifiedText:
        return words.clean_again(text, today=today, known=known)

    def identities_in(self, text: IdentifiableText, *, secret: bytes) -> frozenset[Fingerprint]:
        return words.identities_in(text, secret=secret)

    def names_known(self, text: IdentifiableText, *, known: KnownIdentities) -> bool:
        return words.names_known(text, known=known)

    def identities_of_name(self, name: str, *, secret: bytes) -> frozenset[Fingerprint]:
        bare = " ".join(part for part in name.split() if part.casefold().strip(".,") not in _TITLES)
        return fingerprints_of(IdentityKind.NAME, bare, secret=secret)

    async def clean_uploads(
        self, uploads: Sequence[Sequence[SealedSegment]], *, secret: bytes
    ) -> tuple[CleanedUpload, ...]:
        name = "+".join(segments[0].upload_id if segments else "nothing" for segments in uploads)
        how = _DoorWork(limits=self.limits, profile=self.profile, searches_pixels=self.searches_pixels)
        return await self.pool.run(name, _clean, tuple(map(tuple, uploads)), secret, places=self.places, how=how)

    async def mask_more(
        self, images: Sequence[tuple[SealedObject, Sequence[Area]]]
    ) -> tuple[ChangedImage | Refusal, ...]:
        name = "+".join(sealed.object_id for sealed, _ in images)
        wanted = tuple((sealed, tuple(areas)) for sealed, areas in images)
        return await self.pool.run(f"mask:{name}", _mask_all, wanted, self.places)

    async def crop(self, sealed: SealedObject, area: Area) -> ChangedImage:
        return await self.pool.run(f"crop:{sealed.object_id}", _crop, sealed, area, self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRenderer:
    """The `Renderer` port."""

    pool: ImagePool
    places: Places

    async def frame(self, sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        return await self.pool.run(sealed.object_id, _render, sealed, request, self.places)

    async def values(self, sealed: SealedObject, request: FrameRequest) -> Values | None:
        return await self.pool.run(f"values:{sealed.object_id}", _values, sealed, request, self.places)

    async def projection(self, slices: Sequence[tuple[SealedObject, FrameRequest]]) -> RenderedFrame:
        name = f"projection:{slices[0][0].object_id}" if slices else "projection"
        return await self.pool.run(name, _project, tuple(slices), self.places)


def _clean(
    uploads: tuple[tuple[SealedSegment, ...], ...], secret: bytes, *, places: Places, how: _DoorWork
) -> tuple[CleanedUpload, ...]:
    from deidentify.door import DoorOptions, clean_sources  # pixels are read in children only

    keyring = Keyring(places.keys)
    archive = LocalArchive(places.archive, keyring)
    images: list[list[CleanedImage]] = [[] for _ in uploads]
    refusals: list[list[Refusal]] = [[] for _ in uploads]
    options = DoorOptions(limits=how.limits, profile=how.profile, search_pixels=how.searches_pixels)
    sources = [partial(_opened, places, keyring, segments) for segments in uploads]
    for outcome in clean_sources(sources, secret=secret, options=options):
        if isinstance(outcome, RefusedInstance):
            refusals[outcome.source].append(Refusal(index=outcome.index, code=f"refusal.{outcome.code}"))
        else:
            images[outcome.source].append(_sealed(archive, outcome))
    pairs = zip(images, refusals, strict=True)
    return tuple(CleanedUpload(images=tuple(passed), refusals=tuple(refused)) for passed, refused in pairs)


def _opened(places: Places, keyring: Keyring, segments: Sequence[SealedSegment]) -> BinaryIO:
    return cast(BinaryIO, open_segments(places.uploads, keyring, segments))


def _sealed(archive: LocalArchive, outcome: CleanedInstance) -> CleanedImage:
    if outcome.facts is None:
        raise ValueError("the door lets pictures pass only")
    return CleanedImage(
        index=outcome.index,
        sealed=archive.put(_new_object(), outcome.body),
        facts=outcome.facts,
        report=outcome.report,
        identities=outcome.identities,
        burned_in=outcome.burned_in,
    )


def _mask_all(
    wanted: tuple[tuple[SealedObject, tuple[Area, ...]], ...], places: Places
) -> tuple[ChangedImage | Refusal, ...]:
    archive = LocalArchive(places.archive, Keyring(places.keys))
    outcomes: list[ChangedImage | Refusal] = []
    for place, (sealed, areas) in enumerate(wanted):
        try:
            outcomes.append(_mask(archive, sealed, areas))
        except DeidentificationError as error:
            outcomes.append(Refusal(index=place, code=error.code))
    return tuple(outcomes)


def _mask(archive: LocalArchive, sealed: SealedObject, areas: tuple[Area, ...]) -> ChangedImage:
    from deidentify.pixels.lungs import hides_lung  # pixels are read in children only
    from deidentify.pixels.masking import mask_more

    before = archive.read(sealed)
    media_type = _media_type(before)
    body = mask_more(before, media_type, areas)
    return _changed(archive, body, covers_lung=hides_lung(before, media_type, areas))


def _crop(sealed: SealedObject, area: Area, places: Places) -> ChangedImage:
    from deidentify.pixels.masking import crop_photo  # pixels are read in children only

    archive = LocalArchive(places.archive, Keyring(places.keys))
    return _changed(archive, crop_photo(archive.read(sealed), area))


def _changed(archive: LocalArchive, body: bytes, *, covers_lung: bool = False) -> ChangedImage:
    """Seal what becomes of an object as one of its own; the first stays until the database names the second."""
    sealed = archive.put(_new_object(), body)
    return ChangedImage(sealed=sealed, media_type=_media_type(body), covers_lung=covers_lung)


def _render(sealed: SealedObject, request: FrameRequest, places: Places) -> RenderedFrame:
    from deidentify.rendering import render_frame  # pixels are read in children only

    data = LocalArchive(places.archive, Keyring(places.keys)).read(sealed)
    return render_frame(data, _media_type(data), request)


def _values(sealed: SealedObject, request: FrameRequest, places: Places) -> Values | None:
    from deidentify.rendering import read_values  # pixels are read in children only

    data = LocalArchive(places.archive, Keyring(places.keys)).read(sealed)
    return read_values(data, _media_type(data), request)


def _project(slices: tuple[tuple[SealedObject, FrameRequest], ...], places: Places) -> RenderedFrame:
    from deidentify.rendering import render_projection  # pixels are read in children only

    archive = LocalArchive(places.archive, Keyring(places.keys))
    bodies = ((archive.read(sealed), request) for sealed, request in slices)
    return render_projection((data, _media_type(data), request) for data, request in bodies)


def _new_object() -> ObjectId:
    return ObjectId(secrets.token_hex(16))


def _media_type(data: bytes) -> str:
    if data.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/png" if data.startswith(b"\x89PNG") else "application/dicom"


def draw_samples(folder: Path) -> None:
    """Write the fictional studies of the demo into a folder; run in a child."""
    from deidentify import burned_in_samples as burned_in  # pixels are drawn in children only
    from deidentify.samples import thorax_ct, thorax_ct_zip

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chest-ct-32-slices.zip").write_bytes(thorax_ct_zip())
    (folder / "chest-ct-1-slice.dcm").write_bytes(list(thorax_ct())[20])
    (folder / "radiograph-with-name.dcm").write_bytes(burned_in.radiograph_with_text())
    (folder / "radiograph-of-another-patient.dcm").write_bytes(burned_in.radiograph_of_another_patient())
    (folder / "screen-photo-with-name.jpg").write_bytes(burned_in.screen_photo())
