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


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _grey(**options) -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64).astype(np.uint8)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def _in_every_place(stream: bytes) -> list[bytes]:
    """Return the stream with the mark in each place where a JPEG stream may carry one."""
    scan = stream.rindex(b"\xff\xda")
    application = stream.index(b"\xff\xdb")
    return [
        stream[:scan] + _segment(0xFE, MARK) + stream[scan:],
        stream[:scan] + MARK + stream[scan:],
        stream[:2] + _segment(0xE0, b"JFIF\0" + MARK) + stream[2:],
        stream[:application] + _segment(0xE0, stream[6:20] + MARK) + stream[application:],
        stream[:2] + _segment(0xEE, b"Adobe" + bytes(7) + MARK) + stream[2:],
        stream[:2] + _segment(0xE8, b"mrfx\0" + MARK) + stream[2:],
        stream[:2] + _segment(0xEF, MARK) + stream[2:],
        stream[:2] + _segment(0xF0, MARK) + stream[2:],
        stream + MARK,
        stream + MARK + b"\xff\xd9",
        stream + stream[2:-2] + MARK + b"\xff\xd9",
        stream[:-2] + _segment(0xFE, MARK) + stream[-2:],
    ]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_no_place_in_a_jpeg_stream_carries_text(options):
    plain = _grey(**options)

    for stream in _in_every_place(plain):
        blanked = bytearray(stream)
        assert blank_comments(blanked) >= 1
        assert MARK not in blanked
        assert len(blanked) == len(stream)
        assert b"\xff\xf0" in stream or np.array_equal(_decoded(blanked), _decoded(plain))


def test_clean_jpeg_stays_to_the_byte():
    for options in ({}, {"progressive": True}, {"restart_marker_rows": 1}, {"dpi": (72, 72)}):
        stream = bytearray(_grey(**options))

        assert blank_comments(stream) == 0
        assert stream == _grey(**options)


def _after_first_box(stream: bytes, box: bytes) -> bytes:
    place = 12 + int.from_bytes(stream[12:16], "big")
    return stream[:place] + box + stream[place:]


def _in_header_box(stream: bytes, box: bytes) -> bytes:
    place = stream.index(b"jp2h") - 4
    length = int.from_bytes(stream[place : place + 4], "big")
    grown = (length + len(box)).to_bytes(4, "big")
    return stream[:place] + grown + stream[place + 4 : place + length] + box + stream[place + length :]


def test_no_place_around_a_jpeg_2000_stream_carries_text():
    boxed, plain = _jpeg2000(), _jpeg2000(no_jp2=True)
    streams = [
        boxed + _box(b"xml ", MARK),
        boxed + MARK,
        plain + MARK,
        plain[:2] + plain[2 : plain.index(b"\xff\x52")] + _segment(0x6F, MARK) + plain[plain.index(b"\xff\x52") :],
        _after_first_box(boxed, _box(b"xml ", MARK)),
        *(_in_header_box(boxed, _box(kind, MARK)) for kind in (b"xml ", b"res ", b"uuid")),
        boxed.replace(b"ftypjp2 \0\0\0\0", b"ftypjp2 ZEBR"),
    ]

    for stream in streams:
        blanked = bytearray(stream)
        assert blank_comments(blanked) >= 1
        assert MARK not in blanked
        assert b"ZEBR" not in blanked
        assert len(blanked) == len(stream)
        assert np.array_equal(_decoded(blanked), _decoded(plain))


@pytest.mark.parametrize(
    ("kind", "content", "kept"),
    [
        (b"ihdr", bytes(range(1, 15)), 14),
        (b"colr", b"\1\0\0\0\0\0\x10", 7),
        (b"colr", b"\2\0\0", 3),
        (b"cdef", b"\0\1\0\0\0\0\0\1", 8),
        (b"pclr", b"\0\2\2\7\x0b" + b"\1\2\2\3\4\4", 11),
    ],
)
def test_boxes_of_the_header_keep_what_they_need(kind, content, kept):
    stream = bytearray(_in_header_box(_jpeg2000(), _box(kind, content + MARK)))
    place = stream.index(content + MARK)

    blank_comments(stream)

    assert stream[place : place + kept] == content[:kept]
    assert stream[place + kept : place + kept + len(MARK)] == bytes(len(MARK))


def test_boxes_that_hold_only_what_they_need_stay():
    for kind in (b"bpcc", b"cmap"):
        stream = bytearray(_in_header_box(_jpeg2000(), _box(kind, b"\7\7\7")))

        assert blank_comments(stream) == blank_comments(bytearray(_jpeg2000()))


def test_long_box_and_unmeasured_tile_are_walked_to_the_end():
    boxed = _jpeg2000()
    place = boxed.index(b"jp2c") - 4
    code = bytearray(boxed[place + 8 :])
    tile = code.index(b"\xff\x90\x00\x0a")
    code[tile + 6 : tile + 10] = bytes(4)
    stream = bytearray(boxed[:place] + b"\0\0\0\1jp2c" + (len(code) + 16).to_bytes(8, "big") + code)
    marked = stream + MARK

    blank_comments(stream)
    blank_comments(marked)

    assert marked == stream + bytes(len(MARK))
    assert np.array_equal(_decoded(stream), _decoded(boxed))


def test_text_in_place_of_the_end_goes():
    stream = bytearray(_jpeg2000(no_jp2=True)[:-2] + MARK)

    assert blank_comments(stream) >= 1
    assert MARK not in stream


def test_padded_markers_and_unfinished_streams_are_read():
    assert blank_comments(bytearray(b"\xff\xd8\xff\xff\xfe\x00\x06" + b"ABCD\xff\xda")) == 1
    assert blank_comments(bytearray(b"\xff\xd8\xff\x01\xff\xfe\x00\x00")) == 0
    assert blank_comments(bytearray(b"\xff\x4f\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x00")) == 0
    assert blank_comments(bytearray(b"\xff\x4f\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x0c")) == 0


@pytest.mark.parametrize("stream", [b"", MARK, b"FICTUS" + b"\xff\xd8\xff\xd9"])
def test_what_is_no_stream_is_refused(stream):
    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        blank_comments(bytearray(stream))


@pytest.mark.parametrize("boxes", [b"", b"\0\0\0\0xml ", b"\0\0\0\7xml ", b"\0\0\1\0ftyp"])
def test_boxes_that_lead_nowhere_are_refused(boxes):
    with pytest.raises(DeidentificationError, match="pixels_undecodable"):
        blank_comments(bytearray(_jpeg2000()[:12] + boxes + MARK))


def test_size_is_read_from_every_kind_of_stream():
    assert stated_size(photo()) == stated_size(_jpeg2000()) == stated_size(_jpeg2000(no_jp2=True)) == (30, 40)
    assert stated_size(b"") is stated_size(b"\xff\xd8") is stated_size(b"\xff\x4f\xff\x51") is None
    assert stated_size(_jpeg2000()[:32]) is None


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
