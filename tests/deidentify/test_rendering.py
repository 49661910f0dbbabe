"""Pictures of de-identified images."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deidentify import rendering
from deidentify.pixels.shading import apply_window
from deidentify.rendering import render_frame
from domain.errors import UserError
from domain.ports.deidentifier import FrameRequest
from tests.deidentify.originals import TEST_FILES, cleaned, ct, multi_frame, photo

DICOM = "application/dicom"


def _grey(original, **request) -> np.ndarray:
    frame = render_frame(cleaned(original).body, DICOM, FrameRequest(lossless=True, **request))
    return np.asarray(Image.open(BytesIO(frame.body)))


def _packaged(name: str, **request) -> np.ndarray:
    return _grey((TEST_FILES / name).read_bytes(), **request)


def test_window_is_applied_to_rescaled_values():
    shown = _grey(ct(), window=(-1014, 10))

    assert shown.shape == (4, 6)
    assert shown[0, 0] == 0
    assert shown[3, 5] == 255
    assert shown.ravel()[9] == pytest.approx(127, abs=15)


def test_window_follows_the_standard_at_its_edges():
    values = np.array([[2047.5 - 2047.5, 2048, 4095]], dtype=np.float32)

    assert apply_window(values, (2048, 4096)).tolist() == [[0, 128, 255]]
    assert apply_window(np.array([[0, 1]], dtype=np.float32), (0.5, 1)).tolist() == [[0, 255]]
    assert apply_window(np.array([[0, 50, 100]], dtype=np.float32), (50, 100), "LINEAR_EXACT").tolist() == [
        [0, 128, 255]
    ]
    assert apply_window(np.array([[50]], dtype=np.float32), (50, 100), "SIGMOID").tolist() == [[128]]


@given(st.floats(-3000, 3000), st.floats(1, 5000), st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]))
def test_grey_never_falls_as_values_rise(center, width, function):
    values = np.linspace(-4000, 4000, 200, dtype=np.float32)[None]

    shown = apply_window(values, (center, width), function).astype(int)

    assert (np.diff(shown) >= 0).all()


def test_monochrome1_is_shown_inverted():
    assert (_grey(ct(PhotometricInterpretation="MONOCHROME1")) == 255 - _grey(ct())).all()


def test_signed_and_eight_bit_grey_keep_their_order():
    pixels = np.arange(-12, 12, dtype=np.int8).tobytes()
    shallow = ct(BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=1, PixelData=pixels)

    shown = _grey(shallow).ravel().astype(int)

    assert shown[12] == 128
    assert (np.diff(shown) == 1).all()


def test_each_frame_has_its_own_window():
    body = cleaned(multi_frame()).body

    first, second = (render_frame(body, DICOM, FrameRequest(frame=n, lossless=True)).body for n in (0, 1))

    assert np.asarray(Image.open(BytesIO(first)))[2, 3] == 255
    assert np.asarray(Image.open(BytesIO(second)))[0, 0] == 0
    assert first != second


def _table_item(**values) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        item.add_new(keyword, "US", value)
    return item


def test_own_look_up_table_is_used_until_a_window_is_chosen():
    table = _table_item(LUTDescriptor=[24, 0, 12], LUTData=[4000 - 100 * n for n in range(24)])
    original = ct(VOILUTSequence=Sequence([table]), RescaleIntercept=0)

    assert _grey(original)[0, 0] == 255
    assert _grey(original)[3, 5] == 0
    assert _grey(original, window=(12, 24))[0, 0] == 0


def test_modality_look_up_table_comes_first():
    table = _table_item(LUTDescriptor=[24, 0, 16], LUTData=[1000 * n for n in range(24)])
    table.ModalityLUTType = "US"
    original = ct(ModalityLUTSequence=Sequence([table]), WindowCenter="11500", WindowWidth="23000")

    shown = _grey(original)

    assert shown[0, 0] == 0
    assert shown[3, 5] == 255


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("SC_rgb_rle_16bit.dcm", (100, 100, 3)),
        ("SC_rgb_rle_32bit.dcm", (100, 100, 3)),
        ("examples_palette.dcm", (350, 800, 3)),
        ("examples_ybr_color.dcm", (240, 320, 3)),
        ("SC_ybr_full_422_uncompressed.dcm", (100, 100, 3)),
    ],
)
def test_colour_is_shown_as_colour(name, shape):
    shown = _packaged(name)

    assert shown.shape == shape
    assert shown.min() < 20
    assert shown.max() > 200


def test_red_stays_red_from_every_colour_space():
    for name in ("SC_rgb_rle.dcm", "SC_ybr_full_422_uncompressed.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_rle_32bit.dcm"):
        red, green, blue = _packaged(name)[5, 50].tolist()

        assert red > 220, name
        assert max(green, blue) < 60, name


def test_frames_that_are_not_there_are_unknown():
    body = cleaned(ct()).body

    for frame in (-1, 1):
        with pytest.raises(UserError, match="frame_unknown"):
            render_frame(body, DICOM, FrameRequest(frame=frame))
    with pytest.raises(UserError, match="frame_unknown"):
        render_frame(photo(), "image/jpeg", FrameRequest(frame=1))


def test_longest_edge_bounds_the_picture():
    body = cleaned((TEST_FILES / "MR_small.dcm").read_bytes()).body

    small = render_frame(body, DICOM, FrameRequest(longest_edge=16))
    large = render_frame(body, DICOM, FrameRequest(longest_edge=999))

    assert Image.open(BytesIO(small.body)).size == (16, 16)
    assert Image.open(BytesIO(large.body)).size == (64, 64)
    assert small.media_type == "image/jpeg"


def test_photo_is_handed_on_or_made_smaller():
    data = photo()

    assert render_frame(data, "image/jpeg", FrameRequest()).body == data
    assert render_frame(data, "image/jpeg", FrameRequest(lossless=True)).media_type == "image/png"
    assert Image.open(BytesIO(render_frame(data, "image/jpeg", FrameRequest(longest_edge=20)).body)).size == (20, 15)


def test_only_a_few_data_sets_are_kept_in_memory():
    for number in range(8):
        render_frame(cleaned(ct(InstanceNumber=number, SOPInstanceUID=f"1.2.3.{number}")).body, DICOM, FrameRequest())

    assert len(rendering._kept) <= 4
