"""Which DICOM objects are taken, and pixel data as they were."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, JPEG2000Lossless, RLELossless, RTDoseStorage

from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from tests.deidentify.originals import CHARSET_FILES, SECRET, TEST_FILES, cleaned, code, ct, encoded, explicit, read

PSEUDONYMS = Pseudonyms(SECRET)
LIMITS = Limits()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MR_truncated.dcm", "dicom_truncated"),
        ("JPEG-lossy.dcm", "pixels_undecodable"),
        ("zipMR.gz", "archive_unsupported"),
        ("README.txt", "file_unknown"),
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


def _undecoded(data: bytes, limits: Limits = LIMITS) -> pydicom.Dataset:
    body = clean_dicom(data, PSEUDONYMS, limits, options=CleanOptions(decode=False)).body
    return pydicom.dcmread(BytesIO(body))


def _undecoded_code(data: bytes) -> str:
    with pytest.raises(DeidentificationError) as raised:
        _undecoded(data)
    return raised.value.code


def test_pixels_that_nobody_decodes_are_cut_and_may_be_too_few():
    short, long = ct(PixelData=ct().PixelData[:-3]), ct(PixelData=ct().PixelData + b"QZMARKZQ" * 90)

    after = [_undecoded(encoded(file)) for file in (short, long)]

    assert after[0].PixelData == ct().PixelData[:-3] + b"\0"
    assert after[1].PixelData == ct().PixelData


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Rows": None}, "dicom_incomplete"),
        ({"Columns": 0}, "dicom_incomplete"),
        ({"BitsAllocated": 7}, "dicom_incomplete"),
        ({"NumberOfFrames": 999_999_999, "Rows": 1_000, "Columns": 1_000}, "pixels_too_many"),
    ],
)
@pytest.mark.parametrize("sop_class", [CTImageStorage, RTDoseStorage])
def test_pixels_without_a_sensible_shape_pass_in_no_mode(sop_class, changes, expected):
    original = encoded(ct(SOPClassUID=sop_class, **changes))

    assert _undecoded_code(original) == code(original) == expected


@pytest.mark.parametrize("vr", ["UT", "LT", "UC", "UR", "SQ", "OL", "OV"])
def test_pixels_that_call_themselves_something_else_are_refused(vr):
    whole = encoded(ct())
    head = struct.pack("<HH", 0x7FE0, 0x0010)
    changed = whole.replace(head + b"OW", head + vr.encode())

    assert _undecoded_code(changed) == code(changed) == "dicom_ambiguous"


def test_text_in_place_of_streams_passes_in_no_mode():
    original = ct()
    original.PixelData = encapsulate([b"QZMARKZQ words of FICTUS ZEBRA, no picture"])
    original["PixelData"].is_undefined_length = True
    whole = encoded(original, JPEG2000Lossless)

    assert _undecoded_code(whole) == code(whole) == "pixels_undecodable"


def test_stream_of_another_size_passes_in_no_mode():
    data = (TEST_FILES / "JPEG2000.dcm").read_bytes()
    wrong = data.replace(struct.pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, 1024), explicit(0x00280010, "US", b"\0\2"))

    assert _undecoded_code(wrong) == code(wrong) == "pixels_undecodable"


def test_no_packaged_file_surprises_the_door():
    names = [*TEST_FILES.glob("*.dcm"), *CHARSET_FILES.glob("*.dcm")]

    codes = {code(path.read_bytes()) for path in names}

    assert "door_surprise" not in codes
    assert "door_leftover" not in codes
