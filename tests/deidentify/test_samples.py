"""The drawn studies: the same each time, in reading order, and marked."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pydicom
import pytest

from deidentify.samples import FICTIONAL_HOSPITAL, FICTIONAL_ID, FICTIONAL_NAME, thorax_ct, thorax_ct_zip
from tests.deidentify.originals import cleaned


@pytest.fixture(scope="module")
def slices() -> list[pydicom.Dataset]:
    return [pydicom.dcmread(io.BytesIO(data)) for data in thorax_ct(8, edge=64)]


def test_same_study_is_drawn_each_time():
    assert list(thorax_ct(3, edge=32)) == list(thorax_ct(3, edge=32))


def test_slices_lie_evenly_and_are_numbered_from_the_head(slices):
    heights = [float(one.ImagePositionPatient[2]) for one in slices]

    assert {round(above - below, 3) for below, above in pairwise(heights)} == {5.0}
    assert [one.InstanceNumber for one in slices] == list(range(8, 0, -1))
    assert len({one.SOPInstanceUID for one in slices}) == 8
    assert len({one.SeriesInstanceUID for one in slices}) == 1


def test_every_slice_carries_the_markers(slices):
    for one in slices:
        assert (str(one.PatientName), one.PatientID, one.InstitutionName) == (
            FICTIONAL_NAME,
            FICTIONAL_ID,
            FICTIONAL_HOSPITAL,
        )


def test_values_are_hounsfield_units_of_a_chest(slices):
    values = slices[4].pixel_array

    assert values.shape == (64, 64)
    assert values.min() < -950
    assert values.max() > 500
    assert np.count_nonzero((values > -950) & (values < -750)) > 64 * 64 // 10


def test_a_single_slice_can_be_drawn():
    (data,) = thorax_ct(1, edge=32)

    assert pydicom.dcmread(io.BytesIO(data)).InstanceNumber == 1


def test_zip_holds_the_slices_by_name():
    archive = zipfile.ZipFile(io.BytesIO(thorax_ct_zip(3, edge=32)))

    assert archive.namelist() == ["CT001.dcm", "CT002.dcm", "CT003.dcm"]
    assert [archive.read(name) for name in archive.namelist()] == list(thorax_ct(3, edge=32))


def test_no_marker_passes_the_door():
    (data,) = thorax_ct(1, edge=32)

    body = cleaned(data).body

    assert FICTIONAL_ID.encode() in data
    assert not any(mark.encode() in body for mark in (FICTIONAL_NAME, FICTIONAL_ID, FICTIONAL_HOSPITAL))


def test_earlier_examination_is_another_study_of_the_patient():
    newest, earlier = (pydicom.dcmread(io.BytesIO(next(thorax_ct(1, edge=32, days_before=days)))) for days in (0, 34))

    assert earlier.PatientID == newest.PatientID
    assert earlier.StudyInstanceUID == f"{newest.StudyInstanceUID}.34"
    assert date.fromisoformat(newest.StudyDate) - date.fromisoformat(earlier.StudyDate) == timedelta(days=34)
