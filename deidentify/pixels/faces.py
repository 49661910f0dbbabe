"""Faces in photos and in surface renderings of a head: found, so that the picture is refused.

Three cascades that ship with OpenCV (`cv2.data`) look, and two must agree on a place, one of them the strictest.
What they miss – faces in profile, covered, on their side, or smaller than a twelfth of the picture – is the
asker's to see in the preview. A CT or MR from which a face could be computed is not refused: nothing here renders it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from pydicom.dataset import Dataset

from deidentify.burned_in.views import View, as_grey
from deidentify.pixels.frame_views import frame_views, is_colour
from domain.errors import DeidentificationError
from domain.study import Area

_STRICT = "haarcascade_frontalface_alt.xml"
_OTHERS = ("haarcascade_frontalface_alt2.xml", "haarcascade_frontalface_default.xml")
_LONG_SIDE = 640
_LEAST_FACE = 40
_STEP, _NEIGHBOURS = 1.1, 3
_AGREEING = 0.4
_PHOTO_CLASSES = ("1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.77.1.")
_PHOTO_MODALITIES = frozenset(("XC", "OT", "GM", "DMS", "DOC"))
_RENDERINGS = ("VOLREN", "VOLUME_RENDER", "SURFACE", "3D", "VRT", "SSD", "RENDERED")

Box = Sequence[int]


def refuse_faces(view: View) -> None:
    """Refuse a picture that shows a face.

    Raises:
        DeidentificationError("face_found"): it does.
    """
    if find_faces(view):
        raise DeidentificationError("face_found")


def refuse_dataset_faces(dataset: Dataset) -> None:
    """Refuse a photo or rendering in DICOM that shows a face in its first, middle or last frame; others pass unread.

    Raises:
        DeidentificationError: "face_found", "pixels_undecodable".
    """
    if may_show_face(dataset):
        frames = int(dataset.get("NumberOfFrames") or 1)
        for frame in sorted({0, frames // 2, frames - 1}):
            refuse_faces(frame_views(dataset, frame)[0])


def may_show_face(dataset: Dataset) -> bool:
    """Return whether a data set is a photo, a secondary capture in colour, or says that it renders a surface."""
    sop_class, modality = str(dataset.get("SOPClassUID", "")), str(dataset.get("Modality"))
    if modality in _PHOTO_MODALITIES or sop_class.startswith(_PHOTO_CLASSES[1]):
        return True
    if sop_class.startswith(_PHOTO_CLASSES[0]) and is_colour(dataset) and modality != "US":
        return True
    said = dataset.get("ImageType") or ()
    words = [said] if isinstance(said, str) else [str(word) for word in said]
    return any(mark in word.upper() for word in words for mark in _RENDERINGS)


def find_faces(view: View) -> tuple[Area, ...]:
    """Return where faces are, in pixels of the picture (8 bits, rows × columns or with colours)."""
    grey = view if view.ndim == 2 else as_grey(np.ascontiguousarray(view))
    scale = min(1.0, _LONG_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    if min(size) < _LEAST_FACE:
        return ()
    resized = cv2.resize(np.ascontiguousarray(grey), size, interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.equalizeHist(resized), dtype=np.uint8)
    strict = _detect(_STRICT, small)
    if not strict:
        return ()
    others = [box for name in _OTHERS for box in _detect(name, small)]
    return tuple(_area(box, scale) for box in strict if any(_share(box, other) > _AGREEING for other in others))


def _detect(name: str, grey: View) -> list[list[int]]:
    found = _cascade(name).detectMultiScale(
        grey, scaleFactor=_STEP, minNeighbors=_NEIGHBOURS, minSize=(_LEAST_FACE, _LEAST_FACE)
    )
    return [[int(edge) for edge in box] for box in found]


@lru_cache(maxsize=1 + len(_OTHERS))
def _cascade(name: str) -> cv2.CascadeClassifier:
    """Read a cascade once per process.

    Raises:
        DeidentificationError("face_search_missing"): the library came without it.
    """
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))
    if cascade.empty():
        raise DeidentificationError("face_search_missing")
    return cascade


def _share(box: Box, other: Box) -> float:
    """Return how much two boxes share of both together."""
    across = min(box[0] + box[2], other[0] + other[2]) - max(box[0], other[0])
    down = min(box[1] + box[3], other[1] + other[3]) - max(box[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (box[2] * box[3] + other[2] * other[3] - shared)


def _area(box: Box, scale: float) -> Area:
    x, y, width, height = (int(edge / scale) for edge in box)
    return Area(x=x, y=y, width=max(1, width), height=max(1, height))
