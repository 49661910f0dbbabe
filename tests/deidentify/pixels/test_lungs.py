"""Whether a mask covers lung: measured in a CT, estimated on radiographs."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from deidentify.pixels.lungs import any_over_lung, hides_lung, over_fields, over_lung
from deidentify.samples import thorax_ct
from domain.study import Area
from tests.deidentify.pixels.pictures import dataset

CORNER = Area(x=0, y=0, width=40, height=12)


@pytest.fixture(scope="module")
def chest():
    (data,) = list(thorax_ct(3, edge=128))[1:2]
    return dcmread(BytesIO(data))


def test_mask_in_the_air_beside_the_body_covers_no_lung(chest):
    assert not over_lung(CORNER, chest)
    assert not over_lung(Area(x=60, y=84, width=8, height=8), chest)
    assert not any_over_lung((), chest)


def test_mask_on_a_lung_is_told(chest):
    assert over_lung(Area(x=34, y=60, width=10, height=10), chest)
    assert any_over_lung((CORNER, Area(x=34, y=60, width=10, height=10)), chest)


def test_mask_of_one_frame_is_judged_in_that_frame():
    outside, inside = np.full((64, 64), -1000, np.int16), np.full((64, 64), 40, np.int16)
    inside[16:48, 16:48] = -800
    made = dataset(np.stack([outside, inside]), Modality="CT")

    middle = Area(x=28, y=28, width=8, height=8, frame=0)

    assert not over_lung(middle, made)
    assert over_lung(Area(x=28, y=28, width=8, height=8), made)
    assert not over_lung(Area(x=28, y=28, width=8, height=8, frame=9), made)


def _radiograph(**values):
    pixels = np.full((100, 100), 2000, np.uint16)
    pixels[:, 70:] = 0
    return dataset(pixels, Modality="DX", **values)


@pytest.mark.parametrize(
    ("area", "covers"),
    [
        (Area(x=0, y=0, width=60, height=10), False),
        (Area(x=20, y=40, width=30, height=10), True),
        (Area(x=75, y=40, width=15, height=10), False),
        (Area(x=0, y=90, width=60, height=8), False),
    ],
)
def test_fields_of_a_radiograph_are_its_middle_without_background(area, covers):
    assert over_lung(area, _radiograph()) is covers
    assert over_lung(area, _radiograph(BodyPartExamined="CHEST")) is covers


def test_other_pictures_show_no_lung():
    middle = Area(x=20, y=40, width=30, height=10)

    assert not over_lung(middle, _radiograph(BodyPartExamined="HAND"))
    assert not over_lung(middle, dataset(np.zeros((64, 64), np.uint16), Modality="MR"))
    assert not over_lung(middle, dataset(np.zeros((64, 64, 3), np.uint8), Modality="DX"))


def test_fields_lie_within_the_screen_of_a_photo():
    view = np.full((100, 100, 3), 90, np.uint8)
    screen = Area(x=10, y=30, width=80, height=60)

    assert not over_fields([Area(x=10, y=30, width=40, height=5)], view, screen)
    assert over_fields([Area(x=10, y=30, width=40, height=5)], view)


def test_lung_is_told_of_files_in_the_archive():
    slice_of_ct = next(iter(thorax_ct(1, edge=128)))
    photo = BytesIO()
    Image.fromarray(np.full((100, 100), 120, np.uint8)).save(photo, "PNG")
    everything = (Area(x=0, y=0, width=100, height=100),)

    assert hides_lung(slice_of_ct, "application/dicom", everything)
    assert hides_lung(photo.getvalue(), "image/png", everything)
    assert not hides_lung(slice_of_ct, "application/dicom", ())
