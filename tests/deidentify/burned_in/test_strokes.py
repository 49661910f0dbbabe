"""The cheap look at slices: strokes are seen, anatomy and noise are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from deidentify.burned_in.strokes import CELL, only_strokes, outstanding, stroke_cells, stroke_mask


def _anatomy(kind: type[np.generic]) -> np.ndarray:
    rows, columns = np.mgrid[-1:1:512j, -1:1:512j]
    body = 1000.0 * (rows**2 + columns**2 < 0.6) + 600.0 * ((rows - 0.4) ** 2 + columns**2 < 0.02)
    noise = np.random.default_rng(5).normal(0, 15, body.shape)
    return np.asarray(cv2.GaussianBlur(body, (0, 0), 3) + noise + 100).astype(kind)


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.int32, np.float32])
def test_anatomy_holds_no_strokes(kind):
    offset = -1024 if kind is np.int16 else 40

    assert stroke_mask((_anatomy(np.int32) + offset).astype(kind)).sum() <= 25


@pytest.mark.parametrize("scale", [0.35, 0.5])
def test_burned_in_line_holds_strokes(scale):
    frame = _anatomy(np.int16)

    drawn = cv2.putText(np.zeros(frame.shape, np.uint8), "FICTUS ZEBRA", (8, 20), 0, scale, 255, 1)
    frame[drawn > 0] = 3000
    found = stroke_mask(frame)

    assert found[:30, :200].sum() > 100
    assert found[30:].sum() <= 25


def test_flat_frame_holds_no_strokes():
    assert not stroke_mask(np.full((64, 64), -7, np.int16)).any()
    assert stroke_mask(np.zeros((3, 5), np.uint8)).shape == (3, 5)


def _written(frame: np.ndarray, at: tuple[int, int], value: float, words: str = "FICTUS 12345678") -> np.ndarray:
    drawn = cv2.putText(np.zeros(frame.shape, np.uint8), words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1)
    return np.where(drawn > 0, value, frame)


def _stack(size: int = 12) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    body = _anatomy(np.float32)
    return [np.roll(body, place, axis=1) + rng.normal(0, 12, body.shape) for place in range(size)]


def _suspects(frames: list[np.ndarray], covered: np.ndarray | None = None) -> list[int]:
    cells = np.stack([stroke_cells(frame) for frame in frames])
    return outstanding(cells, np.zeros(cells.shape[2:], np.bool_) if covered is None else covered)


@pytest.mark.parametrize("value", [1900, 1450, 700, -900])
def test_text_on_one_slice_over_tissue_stands_out(value):
    frames = _stack()

    frames[7] = _written(frames[7], (200, 250), value)

    assert _suspects(frames) == [7]


def test_standing_text_on_one_slice_stands_out():
    frames = _stack()

    frames[4] = np.rot90(_written(np.rot90(frames[4]), (200, 250), 1900), -1)

    assert _suspects(frames) == [4]


@pytest.mark.parametrize("shape", [(512, 512), (3, 5), (33, 41)])
def test_stack_without_text_has_no_suspects(shape):
    frames = [frame[: shape[0], : shape[1]] for frame in _stack()]

    assert _suspects(frames) == []
    assert _suspects([frame * 0 for frame in frames]) == []


def test_constant_text_is_nothing_unusual():
    frames = [_written(frame, (20, 40), 1900) for frame in _stack()]

    assert _suspects(frames) == []


def test_text_that_reaches_out_of_the_mask_stands_out():
    frames = _stack()
    frames[7] = _written(frames[7], (200, 250), 1900)
    whole = np.zeros((512 // CELL, 512 // CELL), np.bool_)
    whole[27:35, 22:46] = True
    part = whole.copy()
    part[:, 33:] = False

    assert _suspects(frames, whole) == []
    assert _suspects(frames, part) == [7]


def test_only_so_many_slices_stand_out():
    frames = _stack(40)

    for place in range(0, 36, 2):
        frames[place] = _written(frames[place], (150, 60 + 10 * place), 1900)

    assert len(_suspects(frames)) == 16


def test_only_strokes_are_left_of_a_picture():
    view = np.full((64, 128), 20, np.uint8)
    view[:, 64:] = 200
    written = _written(view, (45, 40), 110, "ZEBRA").astype(np.uint8)

    flat = only_strokes(written)

    assert np.all(only_strokes(view) == 128)
    assert set(np.sign(flat[written == 110] - 128.0)) >= {-1.0, 1.0}
