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
from deidentify.rendering import read_values, render_frame, render_projection
from domain.errors import UserError
from domain.ports.deidentifier import FrameRequest
from domain.study import Area
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


def test_draft_costs_less_of_the_line():
    body = cleaned((TEST_FILES / "MR_small.dcm").read_bytes()).body

    draft, plain = (render_frame(body, DICOM, FrameRequest(draft=is_draft)) for is_draft in (True, False))

    assert len(draft.body) < len(plain.body)
    assert draft.media_type == "image/jpeg"


def test_photo_is_handed_on_or_made_smaller():
    data = photo()

    assert render_frame(data, "image/jpeg", FrameRequest()).body == data
    assert render_frame(data, "image/jpeg", FrameRequest(lossless=True)).media_type == "image/png"
    assert Image.open(BytesIO(render_frame(data, "image/jpeg", FrameRequest(longest_edge=20)).body)).size == (20, 15)


def test_only_a_few_data_sets_are_kept_in_memory():
    for number in range(8):
        render_frame(cleaned(ct(InstanceNumber=number, SOPInstanceUID=f"1.2.3.{number}")).body, DICOM, FrameRequest())

    assert len(rendering._kept) <= 4


def _slice(value: int, **changes):
    """Return a slice of zeros with one pixel of a value, as it lies in the archive."""
    pixels = np.zeros(24, dtype=np.uint16)
    pixels[value % 24] = value
    return cleaned(ct(PixelData=pixels.tobytes(), WindowCenter=0, WindowWidth=2048, **changes)).body


def _shown(frame) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(frame.body)))


def test_masks_are_hatched_in_the_part_that_is_shown():
    body = cleaned((TEST_FILES / "MR_small.dcm").read_bytes()).body
    mask = Area(x=20, y=20, width=20, height=10)

    whole = _shown(render_frame(body, DICOM, FrameRequest(lossless=True, hatched=(mask,))))
    part = _shown(
        render_frame(
            body, DICOM, FrameRequest(lossless=True, hatched=(mask,), area=Area(x=30, y=24, width=20, height=20))
        )
    )

    assert {88, 176} == set(whole[21:29, 21:39].ravel().tolist())
    assert set(part[1:5, 1:9].ravel().tolist()) == {88, 176}
    assert (part[10:, 12:] == whole[34:44, 42:50]).all()


def test_part_is_enlarged_and_a_whole_frame_is_not():
    body = cleaned((TEST_FILES / "MR_small.dcm").read_bytes()).body
    part = Area(x=0, y=0, width=20, height=10)

    enlarged = [_shown(render_frame(body, DICOM, FrameRequest(area=part, longest_edge=edge))) for edge in (60, 900, 20)]

    assert [shown.shape for shown in enlarged] == [(30, 60), (40, 80), (10, 20)]
    with pytest.raises(UserError, match="frame_unknown"):
        render_frame(body, DICOM, FrameRequest(area=Area(x=64, y=0, width=1, height=1)))


def test_mask_of_another_frame_is_not_drawn():
    body = cleaned(multi_frame()).body
    mask = Area(x=0, y=0, width=3, height=3, frame=1)

    plain, hatched = (render_frame(body, DICOM, FrameRequest(lossless=True, hatched=areas)) for areas in ((), (mask,)))

    assert plain.body == hatched.body


def test_photo_is_drawn_on_where_masks_or_a_part_are_asked_for():
    data = photo("PNG")

    hatched = render_frame(data, "image/png", FrameRequest(lossless=True, hatched=(Area(x=0, y=0, width=9, height=9),)))
    part = render_frame(data, "image/png", FrameRequest(lossless=True, area=Area(x=0, y=0, width=9, height=5)))

    assert set(_shown(hatched)[1:8, 1:8].ravel().tolist()) == {88, 176}
    assert _shown(part).shape == (5, 9, 3)


def test_projection_shows_the_brightest_of_every_slice():
    slices = [(_slice(value), DICOM, FrameRequest(lossless=True)) for value in (2000, 2001, 2002)]

    shown = _shown(render_projection(slices))

    assert sorted(np.flatnonzero(shown > 200).tolist()) == [2000 % 24, 2001 % 24, 2002 % 24]


def test_projection_hatches_the_masks_of_all_slices():
    areas = [Area(x=0, y=0, width=3, height=3), Area(x=3, y=0, width=3, height=4, frame=0)]
    slices = [(_slice(2000), DICOM, FrameRequest(lossless=True, hatched=(area,))) for area in areas]

    shown = _shown(render_projection(slices))

    assert shown[1, 1] in (88, 176)
    assert shown[1, 4] in (88, 176)


def test_projection_leaves_out_slices_of_another_size():
    other = cleaned((TEST_FILES / "MR_small.dcm").read_bytes()).body
    slices = [(body, DICOM, FrameRequest(lossless=True)) for body in (_slice(2000), other)]

    assert _shown(render_projection(slices)).shape == (4, 6)


def test_projection_of_nothing_or_of_an_unknown_frame_is_refused():
    for slices in ([], [(_slice(2000), DICOM, FrameRequest(frame=3))]):
        with pytest.raises(UserError, match="frame_unknown"):
            render_projection(slices)


def test_projection_of_a_photo_is_the_photo():
    shown = _shown(render_projection([(photo("PNG"), "image/png", FrameRequest(lossless=True))]))

    assert shown.shape == (30, 40, 3)


def _values(original, **request):
    return read_values(cleaned(original).body, DICOM, FrameRequest(**request))


def test_values_are_the_rescaled_pixels_of_an_area():
    assert _values(ct())[0][:3] == (-1024, -1023, -1022)
    assert _values(ct(RescaleSlope="2"), area=Area(x=4, y=3, width=5, height=5)) == ((-980, -978),)


def test_values_under_a_mask_or_beside_the_scan_are_unknown():
    mask = Area(x=0, y=0, width=2, height=1)
    elsewhere = Area(x=2, y=0, width=1, height=1, frame=1)

    masked = _values(ct(), hatched=(mask, elsewhere), area=Area(x=1, y=0, width=2, height=1))
    padded = _values(ct(PixelPaddingValue=0))

    assert masked == ((None, -1022),)
    assert padded[0][:2] == (None, -1023)


@pytest.mark.parametrize(
    "changes",
    [
        {"Modality": "MR"},
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
        {"RescaleType": "US"},
        {"RescaleSlope": None, "RescaleIntercept": None},
        {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelData": bytes(24)},
    ],
)
def test_nothing_but_a_rescaled_ct_has_values(changes):
    assert _values(ct(**changes)) is None


def test_photo_and_area_beside_it_have_no_values():
    assert read_values(photo(), "image/jpeg", FrameRequest()) is None
    with pytest.raises(UserError, match="frame_unknown"):
        _values(ct(), area=Area(x=6, y=0, width=1, height=1))
