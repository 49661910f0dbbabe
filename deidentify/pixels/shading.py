"""From stored values to grey or colour: modality look-up, window, the window that an image asks for, palettes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.uid import ExplicitVRBigEndian

from deidentify.pixels.decoding import Pixels, decode_frame

Grey = NDArray[np.uint8]
_LOW, _HIGH = 1.0, 99.0
_SAMPLED = 4
_LEAST_WIDTH = 1e-3
_HOUNSFIELD = (None, "HU")
_RESCALED = ("RescaleSlope", "RescaleIntercept", "RescaleType")
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_PALETTES = tuple(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue"))


def is_windowed(dataset: Dataset) -> bool:
    """Whether the pixels are deep grey, so that a window makes sense; 8-bit sources cannot be windowed."""
    return (
        int(dataset.SamplesPerPixel) == 1
        and str(dataset.PhotometricInterpretation).startswith("MONOCHROME")
        and int(dataset.BitsStored) > 8
    )


def is_in_hounsfield(dataset: Dataset, frame: int) -> bool:
    """Whether rescaled values are Hounsfield units: no scout, no capture of a screen, no bare stored values."""
    if dataset.get("Modality") != "CT" or not is_windowed(dataset):
        return False
    if str(dataset.get("SOPClassUID", "")).startswith(_SECONDARY_CAPTURE) or "LOCALIZER" in _image_type(dataset, frame):
        return False
    said = (frame_value(dataset, frame, ("PixelValueTransformationSequence", name)) for name in _RESCALED)
    slope, intercept, unit = said
    is_rescaled = bool(dataset.get("ModalityLUTSequence")) or None not in (slope, intercept)
    return is_rescaled and unit in _HOUNSFIELD


def default_window(dataset: Dataset, frame: int = 0, values: NDArray[np.float32] | None = None) -> tuple[float, float]:
    """Return centre and width: the image's own, otherwise between its 1st and 99th percentiles.

    Args:
        values: the frame's rescaled pixels, decoded here if they are not at hand.
    """
    own = own_window(dataset, frame)
    if own is not None:
        return own
    if values is None:
        values = rescale(decode_frame(dataset, frame), dataset, frame)
    low, high = (float(edge) for edge in np.percentile(values[::_SAMPLED, ::_SAMPLED], (_LOW, _HIGH)))
    return (low + high) / 2, max(high - low, 2.0)


def rescale(stored: Pixels, dataset: Dataset, frame: int) -> NDArray[np.float32]:
    """Return the values after the modality look-up (PS3.3 C.11.1), for CT in Hounsfield units."""
    if dataset.get("ModalityLUTSequence"):
        return np.asarray(apply_modality_lut(stored, dataset), dtype=np.float32)
    slope = frame_value(dataset, frame, ("PixelValueTransformationSequence", "RescaleSlope"))
    intercept = frame_value(dataset, frame, ("PixelValueTransformationSequence", "RescaleIntercept"))
    values = stored.astype(np.float32)
    if slope is not None:
        values *= np.float32(slope)
    if intercept is not None:
        values += np.float32(intercept)
    return values


def apply_window(values: NDArray[np.float32], window: tuple[float, float], function: str = "LINEAR") -> Grey:
    """Return grey from 0 to 255 (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    center, width = window
    if function == "SIGMOID":
        exponent = np.clip(-4 * (values - center) / max(width, _LEAST_WIDTH), -80, 80)
        return np.asarray(255 / (1 + np.exp(exponent)) + 0.5, dtype=np.uint8)
    if function == "LINEAR_EXACT":
        scaled = (values - np.float32(center)) / np.float32(max(width, _LEAST_WIDTH))
    elif width > 1:
        scaled = (values - np.float32(center - 0.5)) / np.float32(width - 1)
    else:
        return np.where(values > center - 0.5, np.uint8(255), np.uint8(0))
    scaled += np.float32(0.5)
    scaled *= np.float32(255)
    scaled += np.float32(0.5)
    np.clip(scaled, 0, 255, out=scaled)
    return scaled.astype(np.uint8)


def apply_table(stored: Pixels, dataset: Dataset, frame: int) -> Grey:
    """Return grey through the image's own VOI look-up table, stretched over its range."""
    shown = np.asarray(apply_voi_lut(rescale(stored, dataset, frame).astype(np.int32), dataset), dtype=np.float32)
    low, high = float(shown.min()), float(shown.max())
    return np.asarray((shown - low) * (255 / max(high - low, 1.0)), dtype=np.uint8)


def palette_colours(stored: Pixels, dataset: Dataset) -> NDArray[np.unsignedinteger[Any]]:
    """Return the colours (…, 3) that a palette gives to stored values, of 8 or 16 bits a sample.

    The words of tables in big-endian files are turned: the library reads them as if they were little-endian.
    """
    tables = dataset
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        tables = _with_turned_tables(dataset)
    return np.asarray(apply_color_lut(stored, tables)[..., :3])


def _with_turned_tables(dataset: Dataset) -> Dataset:
    tables = Dataset()
    tables.file_meta = dataset.file_meta
    tables.update({element.tag: element for element in dataset.group_dataset(0x0028)})
    for keyword in _PALETTES:
        if keyword in dataset and dataset[keyword].VR == "OW":
            turned = np.frombuffer(dataset[keyword].value, dtype="<u2").byteswap().tobytes()
            tables.add_new(keyword, "OW", turned)
    return tables


def voi_function(dataset: Dataset, frame: int) -> str:
    return str(frame_value(dataset, frame, ("FrameVOILUTSequence", "VOILUTFunction")) or "LINEAR")


def own_window(dataset: Dataset, frame: int) -> tuple[float, float] | None:
    """Return centre and width as the image states them, None where it does not."""
    center = _first(frame_value(dataset, frame, ("FrameVOILUTSequence", "WindowCenter")))
    width = _first(frame_value(dataset, frame, ("FrameVOILUTSequence", "WindowWidth")))
    return None if center is None or width is None or width < 1 else (center, width)


def frame_value(dataset: Dataset, frame: int, place: tuple[str, str]) -> Any:
    """Return an attribute of one frame: from its functional group, the shared one, or the data set itself."""
    sequence, keyword = place
    groups = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    shared = dataset.get("SharedFunctionalGroupsSequence") or ()
    for group in (*groups[frame : frame + 1], *shared[:1]):
        for item in group.get(sequence) or ():
            if item.get(keyword) is not None:
                return item.get(keyword)
    return dataset.get(keyword)


def _image_type(dataset: Dataset, frame: int) -> str:
    own = frame_value(dataset, frame, ("CTImageFrameTypeSequence", "FrameType"))
    return f"{dataset.get('ImageType', '')} {own or ''}"


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    return float(value) if isinstance(value, int | float) else float(value[0])
