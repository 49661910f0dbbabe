"""The walk over a DICOM file: encodings, depth, ends, and what is ambiguous."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from deidentify.headers.opening import looks_like_dicom
from deidentify.headers.structure import read_structure
from deidentify.limits import Limits
from domain.errors import DeidentificationError
from tests.deidentify.originals import TEST_FILES, cleaned, code, ct, encoded, explicit, nested, read

ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


def _delimiter(tag: int, length: int = 0) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, length)


def _with(element: bytes) -> bytes:
    """Return a file with these bytes before its accession number."""
    whole = encoded(ct())
    place = whole.index(b"\x08\x00\x50\x00SH")
    return whole[:place] + element + whole[place:]


def _sequence(content: bytes, length: int = 0xFFFFFFFF) -> bytes:
    return b"\x08\x00\x40\x11SQ\0\0" + struct.pack("<I", length) + content


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_other_encodings_keep_their_pixels(syntax):
    original = ct()
    if syntax == ExplicitVRBigEndian:
        original.PixelData = struct.pack(">24H", *range(24))
        original["PixelData"].VR = "OW"
    dataset = pydicom.dcmread(BytesIO(encoded(original, syntax)))

    after = read(cleaned(encoded(original, syntax)))

    assert (after.pixel_array == dataset.pixel_array).all()
    assert after.PatientSex == "F"


def test_file_without_meta_is_read_when_it_cannot_be_mistaken():
    whole = encoded(ct())
    begin = whole.index(b"\x08\x00\x08\x00CS")

    after = read(cleaned(whole[begin:]))

    assert after.PatientSex == "F"


def test_implicit_file_without_meta_is_read():
    whole = encoded(ct(), ImplicitVRLittleEndian)
    begin = whole.index(b"\x08\x00\x08\x00")

    assert read(cleaned(whole[begin:])).PatientSex == "F"


def test_big_endian_file_without_meta_is_known():
    head = b"\x00\x08\x00\x05CS\x00\x0aISO_IR 100"

    assert looks_like_dicom(head)
    assert not looks_like_dicom(b"\x08\x00")


def test_meta_without_preamble_is_read():
    whole = encoded(ct())

    assert read(cleaned(whole[132:])).PatientSex == "F"


def test_depth_has_a_limit_and_three_thousand_do_no_harm():
    assert code(nested(20)) == ""
    assert code(nested(100)) == "dicom_too_deep"
    assert code(nested(3_000)) == "dicom_too_deep"


def test_depth_hidden_in_unknown_elements_does_no_harm():
    inner = _delimiter(ITEM, 0xFFFFFFFF) + b"\x08\x00\x40\x11\xff\xff\xff\xff"
    hidden = explicit(0x00081140, "UN", inner * 2_000)

    assert code(_with(hidden)) in ("door_surprise", "dicom_too_deep")


def test_depth_hidden_in_unknown_elements_is_counted_too():
    level = _delimiter(ITEM, 0xFFFFFFFF) + b"\x08\x00\x40\x11\xff\xff\xff\xff"
    ends = _delimiter(SEQUENCE_END) + _delimiter(ITEM_END)
    hidden = explicit(0x00081140, "UN", level * 40 + ends * 40)

    assert code(_with(hidden)) == "dicom_too_deep"


def test_sequences_of_defined_length_are_followed():
    item = explicit(0x00081155, "UI", b"1.2.3.4\0")
    content = _delimiter(ITEM, len(item)) + item

    after = read(cleaned(_with(_sequence(content, len(content)))))

    assert after.ReferencedImageSequence[0].ReferencedSOPInstanceUID.startswith("2.25.")


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (_sequence(_delimiter(ITEM_END)), "dicom_ambiguous"),
        (_delimiter(ITEM_END), "dicom_ambiguous"),
        (b"\x08\x00\x49\x00ZZ\x02\x00AB", "dicom_ambiguous"),
        (explicit(0x00080049, "SH", b"AB").replace(b"\x02\x00AB", b"\xff\xffAB"), "dicom_truncated"),
        (_sequence(_delimiter(ITEM, 4) + b"\x08\x00\x55\x11UI\x08\x001.2.3.4\0", 20), "dicom_truncated"),
        (_sequence(_delimiter(ITEM, 6) + b"\x08\x00\x55\x11UI", 14), "dicom_truncated"),
    ],
)
def test_damaged_structure_is_refused(damage, expected):
    assert code(_with(damage)) == expected


def test_delimiter_beyond_the_end_of_its_sequence_is_refused():
    content = _delimiter(ITEM, 0xFFFFFFFF) + _delimiter(ITEM_END)

    assert code(_with(_sequence(content, len(content) - 4))) == "dicom_truncated"


def test_item_longer_than_its_sequence_is_refused():
    element = explicit(0x00081155, "UI", b"1.2.3.4\0")
    content = _delimiter(ITEM, len(element)) + element

    assert code(_with(_sequence(content, len(content) - 2))) == "dicom_truncated"


@pytest.mark.parametrize("kept", [140, 200, 400, 700, -1, -20])
def test_every_cut_is_noticed(kept):
    assert code(encoded(ct())[:kept]) in ("dicom_truncated", "dicom_ambiguous")


def test_cut_in_a_long_header_or_open_sequence_is_noticed():
    assert code(encoded(ct()) + b"\xe0\x7f\x20\x00OW\0\0") == "dicom_truncated"
    assert code(encoded(ct()) + b"\x00\x80\x20\x00SQ\0\0\xff\xff\xff\xff") == "dicom_truncated"


def test_cut_between_fragments_is_noticed():
    data = (TEST_FILES / "JPEG2000.dcm").read_bytes()

    assert code(data[:-8]) == "dicom_truncated"
    assert code(data[:-2000]) == "dicom_truncated"


def test_zeros_behind_the_last_element_are_padding():
    assert code(encoded(ct()) + b"\0" * 100) == ""


def test_pixel_data_twice_is_ambiguous():
    whole = encoded(ct())
    pixels = whole[whole.index(b"\xe0\x7f\x10\x00") :]

    assert code(whole + pixels) == "dicom_ambiguous"


def test_icon_inside_of_a_sequence_is_not_the_image():
    icon = explicit(0x7FE00010, "OW", b"\1\2\3\4")
    content = _delimiter(ITEM, len(icon)) + icon

    after = read(cleaned(_with(b"\x88\x00\x00\x02SQ\0\0" + struct.pack("<I", len(content)) + content)))

    assert "IconImageSequence" not in after
    assert after.pixel_array[3, 5] == 23


def test_too_many_elements_are_refused():
    assert code(encoded(ct()), Limits(elements=10)) == "dicom_too_large"


def test_deflated_bomb_is_bounded():
    whole = encoded(ct(), DeflatedExplicitVRLittleEndian)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = packer.compress(b"\0" * 8_000_000) + packer.flush()
    start = 132 + 12 + struct.unpack("<I", whole[140:144])[0]

    assert code(whole[:start] + bomb, Limits(file_bytes=1_000_000)) == "dicom_too_large"
    assert code(whole[: start + 60]) == "dicom_truncated"
    assert code(whole[:start] + b"\xff\xff\xff\xff") == "dicom_truncated"


def test_meta_information_that_runs_over_the_end_is_refused():
    data = b"\0" * 128 + b"DICM" + b"\x02\x00\x10\x00UI\xff\x001.2"

    with pytest.raises(DeidentificationError, match="dicom_truncated"):
        read_structure(data, Limits())


def test_meta_information_that_is_none_is_refused():
    begin = b"\0" * 128 + b"DICM"

    assert code(begin + b"\x02\x00\x10\x00ZZ\x02\x00AB") == "dicom_ambiguous"
    assert code(begin + b"\x02\x00\x10\x00OB\0\0") == "dicom_truncated"


def test_file_that_begins_with_a_group_length_is_known():
    assert looks_like_dicom(b"\x08\x00\x00\x00\x04\x00\x00\x00\x80\x00\x00\x00")


def test_implicit_data_under_an_explicit_syntax_are_read_and_written_explicit():
    data = (TEST_FILES / "SC_rgb_jpeg.dcm").read_bytes()

    after = read(cleaned(data))

    assert (after.Rows, after.Columns) == (256, 256)
    assert not after.is_implicit_VR


def test_fragment_that_is_no_item_is_refused():
    data = (TEST_FILES / "JPEG2000.dcm").read_bytes()
    place = data.rindex(b"\xfe\xff\x00\xe0")

    assert code(data[:place] + b"\xfe\xff\x0d\xe0" + data[place + 4 :]) == "dicom_truncated"


def test_short_first_element_is_no_dicom():
    assert code(b"\0" * 128 + b"DICM") == "dicom_ambiguous"
    assert code(b"\x08\x00\x05\x00\xff\xff\xff\x7f" + b"\0" * 20) == "file_unknown"
