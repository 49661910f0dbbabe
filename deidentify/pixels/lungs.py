"""Whether a mask covers lung: measured in a CT, estimated on a radiograph or a photo of one.

In a CT, lung is what has its density and lies between tissue on all four sides. On a radiograph the fields are
an estimate: the middle of the picture, without the darkest background, unless the part examined is another one.
It errs towards asking a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from deidentify.burned_in.views import View, to_view
from deidentify.pixels.decoding import decode_frame, quiet
from deidentify.pixels.findings import rectangle
from deidentify.pixels.frame_views import grey_values, is_colour
from deidentify.pixels.masking import DICOM_TYPE
from domain.study import Area

_LUNG_HU = (-930.0, -450.0)
_TISSUE_HU = -200.0
_SPECK = np.ones((5, 5), np.uint8)
_LEAST_SHARE = 0.02
_PROJECTIONS = frozenset(("CR", "DX", "RG", "RF", "DR"))
_CHEST = ("CHEST", "THORAX", "LUNG", "RIB", "TRUNK")
_ROWS, _COLUMNS = (0.12, 0.88), (0.06, 0.94)
_BACKGROUND, _MOSTLY = 12, 0.6
_MOST_FRAMES = 8

Mask = NDArray[np.bool_]


def over_lung(area: Area, dataset: Dataset) -> bool:
    """Return whether an area covers lung in an image, before it is masked."""
    return any_over_lung((area,), dataset)


def any_over_lung(areas: Iterable[Area], dataset: Dataset) -> bool:
    """Return whether any of several areas covers lung; each frame is looked at once.

    Raises:
        DeidentificationError("pixels_undecodable"): a frame cannot be read.
    """
    listed = tuple(areas)
    if not listed or is_colour(dataset) or not _may_hold_lung(dataset):
        return False
    return any(_covers_lung(listed, dataset, frame) for frame in _frames(listed, dataset))


def hides_lung(body: bytes, media_type: str, areas: Iterable[Area]) -> bool:
    """Return whether areas of a file that has passed the door, DICOM or photo, cover lung.

    Raises:
        DeidentificationError("pixels_undecodable"): a frame cannot be read.
    """
    if media_type != DICOM_TYPE:
        return over_fields(areas, np.asarray(Image.open(BytesIO(body)).convert("L"), dtype=np.uint8))
    with quiet():
        return any_over_lung(areas, dcmread(BytesIO(body)))


def over_fields(areas: Iterable[Area], view: View, within: Area | None = None) -> bool:
    """Return whether an area lies over the estimated lung fields of a radiograph, or of a photo of one.

    Args:
        view: 8 bits, rows × columns or with colours, as a person sees it.
        within: where in the picture the radiograph is, None for all of it.
    """
    grey = view if view.ndim == 2 else view.max(axis=2)
    fields = _fields(grey.shape, within)
    return any(_overlaps(area, fields) and not _is_background(area, grey) for area in areas)


def _frames(areas: tuple[Area, ...], dataset: Dataset) -> tuple[int, ...]:
    """Return the frames that masks name; of masks on all frames a few, evenly spread."""
    count = int(dataset.get("NumberOfFrames") or 1)
    named = {area.frame for area in areas if area.frame is not None and area.frame < count}
    if any(area.frame is None for area in areas):
        named |= {int(place) for place in np.linspace(0, count - 1, min(count, _MOST_FRAMES))}
    return tuple(sorted(named))


def _may_hold_lung(dataset: Dataset) -> bool:
    modality = str(dataset.get("Modality"))
    if modality in _PROJECTIONS:
        part = str(dataset.get("BodyPartExamined") or "CHEST").upper()
        return any(name in part for name in _CHEST)
    return modality == "CT"


def _covers_lung(areas: tuple[Area, ...], dataset: Dataset, frame: int) -> bool:
    inside = [area for area in areas if area.frame in (None, frame)]
    values = grey_values(decode_frame(dataset, frame), dataset, frame)
    if str(dataset.Modality) != "CT":
        return over_fields(inside, to_view(values))
    lung = lung_voxels(values)
    return any(lung[rectangle(area)].mean() >= _LEAST_SHARE for area in inside)


def lung_voxels(values: NDArray[np.float32]) -> Mask:
    """Return which pixels of a slice in Hounsfield units are lung."""
    smooth = cv2.medianBlur(np.clip(values, -1100, 3000).astype(np.float32), 5)
    dense = ((smooth > _LUNG_HU[0]) & (smooth < _LUNG_HU[1])).astype(np.uint8)
    return (cv2.morphologyEx(dense, cv2.MORPH_OPEN, _SPECK) > 0) & _between(smooth > _TISSUE_HU)


def _between(tissue: Mask) -> Mask:
    """Return the pixels that have tissue to their left, right, top and bottom."""
    before = [np.logical_or.accumulate(tissue, axis=axis) for axis in (0, 1)]
    after = [np.flip(np.logical_or.accumulate(np.flip(tissue, axis), axis=axis), axis) for axis in (0, 1)]
    return np.asarray(before[0] & before[1] & after[0] & after[1])


def _fields(shape: tuple[int, ...], within: Area | None) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the estimated fields."""
    place = within or Area(x=0, y=0, width=shape[1], height=shape[0])
    left, right = (place.x + share * place.width for share in _COLUMNS)
    top, bottom = (place.y + share * place.height for share in _ROWS)
    return left, top, right, bottom


def _overlaps(area: Area, fields: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = fields
    return area.x < right and area.x + area.width > left and area.y < bottom and area.y + area.height > top


def _is_background(area: Area, grey: View) -> bool:
    """Return whether most of an area is the black beside the body: text there covers nothing."""
    return bool((grey[rectangle(area)] <= _BACKGROUND).mean() > _MOSTLY)
