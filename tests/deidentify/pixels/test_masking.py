"""Masks in stored pixels: flat within, unchanged around, whatever the pixels are."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import dcmread
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from deidentify.pixels.decoding import decode_frame, quiet
from deidentify.pixels.masking import clipped, crop_photo, mask_dataset, mask_more, write_masked
from domain.errors import DeidentificationError
from domain.study import Area
from tests.deidentify.originals import TEST_FILES, cleaned, ct, photo
from tests.deidentify.pixels.pictures import dataset

BOX = Area(x=2, y=1, width=3, height=2)
DTYPES = st.sampled_from(["u1", "u2", "i2", "u4", "i1"])


def _frames(made) -> list[np.ndarray]:
    return [np.array(decode_frame(made, frame)) for frame in range(int(made.get("NumberOfFrames") or 1))]


def _check(made, areas) -> None:
    """Mask, write, read: outside of the areas all is as it was, within each is flat."""
    with quiet():
        before = _frames(made)
        mask_dataset(made, areas)
        after = _frames(dcmread(BytesIO(write_masked(made))))
    for frame, (first, second) in enumerate(zip(before, after, strict=True)):
        outside = np.ones(first.shape[:2], dtype=bool)
        for area in areas:
            if area.frame in (None, frame):
                part = np.s_[area.y : area.y + area.height, area.x : area.x + area.width]
                outside[part] = False
                assert (second[part] == second[part][:1, :1]).all()
        assert np.array_equal(first[outside], second[outside])


@settings(max_examples=40, deadline=None)
@given(st.data(), DTYPES, st.booleans(), st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian]))
def test_native_pixels_of_every_depth(data, dtype, colour, syntax):
    frames, rows, columns = (data.draw(st.integers(1, top)) for top in (3, 9, 9))
    colour = colour and dtype in ("u1", "u2")
    shape = (frames, rows, columns, 3) if colour else (frames, rows, columns + (columns == 3))
    pixels = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    corner = data.draw(st.tuples(st.integers(0, shape[2] - 1), st.integers(0, rows - 1)))
    frame = data.draw(st.sampled_from([None, *range(frames)]))

    _check(dataset(pixels, syntax), [Area(x=corner[0], y=corner[1], width=4, height=3, frame=frame)])


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 16), st.booleans(), st.sampled_from([RLELossless, JPEGLSLossless, JPEG2000Lossless]))
def test_compressed_pixels_of_every_depth(bits, signed, syntax):
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    dtype = ("i" if signed else "u") + ("1" if bits <= 8 else "2")
    pixels = np.random.default_rng(bits).integers(low, high, (2, 33, 40)).astype(dtype)
    made = dataset(pixels, BitsStored=bits, HighBit=bits - 1)
    made.compress(syntax, generate_instance_uid=False)

    _check(made, [Area(x=3, y=2, width=9, height=5, frame=1), Area(x=0, y=0, width=2, height=2)])


@pytest.mark.parametrize(
    "name",
    [
        "SC_rgb_rle_16bit.dcm",
        "SC_rgb_rle_32bit_2frame.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_dcmtk_+eb+cy+s4.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "SC_rgb_small_odd.dcm",
        "SC_rgb_small_odd_big_endian.dcm",
        "ExplVR_BigEnd.dcm",
        "examples_palette.dcm",
        "examples_ybr_color.dcm",
        "MR_small_bigendian.dcm",
        "JPEG2000.dcm",
        "liver_1frame.dcm",
        "rtdose_expb.dcm",
    ],
)
def test_packaged_files_stay_as_they_were_around_the_mask(name):
    with quiet():
        made = dcmread(TEST_FILES / name)
    height, width = min(40, int(made.Rows)), min(50, int(made.Columns))

    _check(made, [Area(x=2, y=1, width=width - 2, height=height - 1)])


def test_planes_and_samples_are_masked_alike():
    pixels = np.random.default_rng(1).integers(0, 255, (2, 6, 8, 3)).astype(np.uint8)
    planar = dataset(pixels, PlanarConfiguration=1)
    planar.PixelData = pixels.transpose(0, 3, 1, 2).tobytes()

    _check(planar, [BOX])
    _check(dataset(pixels, PhotometricInterpretation="YBR_FULL"), [BOX])


def test_pairs_of_pixels_are_masked_whole():
    pixels = np.arange(4 * 8 * 2, dtype=np.uint8)
    made = dataset(np.zeros((4, 8, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422", PixelData=pixels.tobytes())

    mask_dataset(made, [Area(x=1, y=0, width=2, height=1)])

    row = np.frombuffer(made.PixelData, np.uint8)[:16].tolist()
    assert row == [128] * 8 + list(range(8, 16))


def test_bits_are_masked_across_bytes_and_frames():
    bits = np.ones(2 * 5 * 3, dtype=np.uint8)
    made = dataset(np.zeros((2, 5, 3), np.uint8), BitsAllocated=1, BitsStored=1, HighBit=0, SamplesPerPixel=1)
    made.Columns, made.Rows, made.NumberOfFrames, made.PhotometricInterpretation = 3, 5, 2, "MONOCHROME2"
    made.pop("PlanarConfiguration", None)
    made.PixelData = np.packbits(bits, bitorder="little").tobytes()

    mask_dataset(made, [Area(x=1, y=1, width=2, height=2, frame=1)])

    after = np.unpackbits(np.frombuffer(made.PixelData, np.uint8), bitorder="little")[:30].reshape(2, 5, 3)
    assert after[0].all()
    assert after[1].tolist() == [[1, 1, 1], [1, 0, 0], [1, 0, 0], [1, 1, 1], [1, 1, 1]]


def test_mask_of_a_ct_is_no_tissue_and_moves_no_extreme():
    values = np.full((8, 8), 24, dtype=np.int16)
    values[0, 0], values[7, 7] = 4095, 0
    made = dataset(values, Modality="CT", RescaleSlope=1, RescaleIntercept=-1024)

    mask_dataset(made, [BOX])

    assert decode_frame(made, 0)[1, 2] == 2024
    assert (decode_frame(made, 0).max(), decode_frame(made, 0).min()) == (4095, 0)


def test_mask_fits_values_that_lie_high_in_their_words():
    values = (np.arange(64, dtype=np.uint16) << 4).reshape(8, 8)
    made = dataset(values, BitsStored=12, HighBit=15)

    mask_dataset(made, [BOX])

    after = np.frombuffer(made.PixelData, "<u2").reshape(8, 8)
    assert 0 < after[1, 2] >> 4 < 64
    assert after[5, 5] == values[5, 5]


def test_masked_file_says_what_it_is():
    with quiet():
        made = dcmread(TEST_FILES / "SC_rgb_dcmtk_+eb+cy+s4.dcm")
        mask_dataset(made, [BOX])

    assert made.ImageType[0] == "DERIVED"
    assert (made.LossyImageCompression, made.PhotometricInterpretation) == ("01", "RGB")
    assert made.file_meta.TransferSyntaxUID == JPEGLSLossless


@pytest.mark.parametrize(("said", "kinds"), [(None, ["DERIVED", "SECONDARY"]), ("ORIGINAL", ["DERIVED"])])
def test_first_kind_of_image_becomes_derived(said, kinds):
    made = dataset(np.zeros((4, 8), np.uint8))
    if said:
        made.ImageType = said

    mask_dataset(made, [BOX])

    assert kinds in (made.ImageType, [made.ImageType])


def test_nothing_to_mask_changes_nothing():
    made = dataset(np.zeros((4, 8), np.uint8))
    outside = [Area(x=8, y=0, width=3, height=3), Area(x=0, y=0, width=3, height=3, frame=1)]

    assert mask_dataset(made, outside) == 0
    assert "ImageType" not in made


def test_area_is_clipped_to_the_picture():
    assert clipped(Area(x=5, y=2, width=9, height=9), 4, 8) == Area(x=5, y=2, width=3, height=2)
    assert clipped(Area(x=0, y=4, width=1, height=1), 4, 8) is None


@pytest.mark.parametrize(
    "change",
    [
        {"PixelData": b"\0" * 8},
        {"BitsAllocated": 24},
        {"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3, "Columns": 7},
    ],
)
def test_pixels_that_make_no_sense_are_refused(change):
    made = dataset(np.zeros((2, 4, 8), np.uint8))
    for keyword, value in change.items():
        setattr(made, keyword, value)

    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        mask_dataset(made, [BOX])


def test_archived_image_is_masked_further():
    body = cleaned(ct()).body

    more = mask_more(body, "application/dicom", [BOX])

    after = pixel_array(BytesIO(more))
    assert len(set(after[1:3, 2:5].ravel().tolist())) == 1
    assert after[0].tolist() == pixel_array(BytesIO(body))[0].tolist()


def test_archived_photo_is_masked_further():
    after = Image.open(BytesIO(mask_more(photo("PNG"), "image/png", [Area(x=5, y=5, width=99, height=4)])))

    assert after.getpixel((6, 6)) == after.getpixel((39, 8)) == (128, 128, 128)
    assert after.getpixel((4, 6)) == (255, 0, 0)


def test_photo_is_cut_where_the_asker_says():
    cut = Image.open(BytesIO(crop_photo(photo("PNG"), Area(x=10, y=5, width=99, height=10))))

    assert cut.size == (30, 10)
    with pytest.raises(DeidentificationError, match="area_outside"):
        crop_photo(photo("PNG"), Area(x=40, y=0, width=1, height=1))


def test_big_endian_words_of_bytes_are_masked_in_place():
    made = dataset(np.arange(32, dtype=np.uint8).reshape(4, 8), ExplicitVRBigEndian)
    made.PixelData = np.frombuffer(made.PixelData, "<u2").byteswap().tobytes()

    _check(made, [BOX])


def test_missing_frame_of_colours_is_refused():
    made = dataset(np.zeros((2, 4, 8, 3), np.uint8))
    made.PixelData = made.PixelData[:100]

    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        mask_dataset(made, [BOX])
