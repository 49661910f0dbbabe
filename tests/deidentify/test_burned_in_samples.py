"""The drawn studies with letters in them: the same each time, named as fictional, of two patients."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from PIL import Image

from deidentify import burned_in_samples as samples
from deidentify.samples import FICTIONAL_ID, FICTIONAL_NAME


@pytest.mark.parametrize(
    "draw", [samples.radiograph_with_text, samples.radiograph_of_another_patient, samples.screen_photo]
)
def test_same_study_is_drawn_each_time(draw):
    assert draw() == draw()


def test_letters_stand_at_the_edges_of_the_radiograph():
    dataset = pydicom.dcmread(io.BytesIO(samples.radiograph_with_text()))

    bright = dataset.pixel_array > 3900

    assert (str(dataset.PatientName), dataset.PatientID) == (FICTIONAL_NAME, FICTIONAL_ID)
    assert bright[:100, :500].sum() > 500
    assert bright[90:170, 930:].sum() > 300
    assert bright[1130:, 820:].sum() > 300
    assert bright[300:1000, 100:900].sum() == 0


def test_other_radiograph_names_another_patient_without_letters():
    first = pydicom.dcmread(io.BytesIO(samples.radiograph_with_text()))

    other = pydicom.dcmread(io.BytesIO(samples.radiograph_of_another_patient()))

    names = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID")
    assert all(first[name].value != other[name].value for name in names)
    assert not np.any(other.pixel_array > 3900)


def test_screen_photo_is_a_jpeg_with_a_telephones_marks():
    photo = Image.open(io.BytesIO(samples.screen_photo()))

    assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", (1280, 960))
    assert "Zebra" in photo.getexif()[0x0110]
    assert np.asarray(photo.convert("L"))[60:900, 200:1100].max() > 200
