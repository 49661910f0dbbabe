"""Real images without text that packages ship, each looked at; and pieces of them to draw on."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
from numpy.typing import NDArray

from deidentify.burned_in.views import to_view

TEXT_FREE_FILES = (
    "data_store/data/RG1_J2KR.dcm", "data_store/data/693_J2KR.dcm", "data_store/data/MR2_J2KI.dcm",
    "data_store/data/JPEG-LL.dcm", "data_store/data/MR-SIEMENS-DICOM-WithOverlays.dcm",
    "data_store/data/bad_sequence.dcm",
    "data_store/data/eCT_Supplemental.dcm", "data_store/data/explicit_VR-UN.dcm", "data_store/data/emri_small.dcm",
    "data_store/data/color-pl.dcm", "data_store/data/liver.dcm", "deid_data/data/dicom-cookies/image1.dcm",
    "deid_data/data/dicom-cookies/image3.dcm", "deid_data/data/dicom-cookies/image5.dcm",
    "pydicom/data/test_files/CT_small.dcm", "pydicom/data/test_files/MR_small.dcm",
    "pydicom/data/test_files/J2K_pixelrep_mismatch.dcm", "pydicom/data/test_files/examples_overlay.dcm",
)  # fmt: skip
_VOLUMES = (
    "nibabel/tests/data/anatomical.nii",
    "nibabel/tests/data/example4d.nii.gz",
    "nibabel/tests/data/functional.nii",
)
CHESTS, SLICES = (0,), (1, 2, 4, 7, 14, 15, 16, 17)


def text_free() -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield every real image without text, with its name."""
    for place, file in enumerate(TEXT_FREE_FILES):
        yield Path(file).name, _real(place)
    for file in _VOLUMES:
        for axis, part in enumerate(_volume_slices(file)):
            yield f"{Path(file).name}#{axis}", part


@lru_cache(maxsize=32)
def _real(place: int) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(_site() / TEXT_FREE_FILES[place], force=True)
        values = dataset.pixel_array
    while values.ndim > 2 and values.shape[-1] != 3:
        values = values[len(values) // 2]
    view = to_view(values)
    return np.asarray(255 - view if dataset.PhotometricInterpretation == "MONOCHROME1" else view, np.uint8)


def _volume_slices(file: str) -> Iterator[NDArray[np.uint8]]:
    volume = np.asarray(nibabel.load(_site() / file).get_fdata(), np.float32)  # type: ignore[attr-defined]
    volume = volume[..., 0] if volume.ndim == 4 else volume
    for axis in range(3):
        yield to_view(np.take(volume, volume.shape[axis] // 2, axis=axis))


@lru_cache(maxsize=1)
def _site() -> Path:
    found = find_spec("pydicom")
    if found is None or found.origin is None:
        raise FileNotFoundError("pydicom")
    return Path(found.origin).parent.parent


def base(lot: random.Random, places: tuple[int, ...], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a real image in the size (rows, columns): perhaps flipped, a part of it, its greys bent."""
    real = _real(lot.choice(places))
    real = real if real.ndim == 2 else np.asarray(cv2.cvtColor(real, cv2.COLOR_RGB2GRAY), np.uint8)
    if lot.random() < 0.5:
        real = real[:, ::-1]
    margin = lot.uniform(0, 0.12)
    rows, columns = real.shape
    top, left = int(rows * margin * lot.random()), int(columns * margin * lot.random())
    real = real[top : rows - int(rows * margin), left : columns - int(columns * margin)]
    scaled = cv2.resize(np.ascontiguousarray(real), size[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    return np.asarray(np.clip(scaled, 0, 1) ** lot.uniform(0.7, 1.4) * 235, np.uint8)
