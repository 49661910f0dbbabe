"""Pictures of de-identified images: frames, parts and projections, windowed from full depth, masks hatched."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from deidentify.facts import DICOM_TYPE
from deidentify.pixels.decoding import Pixels, decode_frame, quiet
from deidentify.pixels.findings import rectangle
from deidentify.pixels.frame_views import colour_view, is_colour
from deidentify.pixels.hatching import hatch, placed
from deidentify.pixels.masking import clipped
from deidentify.pixels.shading import (
    Grey,
    apply_table,
    apply_window,
    default_window,
    is_in_hounsfield,
    is_windowed,
    own_window,
    rescale,
    voi_function,
)
from domain.errors import UserError
from domain.ports.deidentifier import FrameRequest, RenderedFrame, Values
from domain.study import Area

JPEG_QUALITY = 90
DRAFT_QUALITY = 70
"""Of a noisy slice 46 instead of 98 KB: 26 a second instead of 12 go through 10 Mbit/s."""
_MOST_ENLARGED = 4.0
_MOST_KEPT = 4
_MOST_KEPT_BYTES = 64 * 1024 * 1024
_kept: OrderedDict[tuple[int, bytes], Dataset] = OrderedDict()
"""The last data sets read in this process: a stack is scrolled, a window dragged, on the same ones."""


def render_frame(data: bytes, media_type: str, request: FrameRequest) -> RenderedFrame:
    """Return a picture of one frame, or of a part of it, of a file that has passed the door; masks are hatched.

    Raises:
        UserError("frame_unknown"): no such frame, or nothing of the area lies within it.
    """
    if _is_wanted_as_it_is(data, media_type, request):
        return RenderedFrame(body=data, media_type=media_type)
    return _finish(_picture(data, media_type, request), request)


def render_projection(slices: Iterable[tuple[bytes, str, FrameRequest]]) -> RenderedFrame:
    """Return one picture of the brightest of every pixel, as it is seen, over the slices of a stack; masks hatched.

    Slices of another size or kind than the first are left out; window, part, size and format are the first request's.

    Raises:
        UserError("frame_unknown"): as `render_frame`; also where there is no slice.
    """
    brightest: Grey | None = None
    first = FrameRequest()
    hatched: list[Area] = []
    for data, media_type, request in slices:
        if brightest is None:
            first = replace(request, window=request.window or _window_of(data, media_type, request))
        pixels = np.asarray(_picture(data, media_type, replace(request, window=first.window)))
        if brightest is not None and pixels.shape != brightest.shape:
            continue
        brightest = pixels if brightest is None else np.maximum(brightest, pixels)
        hatched += (replace(area, frame=None) for area in request.hatched if area.covers(request.frame))
    if brightest is None:
        raise UserError("frame_unknown")
    return _finish(Image.fromarray(brightest), replace(first, hatched=tuple(dict.fromkeys(hatched))))


def read_values(data: bytes, media_type: str, request: FrameRequest) -> Values | None:
    """Return the Hounsfield units of a frame, or of a part of it, rounded; None where the image is no rescaled CT.

    Raises:
        UserError("frame_unknown"): as `render_frame`.
    """
    if media_type != DICOM_TYPE:
        return None
    with quiet():
        dataset = _frame_of(data, request)
        if not is_in_hounsfield(dataset, request.frame):
            return None
        values = _hounsfield(dataset, request.frame)
    rows, columns = values.shape
    part = clipped(request.area or Area(x=0, y=0, width=columns, height=rows), rows, columns)
    if part is None:
        raise UserError("frame_unknown")
    for mask in request.hatched:
        if mask.covers(request.frame):
            values[rectangle(mask)] = np.ma.masked
    return tuple(tuple(row) for row in values[rectangle(part)].tolist())


def _is_wanted_as_it_is(data: bytes, media_type: str, request: FrameRequest) -> bool:
    """Whether a photo can be handed on: whole, in its own format and size, without masks to draw."""
    if media_type == DICOM_TYPE or request.frame != 0 or request.hatched or request.area:
        return False
    with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as picture:
        fits = request.longest_edge is None or max(picture.size) <= request.longest_edge
    return fits and request.lossless == (media_type == "image/png")


def _picture(data: bytes, media_type: str, request: FrameRequest) -> Image.Image:
    if media_type != DICOM_TYPE:
        if request.frame != 0:
            raise UserError("frame_unknown")
        return Image.open(BytesIO(data), formats=("JPEG", "PNG"))
    with quiet():
        return Image.fromarray(_shade(_frame_of(data, request), request))


def _frame_of(data: bytes, request: FrameRequest) -> Dataset:
    dataset = _read(data)
    if not 0 <= request.frame < int(dataset.get("NumberOfFrames") or 1):
        raise UserError("frame_unknown")
    return dataset


def _window_of(data: bytes, media_type: str, request: FrameRequest) -> tuple[float, float] | None:
    """Return the window that all slices of a projection share: the first one's own."""
    if media_type != DICOM_TYPE:
        return None
    with quiet():
        dataset = _read(data)
        is_frame = 0 <= request.frame < int(dataset.get("NumberOfFrames") or 1)
        return default_window(dataset, request.frame) if is_frame and is_windowed(dataset) else None


