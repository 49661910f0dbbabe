"""Comments inside of compressed streams."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate

from deidentify.pixels.streams import blank_comments, stated_size
from domain.errors import DeidentificationError
from tests.deidentify.originals import TEST_FILES, cleaned, code, encoded, photo, read

MARK = b"FICTUS ZEBRA"


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def _jpeg2000(**options) -> bytes:
    buffer = BytesIO()
    Image.open(BytesIO(photo("PNG"))).save(buffer, "JPEG2000", **options)
    return buffer.getvalue()


def _decoded(stream: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(stream)))


def test_jpeg_comments_go_and_the_picture_stays():
    stream = photo(comment=MARK, exif=_exif(), dpi=(72, 72)) + MARK
    blanked = bytearray(stream)

    count = blank_comments(blanked)

    assert count == 3
    assert MARK not in blanked
    assert len(blanked) == len(stream)
    assert np.array_equal(_decoded(blanked), _decoded(stream))


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = MARK.decode()
    return exif


def test_jpeg_2000_comments_go_in_code_streams_and_boxes():
    plain = _jpeg2000(no_jp2=True, comment=MARK)
    boxed = _jpeg2000(comment=MARK)
    after = 12 + int.from_bytes(boxed[12:16], "big")
    boxed = boxed[:after] + _box(b"xml ", MARK) + boxed[after:]
    blanked = [bytearray(plain), bytearray(boxed)]

    counts = [blank_comments(stream) for stream in blanked]

    assert counts == [1, 2]
    assert not any(MARK in stream for stream in blanked)
    assert all(np.array_equal(_decoded(stream), _decoded(plain)) for stream in blanked)


def test_comment_in_a_tile_header_goes():
    plain = _jpeg2000(no_jp2=True)
    tile = plain.index(b"\xff\x90\x00\x0a")
    comment = b"\xff\x64" + (len(MARK) + 4).to_bytes(2, "big") + b"\0\1" + MARK
    length = int.from_bytes(plain[tile + 6 : tile + 10], "big") + len(comment)
    stream = bytearray(plain[: tile + 6] + length.to_bytes(4, "big") + plain[tile + 10 : tile + 12] + comment)
    stream += plain[tile + 12 :]

    assert blank_comments(stream) == 1 + (b"\xff\x64" in plain[:tile])
    assert MARK not in stream


def test_padded_markers_and_unfinished_streams_are_read():
    assert blank_comments(bytearray(b"\xff\xd8\xff\xff\xfe\x00\x06" + b"ABCD\xff\xda")) == 1
    assert blank_comments(bytearray(b"\xff\xd8\xff\xfe\x00\x00")) == 1
    assert blank_comments(bytearray(b"\xff\x4f\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x00")) == 0
    assert blank_comments(bytearray(b"\xff\x4f\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x0c")) == 0


@pytest.mark.parametrize("boxes", [b"", b"\0\0\0\0xml ", b"\0\0\0\7xml ", b"\0\0\1\0ftyp"])
def test_boxes_that_lead_nowhere_are_refused(boxes):
    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        blank_comments(bytearray(_jpeg2000()[:12] + boxes + MARK))


def test_size_is_read_from_every_kind_of_stream():
    assert stated_size(photo()) == stated_size(_jpeg2000()) == stated_size(_jpeg2000(no_jp2=True)) == (30, 40)
    assert stated_size(b"") is stated_size(b"\xff\xd8") is stated_size(b"\xff\x4f\xff\x51") is None


def test_stream_of_another_size_than_the_header_is_refused():
    dataset = pydicom.dcmread(TEST_FILES / "SC_rgb_jpeg_gdcm.dcm")
    dataset.PixelData = encapsulate([photo(size=(101, 100))])
    dataset["PixelData"].VR = "OB"

    assert code(encoded(dataset, dataset.file_meta.TransferSyntaxUID)) == "pixels_undecodable"


def test_marks_in_a_compressed_dicom_image_go():
    dataset = pydicom.dcmread(TEST_FILES / "SC_rgb_jpeg_gdcm.dcm")
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.PixelData = encapsulate([photo(size=(100, 100), comment=MARK)])
    dataset["PixelData"].VR = "OB"

    outcome = cleaned(encoded(dataset, dataset.file_meta.TransferSyntaxUID))

    assert MARK not in outcome.body
    assert outcome.report["stream_comment_blanked"] >= 1
    assert read(outcome).pixel_array.shape == (100, 100, 3)


@given(st.sampled_from([b"\xff\xd8", b"\xff\x4f", b"\x00\x00\x00\x0cjP  \r\n\x87\n", b""]), st.binary(max_size=200))
def test_no_bytes_make_it_stumble(start, rest):
    stream = bytearray(start + rest)

    with suppress(DeidentificationError):
        blank_comments(stream)

    assert len(stream) == len(start) + len(rest)
