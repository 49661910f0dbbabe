"""Masking in the pool's processes: several images a trip, each with an outcome of its own."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from bot.image_work import Places, PooledDeidentifier
from bot.pool import ImagePool
from deidentify.limits import Limits
from domain.ids import ObjectId
from domain.ports.deidentifier import ChangedImage, Refusal
from domain.study import Area
from storage.archive import LocalArchive
from storage.keyring import Keyring, create_keys
from tests.fakes.society import SLICE, InlinePool

CORNER = (Area(x=0, y=0, width=8, height=8),)


async def test_image_that_cannot_be_masked_spares_the_others(tmp_path: Path) -> None:
    create_keys(tmp_path / "keys")
    places = Places(uploads=tmp_path / "uploads", archive=tmp_path / "archive", keys=tmp_path / "keys")
    door = PooledDeidentifier(pool=cast(ImagePool, InlinePool()), places=places, limits=Limits())
    archive = LocalArchive(places.archive, Keyring(places.keys))
    bodies = {"a" * 32: SLICE, "b" * 32: b"\x89PNG, but broken", "c" * 32: SLICE}
    sealed = [archive.put(ObjectId(name), body) for name, body in bodies.items()]

    first, broken, last = await door.mask_more([(one, CORNER) for one in sealed])

    assert broken == Refusal(index=1, code="photo_undecodable")
    assert isinstance(first, ChangedImage)
    assert isinstance(last, ChangedImage)
    assert archive.read(first.sealed) == archive.read(last.sealed) != SLICE
