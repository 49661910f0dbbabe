"""The search over a series: sums of stacks, whole looks at single pictures, quarantine of what still shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate, generate_frames

from deidentify.pixels.masking import mask_dataset
from deidentify.pixels.search import SeriesSearch, TextFinder
from domain.errors import DeidentificationError
from domain.study import Area
from tests.deidentify.pixels.pictures import FINDER, dataset, white_is_text, with_white

NAME = (4, 6, 40, 12)
MARKER = (80, 40, 8, 8)


def _search(**options) -> SeriesSearch:
    return SeriesSearch(finder=FINDER, **options)


def _slices(pictures, **values):
    """Return a search over slices, each given by its pixels, with the slices by key."""
    search = _search()
    slices = {str(place): dataset(pixels, Modality="CT", **values) for place, pixels in enumerate(pictures)}
    for key, one in slices.items():
        search.add(key, one)
    return search, slices


def _box(box):
    return Area(x=box[0], y=box[1], width=box[2], height=box[3])


def test_single_picture_is_read_whole():
    search = _search()
    search.add("a", dataset(with_white((64, 96), NAME, MARKER), Modality="CR"))

    found = search.finish()["a"]

    assert found.masks == (_box(NAME),)
    assert found.kept_text == (_box(MARKER),)
    assert not found.needs_reading


def test_marker_that_is_a_value_of_the_header_is_masked():
    search = _search(named=frozenset({"R"}))
    search.add("a", dataset(with_white((64, 96), MARKER), Modality="CR"))

    found = search.finish()["a"]

    assert found.masks == (_box(MARKER),)
    assert found.marker_lost


def test_slices_share_one_mask_for_all_that_any_of_them_shows():
    pictures = [with_white((64, 96), NAME, *([(50, 40, 30, 10)] if place == 3 else [])) for place in range(6)]
    search, _ = _slices(pictures)

    found = search.finish()

    assert len(set(map(id, found))) == 6
    assert {one.masks for one in found.values()} == {(_box(NAME), Area(x=50, y=40, width=30, height=10))}
    assert not any(one.needs_reading or one.still_shows for one in found.values())


def test_slices_of_different_sizes_are_summed_up_apart():
    pictures = [with_white((64, 96), NAME)] * 4 + [with_white((32, 40))] * 4
    search, _ = _slices(pictures)

    found = search.finish()

    assert [len(found[str(place)].masks) for place in range(8)] == [1] * 4 + [0] * 4


def test_few_slices_are_read_one_by_one_in_the_second_pass():
    search, slices = _slices([with_white((64, 96), NAME), with_white((64, 96))])

    assert all(one.needs_reading for one in search.finish().values())
    assert [len(search.reread(key, one).masks) for key, one in slices.items()] == [1, 0]


def _lettered(pixels: np.ndarray, value: int = 240) -> np.ndarray:
    """Return a picture with a line of letters, less bright than what the finder of the tests takes for text."""
    drawn = cv2.putText(np.zeros_like(pixels), "ZEBRA 123", (4, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1)
    return np.where(drawn > 0, value, pixels).astype(np.uint8)


@pytest.mark.parametrize("value", [240, 150, 0])
def test_slice_with_strokes_of_its_own_is_read_again(value):
    pictures = [with_white((64, 96), MARKER)] * 7
    search, slices = _slices([*pictures, _lettered(np.maximum(pictures[0], 80), value)])

    needing = [key for key, one in search.finish().items() if one.needs_reading]

    assert needing == ["7"]
    assert not search.reread("7", slices["7"]).needs_reading


def test_suspect_slice_is_looked_at_without_its_anatomy():
    seen = []
    search = SeriesSearch(finder=TextFinder(find=lambda view, **_: seen.append(view) or white_is_text(view * 0)))
    slices = [*[with_white()] * 7, _lettered(with_white())]
    for place, pixels in enumerate(slices):
        search.add(str(place), dataset(pixels, Modality="CT"))
    search.finish()
    before = len(seen)

    search.reread("7", dataset(slices[7], Modality="CT"))

    assert [int(np.median(view)) for view in seen[before:]] == [0, 128]


def test_strokes_under_the_mask_ask_for_nothing():
    covered = (0, 24, 96, 24)
    pictures = [with_white((64, 96), covered)] * 7 + [_lettered(with_white())]
    search, _ = _slices(pictures)

    assert not any(one.needs_reading for one in search.finish().values())


def test_moving_picture_is_summed_up_by_itself():
    frames = np.stack([with_white((64, 96), NAME)] * 5)
    search = _search()
    search.add("cine", dataset(np.repeat(frames[..., None], 3, axis=3), Modality="US"))

    found = search.finish()["cine"]

    assert found.masks == (_box(NAME),)
    assert not found.needs_reading


def test_frames_of_a_short_moving_picture_have_masks_of_their_own():
    frames = np.stack([with_white((64, 96), NAME), with_white((64, 96), (20, 40, 30, 10))])
    moving = dataset(frames, Modality="US")
    search = _search()
    search.add("cine", moving)

    assert search.finish()["cine"].needs_reading
    assert [area.frame for area in search.reread("cine", moving).masks] == [0, 1]


def test_dark_text_on_bright_slices_is_looked_at():
    pixels = np.full((64, 96), 200, np.uint8)
    pixels[10:20:3, 10:60] = 0
    seen = []
    search = SeriesSearch(finder=TextFinder(find=lambda view, **_: seen.append(view) or white_is_text(view * 0)))
    for place in range(5):
        search.add(str(place), dataset(pixels, Modality="MR"))

    search.finish()

    assert len(seen) == 3


def test_masked_file_passes_and_an_unmasked_one_does_not():
    made = dataset(with_white((64, 96), NAME), Modality="CR")
    made.PixelData = (np.frombuffer(made.PixelData, np.uint8) // 2 + np.arange(64 * 96) % 3).astype(np.uint8).tobytes()
    search = SeriesSearch(finder=FINDER)
    search.add("a", dataset(with_white((64, 96), NAME), Modality="CR"))
    masks = search.finish()["a"].masks

    assert search.still_shows("a", made)
    mask_dataset(made, masks)
    assert not search.still_shows("a", made)


def test_mask_of_one_frame_is_checked_in_that_frame():
    moving = dataset(np.stack([with_white((64, 96), NAME), *[with_white((64, 96))] * 2]), Modality="US")
    search = _search()
    search.add("cine", moving)
    search.finish()
    found = search.reread("cine", moving)

    mask_dataset(moving, found.masks)

    assert not search.still_shows("cine", moving)


def test_what_shows_after_the_first_mask_is_masked_too():
    looks = iter([white_is_text(with_white((64, 96), NAME)), white_is_text(with_white((64, 96), (4, 30, 40, 12)))])
    shows = iter([True, False])
    finder = TextFinder(find=lambda view, **_: next(looks), shows=lambda view, found: next(shows))
    search = SeriesSearch(finder=finder)

    search.add("a", dataset(with_white(), Modality="CR"))

    found = search.finish()["a"]
    assert (len(found.masks), found.still_shows) == (2, False)


def test_what_shows_after_the_second_mask_is_quarantined():
    finder = TextFinder(find=lambda view, **_: white_is_text(with_white((64, 96), NAME)), shows=lambda *_: True)
    search = SeriesSearch(finder=finder)
    made = dataset(with_white(), Modality="CR")

    search.add("a", made)

    assert search.finish()["a"].still_shows
    assert search.still_shows("a", made)


def test_what_cannot_be_decoded_stays_outside():
    made = dataset(with_white(), Modality="CR")
    made.PixelData = b"\0\0"

    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        _search().add("a", made)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from(["u1", "u2", "i2"]), st.sampled_from(["CT", "MR", "CR"]), st.integers(4, 6))
def test_constant_text_is_found_in_any_kind_of_grey(data, dtype, modality, count):
    x, y = data.draw(st.integers(0, 40)), data.draw(st.integers(0, 40))
    base = with_white((64, 96), (x, y, 30, 12)).astype(dtype) * (1 if dtype == "u1" else 16)
    search = _search()

    for place in range(count):
        search.add(str(place), dataset(base, Modality=modality))

    for found in search.finish().values():
        assert found.masks == (Area(x=x, y=y, width=30, height=12),)


def test_slices_of_too_many_sizes_are_read_whole():
    pictures = [with_white((64 + place, 96), NAME) for place in range(10)]
    search, _ = _slices(pictures)

    found = search.finish()

    assert [one.needs_reading for one in found.values()].count(True) == 8
    assert [found[key].masks for key in ("8", "9")] == [(_box(NAME),)] * 2


def test_moving_picture_with_a_broken_frame_is_not_found_at_all():
    moving = dataset(np.stack([with_white()] * 5), Modality="US")
    moving.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    moving.PixelData = encapsulate([b"\0" * 70 if place == 3 else one for place, one in enumerate(_streams(moving))])
    search = _search()

    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        search.add("cine", moving)
    assert search.finish() == {}


def _streams(made) -> list[bytes]:
    return list(generate_frames(made.PixelData, number_of_frames=int(made.NumberOfFrames)))
