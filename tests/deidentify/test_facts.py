"""What the viewer is told of an instance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pydicom.uid import SecondaryCaptureImageStorage

from deidentify.outcomes import CleanedInstance
from tests.deidentify.originals import TEST_FILES, cleaned, ct, encoded, multi_frame, outcomes


def _facts(**changes):
    return cleaned(ct(**changes)).facts


def test_axial_slice_has_place_letters_and_units():
    facts = _facts(
        SliceThickness="5", ConvolutionKernel="B70f", ContrastBolusAgent="ULTRAVIST", BodyPartExamined="CHEST"
    )

    assert (facts.position_mm, facts.orientation) == (42.5, ("R", "L", "A", "P"))
    assert facts.spacing_mm == (0.7, 0.8)
    assert facts.detail == {
        "thickness_mm": 5.0, "kernel": "B70f", "contrast": "ULTRAVIST", "spacing_kind": "patient", "pixel_unit": "HU",
        "body_part": "CHEST",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cosines", "expected"),
    [
        ([1, 0, 0, 0, 0, -1], ("R", "L", "H", "F")),
        ([0, 1, 0, 0, 0, -1], ("A", "P", "H", "F")),
        ([1, 0, 0, 0, 0.8, -0.6], ("R", "L", "AH", "PF")),
        ([-1, 0, 0, 0, -1, 0], ("L", "R", "P", "A")),
    ],
)
def test_letters_follow_the_direction_cosines(cosines, expected):
    assert _facts(ImageOrientationPatient=cosines).orientation == expected


def test_projection_says_its_directions_in_words():
    changes = {"ImageOrientationPatient": None, "ImagePositionPatient": None, "PixelSpacing": None}
    facts = _facts(
        **changes, Modality="DX", PatientOrientation=["L", "F"], ImagerPixelSpacing=[0.1, 0.1], ImageLaterality="R"
    )

    assert (facts.orientation, facts.position_mm) == (("R", "L", "H", "F"), None)
    assert facts.spacing_mm == (0.1, 0.1)
    assert facts.detail == {"spacing_kind": "detector", "laterality": "R"}


@pytest.mark.parametrize("said", ["", "LF", ["L", ""], ["L", "F", "A"]])
def test_directions_that_are_not_two_are_unknown(said):
    assert _facts(ImageOrientationPatient=None, PatientOrientation=said).orientation is None


def test_window_is_the_images_own_or_from_percentiles():
    assert _facts(WindowCenter="40", WindowWidth="400").window == (40, 400)
    assert _facts(WindowCenter=["-600", "40"], WindowWidth=["1500", "400"]).window == (-600, 1500)
    assert _facts(WindowCenter="40", WindowWidth="0").window == pytest.approx((-1022, 3.92))
    assert _facts(WindowCenter="", WindowWidth="").window == pytest.approx((-1022, 3.92))


def test_eight_bits_cannot_be_windowed():
    pixels = np.arange(24, dtype=np.uint8).tobytes()

    facts = _facts(BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=pixels)

    assert facts.window is None
    assert "pixel_unit" not in facts.detail


def test_multi_frame_facts_come_from_the_functional_groups():
    facts = cleaned(multi_frame()).facts

    assert (facts.frames, facts.position_mm, facts.window) == (2, 10.0, (-80, 10))
    assert facts.spacing_mm == (0.5, 0.6)
    assert facts.detail["thickness_mm"] == 1.25


def test_inverted_grey_is_told():
    assert _facts(PhotometricInterpretation="MONOCHROME1").detail["monochrome1"] == 1.0


def test_spacing_that_makes_no_sense_is_left_out():
    assert _facts(PixelSpacing=[0, 0]).spacing_mm is None
    assert _facts(PixelSpacing=[0.5]).spacing_mm is None


def test_numbers_and_kernels_of_a_real_ct():
    facts = cleaned((TEST_FILES / "CT_small.dcm").read_bytes()).facts

    assert facts.instance_number == 1
    assert facts.detail["kernel"] == "STANDARD"


def test_several_kernels_are_one_word():
    assert _facts(ConvolutionKernel=["I31f", "3"]).detail["kernel"] == "I31f 3"


@pytest.mark.parametrize("keyword", ["InstanceNumber", "SliceThickness", "SOPInstanceUID", "Modality", "ViewPosition"])
def test_more_values_than_an_attribute_has_places_for_surprise_nobody(keyword):
    value = {"SliceThickness": "1", "SOPInstanceUID": "1.2.3.4", "Modality": "CT", "ViewPosition": "PA"}.get(
        keyword, "7"
    )
    whole = encoded(ct(**{keyword: [value, value]}))

    (outcome,) = outcomes(whole)

    assert isinstance(outcome, CleanedInstance), outcome
    assert value not in str(outcome.facts) or keyword in ("InstanceNumber", "SliceThickness", "Modality")
    assert "[" not in outcome.facts.instance_uid + outcome.facts.modality


def test_studies_keep_their_distance_in_days_and_lose_their_dates():
    now, prior = (_facts(StudyDate=day).study_day for day in ("20201103", "20200930"))

    assert now - prior == 34
    assert now != date(2020, 11, 3).toordinal()


@pytest.mark.parametrize("said", [None, "", "2020", "20201399"])
def test_study_without_a_day_has_none(said):
    assert _facts(StudyDate=said).study_day is None


def test_secondary_capture_is_no_grid_to_measure_on():
    facts = _facts(SOPClassUID=SecondaryCaptureImageStorage, Modality="OT")

    assert facts.detail["spacing_kind"] == "captured"