def _finish(picture: Image.Image, request: FrameRequest) -> RenderedFrame:
    """Cut out the part asked for, bring it to its size, and only then draw the masks, so that stripes stay sharp."""
    whole = Area(x=0, y=0, width=picture.width, height=picture.height)
    part = clipped(request.area or whole, picture.height, picture.width)
    if part is None:
        raise UserError("frame_unknown")
    cut = picture.crop((part.x, part.y, part.x + part.width, part.y + part.height)) if part != whole else picture
    sized = _resize(cut, request)
    scale = sized.width / part.width
    areas = (placed(area, within=part, scale=scale) for area in request.hatched if area.covers(request.frame))
    inside = [area for area in areas if area is not None]
    return _encode(hatch(sized, inside) if inside else sized, request)


def _read(data: bytes) -> Dataset:
    """Read a data set, or take the one read before from the very same bytes."""
    key = (len(data), hashlib.sha256(data, usedforsecurity=False).digest())
    dataset = _kept.pop(key, None)
    if dataset is None:
        dataset = dcmread(BytesIO(data))
    _kept[key] = dataset
    while len(_kept) > 1 and (len(_kept) > _MOST_KEPT or sum(size for size, _ in _kept) > _MOST_KEPT_BYTES):
        _kept.popitem(last=False)
    return dataset


def _hounsfield(dataset: Dataset, frame: int) -> np.ma.MaskedArray[Any, np.dtype[np.int64]]:
    """Return rounded values; what pads a round scan to a square is none of them."""
    stored = decode_frame(dataset, frame)
    values = np.rint(rescale(stored, dataset, frame)).astype(np.int64)
    padding = dataset.get("PixelPaddingValue")
    return np.ma.masked_array(values, mask=np.zeros(values.shape, bool) if padding is None else stored == int(padding))


def _shade(dataset: Dataset, request: FrameRequest) -> Grey:
    stored = decode_frame(dataset, request.frame)
    interpretation = str(dataset.PhotometricInterpretation)
    if is_colour(dataset):
        return colour_view(stored, dataset)
    grey = _shade_grey(stored, dataset, request)
    return 255 - grey if interpretation == "MONOCHROME1" else grey


def _shade_grey(stored: Pixels, dataset: Dataset, request: FrameRequest) -> Grey:
    if not is_windowed(dataset):
        return _shade_shallow(stored, dataset)
    frame = request.frame
    if request.window is None and dataset.get("VOILUTSequence") and own_window(dataset, frame) is None:
        return apply_table(stored, dataset, frame)
    values = rescale(stored, dataset, frame)
    window = request.window or default_window(dataset, frame, values)
    return apply_window(values, window, voi_function(dataset, frame))


def _shade_shallow(stored: Pixels, dataset: Dataset) -> Grey:
    """Up to 8 bits are shown as they are, spread over black to white."""
    bits = int(dataset.BitsStored)
    values = stored.astype(np.int32) + (1 << (bits - 1) if int(dataset.PixelRepresentation) else 0)
    return np.clip(values * 255 // ((1 << bits) - 1), 0, 255).astype(np.uint8)


def _resize(picture: Image.Image, request: FrameRequest) -> Image.Image:
    """Shrink a picture to the edge asked for; a part of one is also enlarged, so that small letters can be read."""
    edge = request.longest_edge
    if edge is None:
        return picture
    factor = min(edge / max(picture.size), _MOST_ENLARGED if request.area else 1.0)
    if factor == 1.0:
        return picture
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(picture: Image.Image, request: FrameRequest) -> RenderedFrame:
    buffer = BytesIO()
    if request.lossless:
        picture.save(buffer, "PNG", compress_level=1)
        return RenderedFrame(body=buffer.getvalue(), media_type="image/png")
    picture.save(buffer, "JPEG", quality=DRAFT_QUALITY if request.draft else JPEG_QUALITY)
    return RenderedFrame(body=buffer.getvalue(), media_type="image/jpeg")
