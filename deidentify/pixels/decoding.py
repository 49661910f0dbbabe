"""Frames of a DICOM data set as arrays; what cannot be decoded is refused here."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from domain.errors import DeidentificationError

Pixels = NDArray[np.generic]
_DECODERS: Mapping[str, str] = {
    **dict.fromkeys(("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"), "pillow"),
    **dict.fromkeys(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"), "gdcm"),
    **dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), "pyjpegls"),
    **dict.fromkeys((f"1.2.840.10008.1.2.4.{last}" for last in (90, 91, 201, 202, 203)), "pylibjpeg"),
    "1.2.840.10008.1.2.5": "pydicom",
}
"""One decoder each: GDCM ends the process on some damaged streams, so it reads only what no other does;
pylibjpeg-rle panics on some, past every `except Exception`."""
_KEPT, _MOST_BYTES = "_decoded", 64 * 1024 * 1024
_UNDECODABLE = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, OSError, EOFError, ArithmeticError)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries from writing values of a file into logs or onto standard error."""
    settings = config.settings
    reading, writing = settings.reading_validation_mode, settings.writing_validation_mode
    logger = logging.getLogger("pydicom")
    was_disabled = logger.disabled
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings.reading_validation_mode = settings.writing_validation_mode = config.IGNORE
        logger.disabled = True
        try:
            yield
        finally:
            settings.reading_validation_mode, settings.writing_validation_mode = reading, writing
            logger.disabled = was_disabled


class Decoded(NamedTuple):
    """One frame, and the pixel data that it was decoded from."""

    frame: int
    source: bytes | None
    pixels: Pixels


def decode_frame(dataset: Dataset, index: int) -> Pixels:
    """Return one frame, [row, column] or [row, column, sample]; luminance and chrominance become RGB.

    The frame belongs to the data set, which keeps the last one until its pixel data change: it is not to be written to.

    Raises:
        DeidentificationError("pixels_undecodable"): no decoder reads it.
    """
    source, last = dataset.get("PixelData"), _kept(dataset)
    if last is not None and last.frame == index and last.source == source:
        return last.pixels
    pixels = _decode(dataset, index)
    pixels.flags.writeable = False
    keep_decoded(dataset, Decoded(index, source, pixels))
    return pixels


def last_decoded(dataset: Dataset) -> Decoded | None:
    """Return the frame of a data set that was decoded last, to be handed on; None if it would hold much memory."""
    kept = _kept(dataset)
    return kept if kept is not None and len(kept.source or b"") + kept.pixels.nbytes <= _MOST_BYTES else None


def keep_decoded(dataset: Dataset, decoded: Decoded | None) -> None:
    """Let a data set keep a frame that was decoded from the same file; it lives as long as the data set."""
    vars(dataset)[_KEPT] = decoded


def _kept(dataset: Dataset) -> Decoded | None:
    kept: Decoded | None = vars(dataset).get(_KEPT)
    return kept


def _decode(dataset: Dataset, index: int) -> Pixels:
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    try:
        return pixel_array(dataset, index=index, decoding_plugin=_DECODERS.get(syntax, ""))
    except _UNDECODABLE as error:
        raise DeidentificationError("pixels_undecodable") from error


def require_decodable(dataset: Dataset, frames: int) -> None:
    """Decode the first, the middle and the last frame.

    Raises:
        DeidentificationError("pixels_undecodable"): one of them cannot be read.
    """
    for index in sorted({0, frames // 2, frames - 1}):
        decode_frame(dataset, index)
