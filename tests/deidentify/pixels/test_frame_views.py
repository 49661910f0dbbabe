"""Frames as the search sees them: as persons do, whatever is stored."""

from __future__ import annotations

import numpy as np
from pydicom import dcmread
from pydicom.uid import ExplicitVRBigEndian

from deidentify.pixels.decoding import quiet
from deidentify.pixels.frame_views import frame_views, grey_values
from tests.deidentify.originals import TEST_FILES
from tests.deidentify.pixels.pictures import dataset

RAMP = np.arange(64, dtype=np.uint16).reshape(8, 8) * 50


def test_inverted_greys_are_seen_inverted():
    (plain,), (inverted,) = (
        frame_views(dataset(RAMP, PhotometricInterpretation=kind), 0) for kind in ("MONOCHROME2", "MONOCHROME1")
    )

    assert plain[0, 0] < 5
    assert plain[7, 7] == 255
    assert inverted[0, 0] == 255
    assert inverted[7, 7] < 5


def test_narrow_window_gives_a_second_view():
    narrow = dataset(RAMP, WindowCenter=500, WindowWidth=300)
    inverted = dataset(RAMP, WindowCenter=500, WindowWidth=300, PhotometricInterpretation="MONOCHROME1")

    assert [len(frame_views(made, 0)) for made in (narrow, inverted)] == [2, 2]
    assert frame_views(narrow, 0)[1][0, 0] == 0
    assert frame_views(inverted, 0)[1][0, 0] == 255
    assert len(frame_views(dataset(RAMP, WindowCenter=500, WindowWidth=3000), 0)) == 1


def test_padding_counts_as_the_least_value():
    values = RAMP.copy()
    values[0] = 60000
    one = dataset(values, PixelPaddingValue=60000)
    several = dataset(values, PixelPaddingValue=60001, PixelPaddingRangeLimit=59999)

    for made in (one, several):
        assert grey_values(values, made, 0).max() == RAMP.max()
        assert grey_values(values, made, 0)[0].tolist() == [float(RAMP[1, 0])] * 8


def test_picture_of_padding_alone_stays():
    values = np.full((4, 4), 7, np.uint16)

    assert grey_values(values, dataset(values, PixelPaddingValue=7), 0).tolist() == values.tolist()


def test_deep_colours_are_seen_in_eight_bits():
    deep = np.full((4, 4, 3), 0xAB00, np.uint16)

    (view,) = frame_views(dataset(deep), 0)

    assert view.dtype == np.uint8
    assert set(view.ravel().tolist()) == {0xAB}


def _palette(word_order: str, syntax: str):
    made = dataset(np.arange(4, dtype=np.uint8).reshape(2, 2), syntax, PhotometricInterpretation="PALETTE COLOR")
    table = np.array([0, 0x2000, 0x8000, 0xFF00], dtype=f"{word_order}u2").tobytes()
    for colour in ("Red", "Green", "Blue"):
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, 16])
        setattr(made, f"{colour}PaletteColorLookupTableData", table)
        made[f"{colour}PaletteColorLookupTableData"].VR = "OW"
    return made


def test_palettes_of_either_word_order_give_the_same_colours():
    little, big = _palette("<", "1.2.840.10008.1.2.1"), _palette(">", ExplicitVRBigEndian)
    big.PixelData = np.frombuffer(big.PixelData, "<u2").byteswap().tobytes()

    (first,), (second,) = frame_views(little, 0), frame_views(big, 0)

    assert first[..., 0].tolist() == second[..., 0].tolist() == [[0, 0x20], [0x80, 0xFF]]


def test_shallow_palettes_are_seen_as_they_are():
    made = _palette("<", "1.2.840.10008.1.2.1")
    for colour in ("Red", "Green", "Blue"):
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, 8])
        setattr(made, f"{colour}PaletteColorLookupTableData", bytes((0, 9, 128, 255)))

    assert frame_views(made, 0)[0][..., 0].tolist() == [[0, 9], [128, 255]]


def test_big_endian_table_of_another_kind_is_left():
    made = _palette(">", ExplicitVRBigEndian)
    made.pop("BluePaletteColorLookupTableData")
    made.add_new("BluePaletteColorLookupTableData", "OB", np.zeros(4, "<u2").tobytes())

    assert frame_views(made, 0)[0][..., 2].max() == 0


def test_packaged_palette_is_seen_in_colour():
    with quiet():
        (view,) = frame_views(dcmread(TEST_FILES / "examples_palette.dcm"), 0)

    assert view.shape == (350, 800, 3)
    assert view.max() == 255
