"""The pictures that leave by this channel: of what has passed the door alone, as small as the deployment says."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from channels.drawing import Drawing, Drawn, wanted_of
from domain.ids import ImageId
from domain.ports.channel import ImagesOut
from domain.ports.store import Store

MOST = 10
"""Source: Bot API, sendMediaGroup, media: "must include 2-10 items"."""
_EDGES = {ImagesOut.THUMBNAIL: 320, ImagesOut.FULL: 1280}
"""Longest edge in pixels; a photo at Telegram has 1280 at the most, whatever is sent."""
_GREY = 0xC0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Draws images as Telegram photos, masks hatched (safety rule 8)."""

    store: Store
    drawing: Drawing
    images_out: ImagesOut

    def most(self, images: Sequence[ImageId]) -> int:
        """Return how many pictures there are of images at the most."""
        return min(len(images), MOST) if self.images_out in _EDGES else 0

    async def of(self, images: Sequence[ImageId]) -> Drawn:
        """Return a picture of each image that is still there, as many as an album holds."""
        edge = _EDGES.get(self.images_out)
        if edge is None or not images:
            return Drawn()
        return await self.drawing.of(
            await self.store.read(lambda transaction: wanted_of(transaction, images, edge=edge, most=MOST))
        )


def blank_picture() -> bytes:
    """Return a plain grey PNG, which takes the place of a picture that the service does not let us delete."""
    side = 64
    rows = (b"\x00" + bytes([_GREY]) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
