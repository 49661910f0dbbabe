"""The door and the renderer as ports: where they run (children of the pool), on which keys and folders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from bot.pool import ImagePool
from deidentify.limits import Limits
from deidentify.outcomes import RefusedInstance
from deidentify.text import clean_text, cut_resident_numbers
from domain.ids import ObjectId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import CleanedImage, CleanedUpload, FrameRequest, Refusal, RenderedFrame
from domain.study import SealedSegment
from domain.text import DeidentifiedText, IdentifiableText
from storage.archive import LocalArchive
from storage.keyring import Keyring
from storage.uploads import open_segments


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a child finds what it works on; the keys are opened by their folder, in the child."""

    uploads: Path
    archive: Path
    keys: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledDeidentifier:
    """The `Deidentifier` port: text here and now, files in a child."""

    pool: ImagePool
    places: Places
    limits: Limits

    def cut_resident_numbers(self, text: IdentifiableText) -> IdentifiableText:
        return cut_resident_numbers(text)

    def clean_text(self, text: IdentifiableText) -> DeidentifiedText:
        return clean_text(text)

    async def clean_upload(self, segments: Sequence[SealedSegment], *, secret: bytes) -> CleanedUpload:
        name = segments[0].upload_id if segments else "nothing"
        return await self.pool.run(name, _clean, tuple(segments), secret, places=self.places, limits=self.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRenderer:
    """The `Renderer` port."""

    pool: ImagePool
    places: Places

    async def frame(self, sealed: SealedObject, request: FrameRequest) -> RenderedFrame:
        return await self.pool.run(sealed.object_id, _render, sealed, request, self.places)


def _clean(segments: tuple[SealedSegment, ...], secret: bytes, *, places: Places, limits: Limits) -> CleanedUpload:
    from deidentify.door import clean_file  # pixels are read in children only

    keyring = Keyring(places.keys)
    archive = LocalArchive(places.archive, keyring)
    images: list[CleanedImage] = []
    refusals: list[Refusal] = []
    with open_segments(places.uploads, keyring, segments) as reader:
        for index, outcome in enumerate(clean_file(cast(BinaryIO, reader), secret=secret, limits=limits)):
            if isinstance(outcome, RefusedInstance):
                refusals.append(Refusal(index=index, code=f"refusal.{outcome.code}"))
                continue
            sealed = archive.put(ObjectId(secrets.token_hex(16)), outcome.body)
            images.append(CleanedImage(index=index, sealed=sealed, facts=outcome.facts, report=outcome.report))
    return CleanedUpload(images=tuple(images), refusals=tuple(refusals))


def _render(sealed: SealedObject, request: FrameRequest, places: Places) -> RenderedFrame:
    from deidentify.rendering import render_frame  # pixels are read in children only

    data = LocalArchive(places.archive, Keyring(places.keys)).read(sealed)
    return render_frame(data, _media_type(data), request)


def _media_type(data: bytes) -> str:
    if data.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/png" if data.startswith(b"\x89PNG") else "application/dicom"


def draw_samples(folder: Path) -> None:
    """Write the fictional studies of the demo into a folder; run in a child."""
    from deidentify.samples import thorax_ct, thorax_ct_zip  # pixels are drawn in children only

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chest-ct-32-slices.zip").write_bytes(thorax_ct_zip())
    (folder / "chest-ct-1-slice.dcm").write_bytes(list(thorax_ct())[20])
