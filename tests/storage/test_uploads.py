"""The vault of uploads: durable segments from any stream, opened in memory, shredded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import PermanentError
from domain.ids import UploadId
from storage.uploads import SEGMENT_BYTES, LocalUploadVault, open_segments
from tests.contracts.samples import NOW, Clock

UPLOAD = UploadId("upload-1")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


@pytest.fixture
def vault(folder, keyring):
    return LocalUploadVault(folder, keyring, clock=Clock(), segment_bytes=1000)


async def stream(*chunks, error=None):
    for chunk in chunks:
        yield chunk
    if error is not None:
        raise error


async def received(vault, chunks, *, first_position=0):
    return [segment async for segment in vault.receive(UPLOAD, chunks, first_position=first_position)]


def read(folder, keyring, segments):
    with open_segments(folder, keyring, segments) as reader:
        return reader.read()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(chunks=st.lists(st.binary(max_size=2500), max_size=5))
async def test_any_stream_comes_back_in_bounded_segments(vault, folder, keyring, chunks):
    segments = await received(vault, stream(*chunks))

    assert all(0 < segment.size_bytes <= 1000 for segment in segments)
    assert [segment.position for segment in segments] == list(range(len(segments)))
    assert read(folder, keyring, segments) == b"".join(chunks)


async def test_large_chunk_fills_whole_segments(folder, keyring):
    vault = LocalUploadVault(folder, keyring, clock=Clock())

    segments = await received(vault, stream(bytes(SEGMENT_BYTES * 2 + 5)))

    assert [segment.size_bytes for segment in segments] == [SEGMENT_BYTES, SEGMENT_BYTES, 5]


async def test_broken_stream_keeps_what_came_before(vault, folder, keyring):
    segments = await received(vault, stream(b"a" * 900, b"b" * 900, error=ConnectionError()))

    rest = await received(vault, stream(b"c"), first_position=len(segments))

    assert read(folder, keyring, [*segments, *rest]) == b"a" * 900 + b"b" * 900 + b"c"


async def test_every_segment_is_durable_when_it_is_told(vault, folder, keyring):
    async for segment in vault.receive(UPLOAD, stream(b"a" * 2500), first_position=0):
        assert len(read(folder, keyring, [segment])) == segment.size_bytes


async def test_abandoned_stream_leaves_no_unfinished_file(vault, folder):
    receiving = vault.receive(UPLOAD, stream(b"a" * 2500), first_position=0)
    await anext(receiving)

    await receiving.aclose()

    assert [path.name.startswith(".") for path in (folder / UPLOAD).iterdir()] == [False]


async def test_two_connections_spoil_neither(vault, folder, keyring):
    first = await received(vault, stream(b"first"))
    second = await received(vault, stream(b"second"))

    assert (read(folder, keyring, first), read(folder, keyring, second)) == (b"first", b"second")


async def test_shredding_removes_strays_and_may_be_repeated(vault, folder, keyring):
    await received(vault, stream(b"stray"))
    segments = await received(vault, stream(b"a" * 2500))

    await vault.shred(segments)
    await vault.shred(segments)

    assert list(folder.iterdir()) == []
    with pytest.raises(PermanentError, match="upload_missing"):
        open_segments(folder, keyring, segments)


async def test_shredding_some_leaves_the_others(vault, folder, keyring):
    segments = await received(vault, stream(b"a" * 2500))

    await vault.shred(segments[:1])

    assert len(read(folder, keyring, segments[1:])) == 1500


async def test_files_hold_nothing_in_clear(vault, folder):
    await received(vault, stream(b"Marked^Patient" * 200))

    assert all(b"Marked" not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_segments_in_another_order_or_size_are_refused(vault, folder, keyring):
    first, second = await received(vault, stream(b"a" * 1000 + b"b" * 1000))
    moved = replace(first, position=1), replace(second, position=0)

    for wrong in (moved, (replace(first, size_bytes=999), second)):
        with pytest.raises(PermanentError):
            open_segments(folder, keyring, wrong)


async def test_upload_expires_with_the_key_of_its_day(vault, folder, keyring):
    segments = await received(vault, stream(b"a"))

    keyring.destroy_inbox_keys((NOW + timedelta(days=1)).date())

    with pytest.raises(PermanentError, match="inbox_key_missing"):
        open_segments(folder, keyring, segments)
