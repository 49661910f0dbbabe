"""Encapsulated pixel data: run lengths, fragments that make up a frame, and the offset table."""

from __future__ import annotations

import struct
from contextlib import suppress
from io import BytesIO

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from deidentify.pixels.runs import blank_slack
from domain.errors import DeidentificationError
from tests.deidentify.originals import cleaned, code, ct, encoded, explicit, read

MARK = b"FICTUS ZEBRA"


def _jpeg(level: int, *, comment: bytes = b"") -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.full((4, 6), level, np.uint8)).save(buffer, "JPEG", comment=comment)
    return buffer.getvalue() + b"\0" * (len(buffer.getvalue()) % 2)


def _file(fragments: list[bytes], *, frames: int = 1, table: bytes = b"", syntax: str = JPEGBaseline8Bit) -> bytes:
    """Return a file whose pixel data are these fragments."""
    bits = 8 if syntax == JPEGBaseline8Bit else 16
    dataset = ct(NumberOfFrames=frames, BitsAllocated=bits, BitsStored=8, HighBit=7, PixelData=encapsulate([MARK]))
    dataset["PixelData"].VR = "OB"
    whole = encoded(dataset, syntax)
    items = b"".join(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(part)) + part for part in [table, *fragments])
    head = explicit(0x7FE00010, "OB", b"")[:-4] + b"\xff\xff\xff\xff"
    return whole[: whole.index(b"\xe0\x7f\x10\x00")] + head + items + b"\xfe\xff\xdd\xe0\0\0\0\0"


def _rle(pixels: np.ndarray) -> bytes:
    dataset = pydicom.dcmread(BytesIO(encoded(ct(PixelData=pixels.astype("<u2").tobytes()))))
    dataset.compress(RLELossless)
    return next(generate_frames(dataset.PixelData, number_of_frames=1))


def test_text_behind_and_between_segments_goes():
    plain = _rle(np.arange(24) * 10)
    second = struct.unpack("<3L", plain[:12])[2]
    moved = struct.pack("<3L", 2, 64 + 12, second + 24)
    noisy = moved + MARK + bytes(40) + MARK + plain[64:second] + MARK + plain[second:] + MARK

    outcome = cleaned(_file([noisy], syntax=RLELossless))

    assert MARK not in outcome.body
    assert outcome.report["stream_comment_blanked"] == 4
    assert read(outcome).pixel_array.ravel().tolist() == [10 * n for n in range(24)]


def test_clean_run_lengths_stay_to_the_byte():
    plain = _rle(np.zeros(24))

    outcome = cleaned(_file([plain], syntax=RLELossless))

    assert plain in outcome.body
    assert outcome.report.get("stream_comment_blanked", 0) == 0


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bytes(64),
        struct.pack("<16L", 16, *range(64, 79)),
        struct.pack("<16L", 1, 10, *[0] * 14) + bytes(20),
        struct.pack("<16L", 2, 80, 70, *[0] * 13) + bytes(20),
        struct.pack("<16L", 1, 64, *[0] * 14) + b"\x80\x01ab",
        struct.pack("<16L", 1, 64, *[0] * 14) + b"\x17ab",
    ],
)
def test_frames_that_make_no_sense_are_refused(frame):
    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        blank_slack(bytearray(frame), 24)


@given(st.binary(max_size=120), st.integers(1, 15))
def test_no_bytes_lengthen_a_frame(rest, count):
    frame = bytearray(struct.pack("<16L", count, *[64] * 15) + rest)
    length = len(frame)

    with suppress(DeidentificationError):
        blank_slack(frame, 8)

    assert len(frame) == length


def test_comment_across_fragments_goes():
    stream = _jpeg(90, comment=MARK)
    cut = stream.index(MARK) + 5
    parts = [stream[: cut - cut % 2], stream[cut - cut % 2 : -10], stream[-10:]]

    outcome = cleaned(_file(parts))

    assert not any(mark in outcome.body for mark in (MARK, MARK[:6], MARK[7:]))
    assert (read(outcome).pixel_array == 90).all()


def test_each_frame_is_its_own_stream():
    first, second = _jpeg(40, comment=MARK), _jpeg(90)
    table = struct.pack("<2L", 0, len(first) + 8)

    outcome = cleaned(_file([first, second], frames=2, table=table))

    assert MARK not in outcome.body
    assert read(outcome).pixel_array[:, 0, 0].tolist() == [40, 90]


@pytest.mark.parametrize(
    ("fragments", "frames", "table"),
    [
        ([], 1, b""),
        ([MARK], 1, b""),
        ([MARK, _jpeg(90)], 1, b""),
        ([_jpeg(90)] * 2, 1, b""),
        ([_jpeg(90)], 2, b""),
        ([_jpeg(90)], 1, MARK),
        ([_jpeg(90)], 1, b"\0\0\0\0\0\0"),
        ([Image.new("L", (8, 8)).tobytes()], 1, b""),
    ],
)
def test_fragments_that_are_not_the_frames_are_refused(fragments, frames, table):
    assert code(_file(fragments, frames=frames, table=table)) == "pixels_undecodable"


def test_text_in_a_fragment_of_its_own_goes():
    outcome = cleaned(_file([_jpeg(90), MARK]))

    assert MARK not in outcome.body
    assert isinstance(read(outcome), Dataset)
