"""What the viewer is told of an instance, read from its de-identified data set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from deidentify.headers.objects import PixelShape
from deidentify.pixels.photos import CleanedPhoto
from deidentify.pixels.shading import default_window, frame_value, is_windowed
from domain.study import ImageFacts

DICOM_TYPE = "application/dicom"
_OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")
_PROJECTIONS = frozenset(("CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG"))
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_LEAST_SHARE = 0.3
"""A direction cosine below this adds no letter of its own: the plane is not oblique enough."""


def read_facts(dataset: Dataset, shape: PixelShape) -> ImageFacts:
    """Return the facts of a de-identified DICOM data set with decodable pixels."""
    return ImageFacts(
        study_uid=str(dataset.get("StudyInstanceUID", "")),
        series_uid=str(dataset.get("SeriesInstanceUID", "")),
        instance_uid=str(dataset.SOPInstanceUID),
        modality=str(dataset.get("Modality") or "OT"),
        media_type=DICOM_TYPE,
        frames=shape.frames,
        rows=shape.rows,
        columns=shape.columns,
        instance_number=int(dataset.get("InstanceNumber") or 0),
        position_mm=_position(dataset),
        orientation=_orientation(dataset),
        spacing_mm=_pair(_spacing_of(dataset)),
        window=default_window(dataset) if is_windowed(dataset) else None,
        detail=_detail(dataset),
        study_day=_day(dataset),
    )


def photo_facts(photo: CleanedPhoto, *, study_uid: str, series_uid: str, instance_uid: str) -> ImageFacts:
    """Return the facts of a photo, which is a series of its own."""
    return ImageFacts(
        study_uid=study_uid,
        series_uid=series_uid,
        instance_uid=instance_uid,
        modality="XC",
        media_type=photo.media_type,
        frames=1,
        rows=photo.rows,
        columns=photo.columns,
        detail={"source": "photo"},
    )


def _day(dataset: Dataset) -> int | None:
    """Return the study's shifted day as a number that grows by 1 a day, None where it has none."""
    said = str(dataset.get("StudyDate") or dataset.get("AcquisitionDate") or "")
    try:
        return datetime.strptime(said, "%Y%m%d").toordinal()  # noqa: DTZ007 - a day without a clock
    except ValueError:
        return None


def _position(dataset: Dataset) -> float | None:
    """Return where the first frame's plane lies along its normal, in mm."""
    place = _numbers(_plane(dataset, "PlanePositionSequence", "ImagePositionPatient"), 3)
    axes = _axes(dataset)
    if place is None or axes is None:
        return None
    return round(float(np.dot(np.cross(axes[0], axes[1]), place)), 3)


def _axes(dataset: Dataset) -> tuple[list[float], list[float]] | None:
    cosines = _numbers(_plane(dataset, "PlaneOrientationSequence", "ImageOrientationPatient"), 6)
    return None if cosines is None else (cosines[:3], cosines[3:])


def _plane(dataset: Dataset, sequence: str, keyword: str) -> Any:
    return frame_value(dataset, 0, (sequence, keyword))


def _orientation(dataset: Dataset) -> tuple[str, str, str, str] | None:
    """Return the letters at the left, right, top and bottom edges."""
    axes = _axes(dataset)
    if axes is not None:
        right, bottom = _letters(axes[0]), _letters(axes[1])
    else:
        right, bottom = _said_directions(dataset)
    if not right or not bottom:
        return None
    return right.translate(_OPPOSITE), right, bottom.translate(_OPPOSITE), bottom


def _said_directions(dataset: Dataset) -> tuple[str, str]:
    """Return where rows and columns run, as a projection says it in words."""
    said: Any = dataset.get("PatientOrientation")
    if said is None or isinstance(said, str) or len(said) != 2:
        return "", ""
    return str(said[0]), str(said[1])


def _letters(direction: Sequence[float]) -> str:
    """Return where a direction points to, greatest share first: +x is left, +y posterior, +z head."""
    pairs = zip(("RL", "AP", "FH"), direction, strict=True)
    shares = sorted(((abs(cosine), pair[1 if cosine > 0 else 0]) for pair, cosine in pairs), reverse=True)
    return "".join(letter for share, letter in shares if share >= _LEAST_SHARE)


def _spacing_of(dataset: Dataset) -> Any:
    spacing = frame_value(dataset, 0, ("PixelMeasuresSequence", "PixelSpacing"))
    return spacing if spacing is not None else dataset.get("ImagerPixelSpacing")


def _pair(value: Any) -> tuple[float, float] | None:
    numbers = _numbers(value, 2)
    return (numbers[0], numbers[1]) if numbers and min(numbers) > 0 else None


def _numbers(value: Any, count: int) -> list[float] | None:
    try:
        numbers = [float(number) for number in value]
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None


def _detail(dataset: Dataset) -> dict[str, str | float]:
    modality = str(dataset.get("Modality", ""))
    detail: dict[str, str | float] = {}
    thickness = frame_value(dataset, 0, ("PixelMeasuresSequence", "SliceThickness"))
    if thickness:
        detail["thickness_mm"] = float(thickness)
    kernel = dataset.get("ConvolutionKernel")
    if kernel:
        detail["kernel"] = kernel if isinstance(kernel, str) else " ".join(kernel)
    if dataset.get("ContrastBolusAgent"):
        detail["contrast"] = str(dataset.ContrastBolusAgent)
    if _spacing_of(dataset) is not None:
        detail["spacing_kind"] = _spacing_kind(dataset, modality)
    return detail | _pixel_detail(dataset, modality) | _words(dataset)


def _spacing_kind(dataset: Dataset, modality: str) -> str:
    """A secondary capture is a picture of pixels: what its header says of millimetres is nobody's measurement."""
    if str(dataset.get("SOPClassUID", "")).startswith(_SECONDARY_CAPTURE):
        return "captured"
    return "detector" if modality in _PROJECTIONS else "patient"


def _pixel_detail(dataset: Dataset, modality: str) -> dict[str, str | float]:
    detail: dict[str, str | float] = {}
    if str(dataset.PhotometricInterpretation) == "MONOCHROME1":
        detail["monochrome1"] = 1.0
    said = frame_value(dataset, 0, ("PixelValueTransformationSequence", "RescaleType"))
    if modality == "CT" and said in (None, "HU") and is_windowed(dataset):
        detail["pixel_unit"] = "HU"
    return detail


def _words(dataset: Dataset) -> dict[str, str | float]:
    """Allow-listed words that a reader of a radiograph wants: part, side, view and position."""
    wanted = (("body_part", "BodyPartExamined"), ("view", "ViewPosition"), ("patient_position", "PatientPosition"))
    words: dict[str, str | float] = {name: str(dataset[key].value) for name, key in wanted if dataset.get(key)}
    side = dataset.get("ImageLaterality") or dataset.get("Laterality")
    return words | ({"laterality": str(side)} if side else {})
