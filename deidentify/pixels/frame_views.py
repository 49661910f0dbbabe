"""Frames as the search for text looks at them: 8-bit grey or colour, as a person sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from deidentify.burned_in.views import View, to_view
from deidentify.pixels.decoding import Pixels, decode_frame
from deidentify.pixels.shading import apply_window, own_window, palette_colours, rescale, voi_function

_NARROW = 4
"""A window this many times narrower than the values hides text from the view of all values, and shows it in its own."""


def frame_views(dataset: Dataset, frame: int) -> tuple[View, ...]:
    """Return one frame over all its values, and once more through its own window where that is much narrower.

    Raises:
        DeidentificationError("pixels_undecodable"): no decoder reads it.
    """
    stored = decode_frame(dataset, frame)
    if is_colour(dataset):
        return (colour_view(stored, dataset),)
    values = grey_values(stored, dataset, frame)
    whole = to_view(values)
    window = own_window(dataset, frame)
    if window is None or window[1] * _NARROW > float(values.max()) - float(values.min()):
        return (whole,)
    center, width = window
    center = -center if _is_inverted(dataset) else center
    return whole, apply_window(values, (center, width), voi_function(dataset, frame))


def is_colour(dataset: Dataset) -> bool:
    return int(dataset.SamplesPerPixel) == 3 or str(dataset.PhotometricInterpretation) == "PALETTE COLOR"


def colour_view(stored: Pixels, dataset: Dataset) -> View:
    """Return a frame of colours in 8 bits, rows × columns × 3; palettes are looked up."""
    if stored.ndim == 2:
        return to_bytes(
            palette_colours(stored, dataset), 16 if int(dataset.RedPaletteColorLookupTableDescriptor[2]) > 8 else 8
        )
    return to_bytes(stored, int(dataset.BitsStored))


def to_bytes(pixels: Pixels, bits: int) -> View:
    """Return unsigned values of this many bits as 8 bits: the upper ones."""
    if bits <= 8:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return np.ascontiguousarray(pixels >> (bits - 8), dtype=np.uint8)  # type: ignore[operator] # integers, as stored


def grey_values(stored: Pixels, dataset: Dataset, frame: int) -> NDArray[np.float32]:
    """Return rescaled values, brighter the greater; padding counts as the least that is no padding."""
    values = rescale(stored, dataset, frame)
    is_padding = _padding(stored, dataset)
    if is_padding is not None and not is_padding.all():
        values[is_padding] = values[~is_padding].min()
    return -values if _is_inverted(dataset) else values


def _is_inverted(dataset: Dataset) -> bool:
    return str(dataset.PhotometricInterpretation) == "MONOCHROME1"


def _padding(stored: Pixels, dataset: Dataset) -> NDArray[np.bool_] | None:
    """Return which pixels are padding (PS3.3 C.7.5.1.1.2), None where the data set names no value for it."""
    first = dataset.get("PixelPaddingValue")
    if not isinstance(first, int):
        return None
    last = dataset.get("PixelPaddingRangeLimit")
    low, high = sorted((first, last if isinstance(last, int) else first))
    return np.asarray((stored >= low) & (stored <= high))  # type: ignore[operator] # integers, as stored
