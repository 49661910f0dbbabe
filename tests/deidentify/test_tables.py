"""Look-up tables: as long as their descriptors say, and nothing behind."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian

from tests.deidentify.originals import TEST_FILES, cleaned, code, ct, encoded, item, read

MARK = b"FICTUS^ZEBRA 900101-1234567\0"
COLORS = ("Red", "Green", "Blue")


def _table(data: object, vr: str = "OW", descriptor: tuple[int, ...] | None = (4, 0, 16)) -> Dataset:
    table = item() if descriptor is None else item(LUTDescriptor=list(descriptor))
    table.add_new("LUTData", vr, data)
    return table


def _palette(descriptor: tuple[int, int, int], data: bytes, *, before: str = "", **changes: object) -> Dataset:
    original = ct(PhotometricInterpretation="PALETTE COLOR", **changes)
    for color in COLORS:
        setattr(original, f"{color}PaletteColorLookupTableDescriptor", list(descriptor))
        original.add_new(f"{before}{color}PaletteColorLookupTableData", "OW", data)
    return original


def test_table_is_cut_to_its_entries():
    tables = [_table(bytes(range(8)) + MARK), _table([0, 1, 2, 3, 90], "US", (4, 0, 12))]

    outcome = cleaned(ct(VOILUTSequence=Sequence(tables)))

    first, second = read(outcome).VOILUTSequence
    assert first.LUTData == bytes(range(8))
    assert list(second.LUTData) == [0, 1, 2, 3]
    assert MARK not in outcome.body


@pytest.mark.parametrize(
    "table",
    [
        _table(MARK, descriptor=None),
        _table(MARK, descriptor=(256, 0, 16)),
        _table(MARK, descriptor=(0, 0, 16)),
        _table(MARK, descriptor=(4, 0, 32)),
        _table(MARK, descriptor=(4, 0)),
        _table(7, "US"),
        _table(b"\0" * (1 << 21)),
        item(LUTDescriptor=[4, 0, 12]),
    ],
)
def test_table_that_is_not_what_it_states_goes(table):
    good = _table(bytes(8))

    alone = read(cleaned(ct(VOILUTSequence=Sequence([table]))))
    beside = read(cleaned(ct(VOILUTSequence=Sequence([table, good]))))

    assert "VOILUTSequence" not in alone
    assert [found.LUTData for found in beside.VOILUTSequence] == [bytes(8)]


def test_table_that_gives_values_their_meaning_is_not_left_out_in_silence():
    assert code(ct(ModalityLUTSequence=Sequence([_table(MARK, descriptor=None)]))) == "dicom_incomplete"


def test_packed_table_of_eight_bits_keeps_a_byte_for_each_entry():
    after = read(cleaned(ct(VOILUTSequence=Sequence([_table(b"\1\2\3\4\5\6", descriptor=(5, 0, 8))]))))

    assert after.VOILUTSequence[0].LUTData == b"\1\2\3\4\5\0"


def test_palette_of_a_grey_picture_goes():
    original = _palette((4, 0, 16), bytes(8))
    original.PhotometricInterpretation = "MONOCHROME2"
    original.add_new("LUTData", "OW", MARK)

    outcome = cleaned(original)

    assert not [name for name in read(outcome).dir() if "Palette" in name or "LUT" in name]
    assert MARK not in outcome.body


def test_palette_inside_of_a_sequence_goes():
    inner = item(StackID="1")
    inner.add_new("RedPaletteColorLookupTableData", "OW", MARK)
    frame = item(FrameContentSequence=Sequence([inner]))

    outcome = cleaned(ct(PerFrameFunctionalGroupsSequence=Sequence([frame])))

    assert MARK not in outcome.body


def test_palette_is_cut_to_its_entries():
    original = _palette((4, 0, 16), bytes(range(8)) + MARK)
    original.add_new("SegmentedRedPaletteColorLookupTableData", "OW", MARK)

    outcome = cleaned(original)

    assert read(outcome).BluePaletteColorLookupTableData == bytes(range(8))
    assert b"FICTUS" not in outcome.body


@pytest.mark.parametrize("descriptor", [(256, 0, 16), (4, 0, 32)])
def test_picture_without_the_palette_it_needs_is_refused(descriptor):
    assert code(_palette(descriptor, MARK)) == "dicom_incomplete"


@pytest.mark.parametrize(
    ("bits", "data", "expected"),
    [
        (8, b"\0\2\7\7\1\2\xff\0", ""),
        (8, b"\0\2\7\7\1\2\xff\0\2\1\0\0", ""),
        (8, b"\0\3\7\7\7\0", ""),
        (16, b"\0\0\2\0\7\0\7\0\1\0\2\0\xff\xff", ""),
        (16, MARK, "dicom_incomplete"),
        (8, b"\0\2\7\7\1\2\xff\0FI", "dicom_incomplete"),
        (8, b"\0\2\7\7\1\2\xff1", "dicom_incomplete"),
        (8, b"\0\x90\7\7", "dicom_incomplete"),
    ],
)
def test_segmented_palette_must_be_segments_to_its_end(bits, data, expected):
    original = _palette((4, 0, bits), data, before="Segmented")
    original.add_new("RedPaletteColorLookupTableData", "OW", MARK)

    assert code(original) == expected


def test_segments_are_read_in_the_byte_order_of_the_file():
    original = _palette((4, 0, 16), b"\0\0\0\2\0\7\0\7\0\1\0\2\xff\xff", before="Segmented")

    assert code(encoded(original, ExplicitVRBigEndian)) == ""


def test_packaged_palette_stays_to_the_byte():
    path = TEST_FILES / "examples_palette.dcm"

    after, original = read(cleaned(path.read_bytes())), pydicom.dcmread(path)

    for color in COLORS:
        assert (
            after[f"{color}PaletteColorLookupTableData"].value == original[f"{color}PaletteColorLookupTableData"].value
        )
