"""Pictures of de-identified images: one frame, windowed from full depth, as JPEG or PNG."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from io import BytesIO

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from deidentify.facts import DICOM_TYPE
from deidentify.pixels.decoding import Pixels, decode_frame, quiet
from deidentify.pixels.shading import (
    Grey,
    apply_table,
    apply_window,
    default_window,
    has_own_window,
    is_windowed,
    rescale,
    voi_function,
)
from domain.errors import UserError
from domain.ports.deidentifier import FrameRequest, RenderedFrame

JPEG_QUALITY = 90
_MOST_KEPT = 4
_MOST_KEPT_BYTES = 64 * 1024 * 1024
_kept: OrderedDict[tuple[int, bytes], Dataset] = OrderedDict()
"""The last data sets read in this process: a stack is scrolled, a window dragged, on the same ones."""


def render_frame(data: bytes, media_type: str, request: FrameRequest) -> RenderedFrame:
    """Return a picture of one frame of a file that has passed the door.

    Raises:
        UserError("frame_unknown"): no such frame.
    """
    if media_type != DICOM_TYPE:
        return _render_photo(data, media_type, request)
    with quiet():
        dataset = _read(data)
        if not 0 <= request.frame < int(dataset.get("NumberOfFrames") or 1):
            raise UserError("frame_unknown")
        picture = Image.fromarray(_shade(dataset, request))
    return _encode(_shrink(picture, request), lossless=request.lossless)


def _render_photo(data: bytes, media_type: str, request: FrameRequest) -> RenderedFrame:
    if request.frame != 0:
        raise UserError("frame_unknown")
    picture = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
    fits = request.longest_edge is None or max(picture.size) <= request.longest_edge
    if fits and request.lossless == (media_type == "image/png"):
        return RenderedFrame(body=data, media_type=media_type)
    return _encode(_shrink(picture, request), lossless=request.lossless)


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


def _shade(dataset: Dataset, request: FrameRequest) -> Grey:
    stored = decode_frame(dataset, request.frame)
    interpretation = str(dataset.PhotometricInterpretation)
    if interpretation == "PALETTE COLOR":
        return _to_bytes(apply_color_lut(stored, dataset), 16 if _is_deep_palette(dataset) else 8)
    if stored.ndim == 3:
        return _to_bytes(stored, int(dataset.BitsStored))
    grey = _shade_grey(stored, dataset, request)
    return 255 - grey if interpretation == "MONOCHROME1" else grey


def _shade_grey(stored: Pixels, dataset: Dataset, request: FrameRequest) -> Grey:
    if not is_windowed(dataset):
        return _shade_shallow(stored, dataset)
    frame = request.frame
    if request.window is None and dataset.get("VOILUTSequence") and not has_own_window(dataset, frame):
        return apply_table(stored, dataset, frame)
    values = rescale(stored, dataset, frame)
    window = request.window or default_window(dataset, frame, values)
    return apply_window(values, window, voi_function(dataset, frame))


def _shade_shallow(stored: Pixels, dataset: Dataset) -> Grey:
    """Up to 8 bits are shown as they are, spread over black to white."""
    bits = int(dataset.BitsStored)
    values = stored.astype(np.int32) + (1 << (bits - 1) if int(dataset.PixelRepresentation) else 0)
    return np.clip(values * 255 // ((1 << bits) - 1), 0, 255).astype(np.uint8)


def _is_deep_palette(dataset: Dataset) -> bool:
    return int(dataset.RedPaletteColorLookupTableDescriptor[2]) > 8


def _to_bytes(pixels: Pixels, bits: int) -> Grey:
    if bits <= 8:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return np.ascontiguousarray(pixels >> (bits - 8), dtype=np.uint8)  # type: ignore[operator] # integers, as stored


def _shrink(picture: Image.Image, request: FrameRequest) -> Image.Image:
    edge = request.longest_edge
    if edge is None or max(picture.size) <= edge:
        return picture
    factor = edge / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(picture: Image.Image, *, lossless: bool) -> RenderedFrame:
    buffer = BytesIO()
    if lossless:
        picture.save(buffer, "PNG", compress_level=1)
        return RenderedFrame(body=buffer.getvalue(), media_type="image/png")
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return RenderedFrame(body=buffer.getvalue(), media_type="image/jpeg")
