"""The archive: sealed objects in a folder."""

from __future__ import annotations

import pytest

from domain.errors import PermanentError, TransientError
from domain.ids import ObjectId
from domain.ports.archive import SealedObject
from storage.archive import LocalArchive
from storage.keyring import Keyring

NAME = ObjectId("abcdef0123456789")
DATA = b"de-identified" * 200_000


@pytest.fixture
def archive(tmp_path, keyring):
    (tmp_path / "archive").mkdir()
    return LocalArchive(tmp_path / "archive", keyring)


def files(tmp_path):
    return [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_object_comes_back_in_another_process(archive, keyring, tmp_path):
    sealed = archive.put(NAME, DATA)

    again = LocalArchive(tmp_path / "archive", Keyring(keyring.folder))

    assert again.read(sealed) == DATA
    assert sealed.size_bytes == len(DATA)


def test_object_is_put_in_pieces_and_read_in_the_middle(archive):
    sealed = archive.put(NAME, (DATA[start : start + 7_777] for start in range(0, len(DATA), 7_777)))

    with archive.open(sealed) as reader:
        reader.seek(1_500_000)
        assert reader.read(1_000) == DATA[1_500_000:1_501_000]


def test_files_hold_nothing_in_clear(archive, tmp_path):
    archive.put(NAME, DATA)

    (path,) = files(tmp_path)

    assert b"de-identified" not in path.read_bytes()


def test_repeat_spoils_neither_object(archive):
    first = archive.put(NAME, b"first")
    second = archive.put(NAME, b"second")

    assert (archive.read(first), archive.read(second)) == (b"first", b"second")


async def test_shredding_removes_every_file_and_may_be_repeated(archive, tmp_path):
    sealed = archive.put(NAME, DATA)
    archive.put(NAME, DATA)

    await archive.shred(NAME)
    await archive.shred(NAME)

    assert files(tmp_path) == []
    with pytest.raises(PermanentError, match="object_missing"):
        archive.open(sealed)


def test_failed_source_leaves_no_file(archive, tmp_path):
    def broken():
        yield DATA
        raise LookupError

    with pytest.raises(LookupError):
        archive.put(NAME, broken())

    assert files(tmp_path) == []


def test_object_of_another_name_or_size_is_refused(archive, tmp_path):
    sealed = archive.put(NAME, DATA)
    longer = SealedObject(
        object_id=NAME, size_bytes=len(DATA) + 1, wrapped_key=sealed.wrapped_key, key_id=sealed.key_id
    )
    other = SealedObject(
        object_id=ObjectId("other"), size_bytes=len(DATA), wrapped_key=sealed.wrapped_key, key_id=sealed.key_id
    )

    for wrong, code in ((longer, "sealed_damaged"), (other, "key_damaged")):
        with pytest.raises(PermanentError, match=code):
            archive.open(wrong)


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".hidden"])
def test_name_leads_nowhere_else(archive, name):
    with pytest.raises(PermanentError, match="name_unsafe"):
        archive.put(ObjectId(name), DATA)


def test_folder_that_went_away_is_tried_again(tmp_path, keyring):
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(TransientError, match="disk_unavailable"):
        LocalArchive(tmp_path / "file", keyring).put(NAME, DATA)
