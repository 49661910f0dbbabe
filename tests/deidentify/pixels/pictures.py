"""Pictures for the tests of pixels: data sets of every kind of pixel, and a finder that takes white for text."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from deidentify.burned_in.finder import Findings, FoundText
from deidentify.burned_in.views import View
from deidentify.pixels.search import TextFinder

WHITE = 250
_NARROW = 12


def dataset(pixels: np.ndarray, syntax: str = ExplicitVRLittleEndian, **values: Any) -> Dataset:
    """Return a data set of one frame [row, column(, sample)] or several [frame, row, column(, sample)]."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3"
    samples = 3 if pixels.shape[-1] == 3 else 1
    shape = pixels.shape[:-1] if samples == 3 else pixels.shape
    frames, rows, columns = (1, *shape) if len(shape) == 2 else shape
    made.NumberOfFrames, made.Rows, made.Columns, made.SamplesPerPixel = frames, rows, columns, samples
    made.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = pixels.dtype.itemsize * 8
    made.HighBit, made.PixelRepresentation = made.BitsStored - 1, int(pixels.dtype.kind == "i")
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    made.add_new("PixelData", "OW", data + bytes(len(data) % 2))
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def with_white(shape: tuple[int, int] = (64, 96), *boxes: tuple[int, int, int, int], value: int = 255) -> np.ndarray:
    """Return a dark picture with white rectangles (x, y, width, height); the finder takes them for text."""
    pixels = np.full(shape, 40, dtype=np.uint8)
    for x, y, width, height in boxes:
        pixels[y : y + height, x : x + width] = value
    return pixels


def text(x: float, y: float, width: float, height: float, words: str = "FICTUS ZEBRA", **values: Any) -> FoundText:
    """Return a found text whose corners lie so that its box is the one given, which is two pixels larger."""
    left, top, right, bottom = x + 2, y + 2, x + width - 2, y + height - 2
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    found = FoundText(corners, words, 0.9, 20.0)
    return found._replace(**values)


def white_is_text(view: View, *, named: frozenset[str] = frozenset(), is_photo: bool = False) -> Findings:
    """Find what is white: narrow rectangles are the marker R, others a name."""
    grey = view if view.ndim == 2 else view.max(axis=2)
    count, _, boxes, _ = cv2.connectedComponentsWithStats((grey >= WHITE).astype(np.uint8))
    found = [text(*boxes[place][:4].tolist()) for place in range(1, count)]
    kept = tuple(one._replace(words="R") for one in found if one.box[2] <= _NARROW and "R" not in named)
    blank = tuple(one for one in found if one.box[2] > _NARROW or "R" in named)
    return Findings(blank, kept, tuple(one for one in blank if one.box[2] <= _NARROW))


def white_shows(view: View, findings: Findings) -> bool:
    return bool(white_is_text(view).blank)


FINDER = TextFinder(find=white_is_text, shows=white_shows)
