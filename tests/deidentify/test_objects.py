"""Which DICOM objects are taken, and pixel data as they were."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEG2000Lossless, RLELossless

from deidentify.limits import Limits
from tests.deidentify.originals import CHARSET_FILES, TEST_FILES, cleaned, code, ct, encoded, read


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test-SR.dcm", "dicom_without_pixels"),
        ("rtplan.dcm", "dicom_without_pixels"),
        ("rtdose.dcm", "dicom_object"),
        ("liver_1frame.dcm", "dicom_object"),
        ("MR_truncated.dcm", "dicom_truncated"),
        ("JPEG-lossy.dcm", "pixels_undecodable"),
        ("SC_rgb_jpeg.dcm", "dicom_ambiguous"),
        ("zipMR.gz", "archive_unsupported"),
        ("README.txt", "file_unknown"),
        ("waveform_ecg.dcm", "dicom_without_pixels"),
    ],
)
def test_packaged_file_is_refused_with_its_reason(name, expected):
    assert code((TEST_FILES / name).read_bytes()) == expected


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "JPEG2000.dcm", "MR_small_jpeg_ls_lossless.dcm",
        "SC_rgb_small_odd_big_endian.dcm", "SC_ybr_full_422_uncompressed.dcm", "SC_rgb_rle_16bit_2frame.dcm",
        "JPEGLSNearLossless_08.dcm", "examples_palette.dcm", "examples_ybr_color.dcm", "image_dfl.dcm",
    ],
)  # fmt: skip
def test_packaged_image_keeps_its_pixels(name):
    original = pydicom.dcmread(TEST_FILES / name)

    after = read(cleaned((TEST_FILES / name).read_bytes()))

    assert np.array_equal(after.pixel_array, original.pixel_array)


def test_native_pixel_data_stay_to_the_byte():
    assert read(cleaned(ct())).PixelData == ct().PixelData


def test_bytes_behind_the_picture_are_cut_off():
    after = read(cleaned(ct(PixelData=ct().PixelData + b"FICTUS ZEBRA")))

    assert after.PixelData == ct().PixelData


def test_wrong_lengths_of_pixel_data_are_refused():
    assert code(ct(PixelData=ct().PixelData[:-2])) == "dicom_truncated"
    assert code(ct(PixelData=ct().PixelData * 2)) == "pixels_length"


def test_pixels_beyond_the_limits_are_refused_before_decoding():
    assert code(ct(), Limits(frame_pixels=23)) == "pixels_too_many"
    assert code(ct(), Limits(decoded_bytes=47)) == "pixels_too_many"
    assert code(ct(NumberOfFrames=2_000_000_000, Rows=65_535, Columns=65_535)) == "pixels_too_many"


@pytest.mark.parametrize(
    "changes", [{"Rows": None}, {"PhotometricInterpretation": "ZEBRA"}, {"Rows": 0}, {"SamplesPerPixel": 2}]
)
def test_image_that_does_not_say_its_shape_is_refused(changes):
    assert code(ct(**changes)) == "dicom_incomplete"


def test_overlay_hidden_in_the_pixels_is_refused():
    original = ct()
    original.add_new(0x60000100, "US", 1)
    original.add_new(0x60000102, "US", 15)

    assert code(original) == "dicom_overlay_in_pixels"


@pytest.mark.parametrize(
    ("syntax", "expected"),
    [
        ("1.2.840.10008.1.2.4.100", "dicom_video"),
        ("1.2.840.10008.1.2.4.102.1", "dicom_video"),
        ("1.2.840.10008.1.2.4.110", "dicom_transfer_syntax"),
        ("1.3.6.1.4.1.99999.1", "dicom_transfer_syntax"),
        (JPEG2000Lossless, "dicom_ambiguous"),
        (RLELossless, "dicom_ambiguous"),
    ],
)
def test_encoding_that_is_not_read_is_refused(syntax, expected):
    whole = encoded(ct())
    meta = whole.index(b"\x02\x00\x10\x00UI")
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    end = meta + 8 + whole[meta + 6]

    assert code(whole[: meta + 6] + bytes((len(value), 0)) + value + whole[end:]) == expected


def test_no_packaged_file_surprises_the_door():
    names = [*TEST_FILES.glob("*.dcm"), *CHARSET_FILES.glob("*.dcm")]

    codes = {code(path.read_bytes()) for path in names}

    assert "door_surprise" not in codes
    assert "door_leftover" not in codes
