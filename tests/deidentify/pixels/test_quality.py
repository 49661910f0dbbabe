"""What limits a photo, and where in it the screen is."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from deidentify.burned_in_samples import screen_photo
from deidentify.pixels.quality import blockiness, find_viewport, is_clipped, judge_photo, shows_moire
from domain.study import Area, Concern


def _anatomy(rows: int = 1200, columns: int = 1600) -> np.ndarray:
    """Return smooth shades with fine noise, as radiographs have."""
    noise = np.random.default_rng(5).normal(0, 1, (rows, columns)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 40) * 3000 + cv2.GaussianBlur(noise, (0, 0), 1) * 20
    return np.asarray(np.clip(110 + smooth, 0, 240), dtype=np.uint8)


def _screen_grid(grey: np.ndarray) -> np.ndarray:
    """Return what a camera sees of a screen: its grid of points, a little turned."""
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]]
    waves = 12 * np.sin(rows / 1.7 + columns / 11) + 12 * np.sin(columns / 1.9 - rows / 13)
    waves += 9 * np.sin(rows / 2.4 + columns / 2.9) + 9 * np.sin(rows / 3.0 - columns / 2.2)
    return np.asarray(np.clip(grey + waves, 0, 255), dtype=np.uint8)


def _coded(grey: np.ndarray, quality: int) -> tuple[np.ndarray, dict]:
    buffer = BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=quality)
    picture = Image.open(BytesIO(buffer.getvalue()))
    return np.asarray(picture), getattr(picture, "quantization", {})


def test_good_picture_raises_no_concern():
    assert judge_photo(_anatomy(), from_camera=False) == ()


def test_grid_of_a_screen_is_seen():
    assert shows_moire(_screen_grid(_anatomy()))
    assert judge_photo(_screen_grid(_anatomy()), from_camera=False)[0] is Concern.SCREEN_PHOTO
    assert not shows_moire(_anatomy(100, 900))


def test_lines_of_an_interface_are_no_grid():
    lined = _anatomy()
    lined[[350, 420, 500, 812]], lined[:, [560, 700, 711, 1020]] = 255, 0

    assert not shows_moire(lined)


def test_camera_makes_a_photo_of_a_screen():
    assert judge_photo(np.repeat(_anatomy()[..., None], 3, 2), from_camera=True) == (Concern.SCREEN_PHOTO,)


def test_small_picture_is_told():
    assert judge_photo(_anatomy(700, 900), from_camera=False) == (Concern.LOW_RESOLUTION,)


@pytest.mark.parametrize(("quality", "told"), [(95, False), (85, False), (40, True), (15, True)])
def test_strong_compression_is_told(quality, told):
    grey, tables = _coded(_anatomy(), quality)

    assert (Concern.COMPRESSED in judge_photo(grey, tables, from_camera=False)) is told


def test_earlier_compression_shows_in_blocks():
    grey, _ = _coded(_anatomy(), 10)

    assert blockiness(grey) > 1.6 > blockiness(_anatomy())
    assert blockiness(_anatomy(12, 12)) == 1.0
    assert Concern.COMPRESSED in judge_photo(grey, None, from_camera=False)


def test_burnt_out_photo_is_told():
    bright = _anatomy()
    bright[:200] = 255

    assert is_clipped(bright)
    assert Concern.CLIPPED in judge_photo(bright, from_camera=True)
    assert Concern.CLIPPED not in judge_photo(bright, from_camera=False)


def test_blurred_photo_is_told():
    view = np.asarray(Image.open(BytesIO(screen_photo())))
    blurred = cv2.GaussianBlur(view, (0, 0), 4)

    assert Concern.BLURRED in judge_photo(blurred, from_camera=False)
    assert Concern.BLURRED not in judge_photo(view, from_camera=False)
    assert Concern.BLURRED not in judge_photo(np.zeros((1200, 1600), np.uint8), from_camera=False)


def _desk_with_screen(corners) -> np.ndarray:
    view = np.full((900, 1200, 3), 70, np.uint8)
    cv2.fillConvexPoly(view, np.array(corners, np.int32), (20, 22, 25))
    return view


def test_screen_is_found_though_it_is_askew():
    found = find_viewport(_desk_with_screen([(150, 120), (1050, 90), (1080, 780), (130, 800)]))

    assert abs(found.x - 130) < 20
    assert abs(found.y - 90) < 20
    assert abs(found.x + found.width - 1080) < 25
    assert abs(found.y + found.height - 800) < 25


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (1199, 0), (1199, 899), (0, 899)],
        [(100, 400), (1100, 400), (1100, 560), (100, 560)],
        [(500, 400), (600, 400), (600, 500), (500, 500)],
    ],
)
def test_no_screen_where_nothing_fits(corners):
    assert find_viewport(_desk_with_screen(corners)) is None


def test_screen_of_the_sample_photo_is_found():
    view = np.asarray(Image.open(BytesIO(screen_photo())))

    found = find_viewport(view)

    assert isinstance(found, Area)
    assert found.width > 900
    assert Concern.SCREEN_PHOTO in judge_photo(view, from_camera=False)
