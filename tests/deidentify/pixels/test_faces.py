"""Faces: a drawn one is found, medical pictures show none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pydicom import dcmread

from deidentify.pixels import faces
from deidentify.pixels.decoding import quiet
from deidentify.pixels.faces import find_faces, may_show_face, refuse_dataset_faces, refuse_faces
from deidentify.pixels.frame_views import frame_views
from domain.errors import DeidentificationError
from tests.deidentify.originals import TEST_FILES
from tests.deidentify.pixels.pictures import dataset


def face(edge: int = 240) -> np.ndarray:
    """Return a drawn face, shaded as light from above shades one: nobody's."""
    big = np.full((480, 640), 120, np.float32)

    def paint(center, axes, value, angle=0):
        cv2.ellipse(big, center, axes, angle, 0, 360, value, -1)

    paint((320, 240), (105, 145), 60)
    paint((320, 255), (92, 125), 190)
    for side in (-1, 1):
        paint((320 + side * 40, 218), (27, 13), 120)
        paint((320 + side * 40, 204), (28, 6), 60)
        paint((320 + side * 40, 222), (17, 8), 90)
        paint((320 + side * 40, 222), (8, 8), 30)
        paint((320 + side * 52, 275), (24, 18), 205)
    paint((320, 250), (11, 34), 212)
    paint((320, 285), (20, 7), 140)
    paint((320, 318), (36, 9), 95)
    smooth = cv2.GaussianBlur(big, (0, 0), 4)
    return cv2.resize(smooth, None, fx=edge / 240, fy=edge / 240).astype(np.uint8)


def test_drawn_face_is_found_and_refused():
    (found,) = find_faces(face())

    assert abs(found.x + found.width / 2 - 320) < 40
    with pytest.raises(DeidentificationError, match="face_found"):
        refuse_faces(np.repeat(face(480)[..., None], 3, axis=2))


def test_no_face_in_noise_or_in_a_tiny_picture():
    noise = np.random.default_rng(1).integers(0, 255, (300, 400)).astype(np.uint8)

    assert find_faces(noise) == ()
    assert find_faces(np.zeros((20, 600), np.uint8)) == ()
    refuse_faces(noise)


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "examples_palette.dcm", "examples_rgb_color.dcm", "MR_small.dcm", "693_J2KI.dcm"]
)
def test_medical_pictures_show_no_face(name):
    with quiet():
        views = frame_views(dcmread(TEST_FILES / name), 0)

    assert [find_faces(view) for view in views] == [()] * len(views)


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({"Modality": "XC", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.4"}, True),
        ({"Modality": "OT"}, True),
        ({"Modality": "CT"}, True),
        ({"Modality": "US"}, False),
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, False),
        ({"Modality": "CT", "SOPClassUID": "1.2.3", "ImageType": ["DERIVED", "SECONDARY", "3D_VOLREN"]}, True),
        ({"Modality": "CT", "SOPClassUID": "1.2.3", "ImageType": "SURFACE"}, True),
        ({"Modality": "MR", "SOPClassUID": "1.2.3", "ImageType": ["ORIGINAL", "PRIMARY"]}, False),
    ],
)
def test_photos_and_renderings_may_show_a_face(values, may):
    assert may_show_face(dataset(np.zeros((4, 4, 3), np.uint8), **values)) is may


def test_photo_in_dicom_with_a_face_is_refused():
    photo = dataset(np.stack([np.zeros_like(face()), face()]), Modality="XC")

    with pytest.raises(DeidentificationError, match="face_found"):
        refuse_dataset_faces(photo)
    refuse_dataset_faces(dataset(face(), Modality="CR"))
    refuse_dataset_faces(dataset(np.zeros((99, 99), np.uint8), Modality="XC"))


def test_missing_cascade_is_a_refusal():
    with pytest.raises(DeidentificationError, match="face_search_missing"):
        faces._cascade("haarcascade_nobody.xml")
