"""Frames decoded once while a file is in hand, and anew when its pixels have changed."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from deidentify.pixels.decoding import Decoded, decode_frame, keep_decoded, last_decoded, quiet
from deidentify.pixels.masking import mask_dataset
from domain.study import Area

RUN_LENGTHS = "MR_small_RLE.dcm"


@pytest.fixture
def body() -> bytes:
    path = get_testdata_file(RUN_LENGTHS)
    with open(str(path), "rb") as file:
        return file.read()


def test_frame_is_decoded_once_and_cannot_be_written_to(body: bytes):
    dataset = dcmread(BytesIO(body))

    first, again = decode_frame(dataset, 0), decode_frame(dataset, 0)

    assert first is again
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_frame_of_the_same_file_is_taken_over(body: bytes):
    before, after = dcmread(BytesIO(body)), dcmread(BytesIO(body))
    frame = decode_frame(before, 0)

    keep_decoded(after, last_decoded(before))

    assert decode_frame(after, 0) is frame


def test_masked_pixels_are_decoded_anew(body: bytes):
    dataset = dcmread(BytesIO(body))
    former = decode_frame(dataset, 0)

    with quiet():
        mask_dataset(dataset, [Area(x=0, y=0, width=8, height=8)])
    masked = decode_frame(dataset, 0)

    assert len(np.unique(masked[:8, :8])) == 1
    assert len(np.unique(former[:8, :8])) > 1


def test_frame_of_other_pixels_is_not_taken_over(body: bytes):
    dataset = dcmread(BytesIO(body))
    foreign = Decoded(0, b"the pixels of another file", np.zeros((64, 64), np.int16))

    keep_decoded(dataset, foreign)

    assert decode_frame(dataset, 0).any()


def test_large_frame_is_not_handed_on(body: bytes):
    dataset = dcmread(BytesIO(body))
    large = np.broadcast_to(np.int16(1), (8192, 8192))

    keep_decoded(dataset, Decoded(0, b"large", large))

    assert last_decoded(dataset) is None
