"""Photos and screenshots: upright, then written anew from their pixels, without anything else of the file."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from deidentify.limits import Limits
from domain.errors import DeidentificationError

JPEG_QUALITY = 93
_FORMATS: Mapping[str, str] = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/png",
    "BMP": "image/png",
    "TIFF": "image/png",
}
_UNDECODABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, Warning, struct.error, zlib.error)
_OPENED = tuple(name for name in _FORMATS if name != "MPO")
"""Several JPEG pictures in one file (MPO, from phones) open as JPEG; the first is taken."""
_SEVERAL_PAGES = frozenset(("TIFF", "PNG", "WEBP"))


class CleanedPhoto(NamedTuple):
    body: bytes
    media_type: str
    rows: int
    columns: int


def clean_photo(data: bytes, limits: Limits) -> CleanedPhoto:
    """Return the picture alone, turned as its EXIF orientation asks, in 8 bits of grey or colour.

    Raises:
        DeidentificationError: "photo_undecodable", "photo_unsupported", "photo_several_pages", "pixels_too_many".
    """
    try:
        with _strict(limits):
            image, media_type = _open(data)
            picture = _flatten(image)
            return CleanedPhoto(_encode(picture, media_type), media_type, picture.height, picture.width)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DeidentificationError("pixels_too_many") from error
    except _UNDECODABLE as error:
        raise DeidentificationError("photo_undecodable") from error


@contextmanager
def _strict(limits: Limits) -> Iterator[None]:
    """Every warning about a file is an error, and Pillow's own bound is ours."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = limits.frame_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _open(data: bytes) -> tuple[Image.Image, str]:
    image = Image.open(BytesIO(data), formats=_OPENED)
    if image.format in _SEVERAL_PAGES and getattr(image, "n_frames", 1) > 1:
        raise DeidentificationError("photo_several_pages")
    image.load()
    return ImageOps.exif_transpose(image), _FORMATS[str(image.format)]


def _flatten(image: Image.Image) -> Image.Image:
    """Return grey or colour in 8 bits; what lies under transparent pixels is covered with black."""
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    converted = image.convert(mode)
    return Image.frombytes(mode, converted.size, converted.tobytes())


def _to_eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Stretch deep grey over 8 bits from its least to its greatest value."""
    deep = values.astype(np.float64)
    low, high = float(deep.min()), float(deep.max())
    return np.asarray(np.rint((deep - low) * (255.0 / max(high - low, 1e-9))), dtype=np.uint8)


def _encode(picture: Image.Image, media_type: str) -> bytes:
    buffer = BytesIO()
    if media_type == "image/jpeg":
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        picture.save(buffer, "PNG")
    return buffer.getvalue()
