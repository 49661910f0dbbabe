"""Photos and screenshots: upright, then written anew from their pixels, without anything else of the file.

Also masks drawn into a picture. Search and judgement are in `photo_search.py` and `quality.py`.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import numpy as np
import pi_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

from deidentify.limits import Limits
from domain.errors import DeidentificationError
from domain.study import Area

JPEG_QUALITY = 93
_FORMATS: Mapping[str, str] = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/png",
    "BMP": "image/png",
    "TIFF": "image/png",
}
_UNDECODABLE = (
    RuntimeError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    Warning,
    struct.error,
    zlib.error,
)
_OPENED = tuple(name for name in _FORMATS if name != "MPO")
"""Several JPEG pictures in one file (MPO, from phones) open as JPEG; the first is taken."""
_CAMERA_MAKER = 0x010F
_MASK_GREY: Mapping[str, int | tuple[int, int, int]] = {"L": 128, "RGB": (128, 128, 128)}
_SEVERAL_PAGES = frozenset(("TIFF", "PNG", "WEBP"))


class Picture(NamedTuple):
    """A photo as it was taken in: upright, in 8 bits of grey or colour, with how its JPEG was compressed."""

    image: Image.Image
    media_type: str
    tables: Mapping[int, list[int]] | None = None
    """The quantisation tables of a JPEG: how strongly it was compressed."""
    from_camera: bool = False
    """Its file named the maker of a camera."""


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
    return write_photo(read_photo(data, limits))


def read_photo(data: bytes, limits: Limits) -> Picture:
    """Return the picture of a file as a person sees it; nothing else of the file is kept.

    Raises:
        DeidentificationError: as `clean_photo`.
    """
    with _translated(limits):
        if _is_heif(data):
            return Picture(_flatten(_open_heif(data, limits)), "image/jpeg", from_camera=True)
        image = _open(data)
        tables = getattr(image, "quantization", None)
        from_camera = bool(image.getexif().get(_CAMERA_MAKER))
        upright = _flatten(ImageOps.exif_transpose(image))
        return Picture(upright, _FORMATS[str(image.format)], tables, from_camera)


def write_photo(picture: Picture) -> CleanedPhoto:
    """Return the file of a picture: a JPEG for what came as one or from a phone, else a PNG."""
    image = picture.image
    return CleanedPhoto(_encode(picture), picture.media_type, image.height, image.width)


def draw_masks(image: Image.Image, areas: Iterable[Area]) -> Image.Image:
    """Return a copy with each area, clipped to the picture, in the mid grey of masks."""
    masked = image.copy()
    for area in areas:
        masked.paste(_MASK_GREY[image.mode], box_within(area, image))
    return masked


def box_within(area: Area, image: Image.Image) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what of an area lies within a picture."""
    return area.x, area.y, min(area.x + area.width, image.width), min(area.y + area.height, image.height)


@contextmanager
def _translated(limits: Limits) -> Iterator[None]:
    try:
        with _strict(limits):
            yield
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


def _open(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=_OPENED)
    if image.format in _SEVERAL_PAGES and getattr(image, "n_frames", 1) > 1:
        raise DeidentificationError("photo_several_pages")
    image.load()
    return image


def _is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def _heif_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield every size that the file states ("ispe"), of its pictures, their tiles and previews."""
    place = data.find(b"ispe")
    while place >= 0:
        columns, rows = (
            int.from_bytes(data[place + 8 : place + 12], "big"),
            int.from_bytes(data[place + 12 : place + 16], "big"),
        )
        yield rows, columns
        place = data.find(b"ispe", place + 4)


def _open_heif(data: bytes, limits: Limits) -> Image.Image:
    """Decode the primary picture; its own turns are applied by the decoder, those of its EXIF say the same again."""
    if any(rows * columns > limits.frame_pixels for rows, columns in _heif_sizes(data)):
        raise DeidentificationError("pixels_too_many")
    file = pi_heif.open_heif(BytesIO(data), convert_hdr_to_8bit=True, bgr_mode=False)
    return Image.frombytes(file.mode, file.size, bytes(file.data), "raw", file.mode, file.stride)


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


def _encode(picture: Picture) -> bytes:
    buffer = BytesIO()
    if picture.media_type != "image/jpeg":
        picture.image.save(buffer, "PNG")
    else:
        picture.image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
