"""Sealing: what is written comes back, anywhere in it; whatever was touched does not."""

from __future__ import annotations

import io
import zipfile
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import PermanentError
from storage.sealing import CHUNK_BYTES, SealedPart, SealedReader, SealingWriter, open_bytes, seal_bytes

KEY = bytes(range(32))
BIG = bytes(index % 251 for index in range(CHUNK_BYTES)) * 3 + b"end"
SEALED = seal_bytes(BIG, key=KEY, name="a")
SIZES = st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
SEALED_CHUNK = CHUNK_BYTES + 16
HEADER = 12


def reader(*parts: tuple[bytes, str]) -> SealedReader:
    return SealedReader([SealedPart(open=partial(io.BytesIO, sealed), key=KEY, name=name) for sealed, name in parts])


@settings(max_examples=20, deadline=None)
@given(size=SIZES, cut=st.integers(min_value=1, max_value=CHUNK_BYTES * 2))
def test_pieces_of_any_size_come_back_whole(size, cut):
    stream = io.BytesIO()
    writer = SealingWriter(stream, key=KEY, name="a")

    for start in range(0, size, cut):
        writer.write(BIG[start : min(start + cut, size)])
    writer.close()

    assert open_bytes(stream.getvalue(), key=KEY, name="a") == BIG[:size]


@settings(max_examples=40, deadline=None)
@given(place=st.integers(min_value=0, max_value=len(SEALED) - 1), bit=st.integers(min_value=0, max_value=7))
def test_any_changed_bit_is_noticed(place, bit):
    changed = bytearray(SEALED)
    changed[place] ^= 1 << bit

    with pytest.raises(PermanentError, match="sealed_damaged"):
        open_bytes(bytes(changed), key=KEY, name="a")


@settings(max_examples=40, deadline=None)
@given(length=st.integers(min_value=0, max_value=len(SEALED) - 1))
def test_any_cut_is_noticed_before_a_byte_is_read(length):
    with pytest.raises(PermanentError, match="sealed_damaged"):
        reader((SEALED[:length], "a"))


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_cut_between_chunks_is_noticed(chunks):
    with pytest.raises(PermanentError, match="sealed_damaged"):
        reader((SEALED[: HEADER + chunks * SEALED_CHUNK], "a"))


def test_added_bytes_are_noticed():
    with pytest.raises(PermanentError, match="sealed_damaged"):
        reader((SEALED + SEALED[HEADER : HEADER + SEALED_CHUNK], "a"))


def test_swapped_chunks_are_noticed():
    first, second = HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK
    swapped = SEALED[:HEADER] + SEALED[first:second] + SEALED[HEADER:first] + SEALED[second:]

    with pytest.raises(PermanentError, match="sealed_damaged"):
        open_bytes(swapped, key=KEY, name="a")


def test_chunk_of_another_object_is_noticed():
    other = seal_bytes(BIG, key=KEY, name="a")
    mixed = SEALED[: HEADER + SEALED_CHUNK] + other[HEADER + SEALED_CHUNK :]

    with pytest.raises(PermanentError, match="sealed_damaged"):
        open_bytes(mixed, key=KEY, name="a")


@pytest.mark.parametrize(("key", "name"), [(KEY, "b"), (bytes(32), "a")])
def test_other_name_or_key_opens_nothing(key, name):
    with pytest.raises(PermanentError, match="sealed_damaged"):
        open_bytes(SEALED, key=key, name=name)


def test_sealing_twice_looks_different():
    assert seal_bytes(b"x", key=KEY, name="a") != seal_bytes(b"x", key=KEY, name="a")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4 * CHUNK_BYTES), st.integers(0, CHUNK_BYTES + 5)), max_size=6))
def test_seeking_reads_what_a_plain_file_would(steps):
    plain = io.BytesIO(BIG * 2)

    with reader((SEALED, "a"), (seal_bytes(BIG, key=KEY, name="b"), "b")) as sealed:
        for place, size in steps:
            plain.seek(place)
            sealed.seek(place)
            assert sealed.read(size) == plain.read(size)
            assert sealed.tell() == plain.tell()


def test_parts_in_another_order_do_not_open():
    other = seal_bytes(b"second", key=KEY, name="b")

    with pytest.raises(PermanentError, match="sealed_damaged"):
        reader((other, "a"), (SEALED, "b"))


def test_reader_has_the_ends_of_a_file():
    with reader((SEALED, "a")) as sealed:
        assert sealed.seek(-3, io.SEEK_END) == len(BIG) - 3
        assert (sealed.read(), sealed.read(1)) == (b"end", b"")
        assert sealed.seek(-1, io.SEEK_CUR) == len(BIG) - 1
        with pytest.raises(ValueError, match="negative"):
            sealed.seek(-1)


def test_no_parts_are_an_empty_file():
    assert SealedReader([]).read() == b""


def test_zip_is_read_without_holding_it_whole():
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for number in range(4):
            archive.writestr(f"slice-{number}", BIG[number:])

    with reader((seal_bytes(plain.getvalue(), key=KEY, name="z"), "z")) as sealed, zipfile.ZipFile(sealed) as archive:
        names = archive.namelist()
        assert archive.read("slice-3") == BIG[3:]

    assert len(names) == 4
