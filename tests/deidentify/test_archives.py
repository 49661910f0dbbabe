"""Zips: bounded before anything is unpacked, and again while it is."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from deidentify.archives import read_entries
from deidentify.limits import MEBIBYTE, Limits
from domain.errors import DeidentificationError
from tests.deidentify.originals import photo, zipped

PICTURE = photo("PNG")


def _codes(data: bytes, limits: Limits | None = None) -> list[str | None]:
    return [entry.code for entry in read_entries(BytesIO(data), limits or Limits())]


def test_pictures_come_out_one_by_one_with_their_places():
    data = zipped({"a.png": PICTURE, "folder/": b"", "folder/b.png": PICTURE})

    entries = list(read_entries(BytesIO(data), Limits()))

    assert [(entry.place, entry.data, entry.code) for entry in entries] == [(0, PICTURE, None), (1, PICTURE, None)]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_bound_are_refused(method):
    bomb = zipped({"scan.png": PICTURE + bytes(64 * MEBIBYTE)}, method)

    assert len(bomb) < MEBIBYTE
    assert _codes(bomb) == ["zip_method"]


@pytest.mark.parametrize("name", ["/a.png", "../a.png", "b/../../a.png", "..\\a.png", "C:\\a.png", "\\\\host\\a.png"])
def test_names_that_lead_out_are_refused(name):
    assert _codes(zipped({name: PICTURE})) == ["zip_path"]


@pytest.mark.parametrize("name", ["a\nb.png", "이름 없음.png", "a" * 60_000, ".png", "con.png", "a?*|.png"])
def test_odd_names_are_no_matter(name):
    assert _codes(zipped({name: PICTURE})) == [None]


def test_entry_that_hides_its_size_is_not_read_past_it():
    honest = zipped({"a.png": PICTURE + bytes(100_000)})
    size = (len(PICTURE) + 100_000).to_bytes(4, "little")

    lying = honest.replace(size, len(PICTURE).to_bytes(4, "little"))

    with pytest.raises(DeidentificationError, match="zip_damaged"):
        _codes(lying)


def test_all_entries_together_are_bounded():
    data = zipped({f"{number}.png": PICTURE + bytes(50_000) for number in range(5)})
    limits = Limits(inflated_bytes=120_000)

    with pytest.raises(DeidentificationError, match="zip_too_large"):
        _codes(data, limits)


@pytest.mark.parametrize(
    ("data", "limits", "expected"),
    [
        (zipped({}), None, "zip_empty"),
        (zipped({"__MACOSX/a.png": PICTURE, "Thumbs.db": b"x", "DICOMDIR": b"x"}), None, "zip_empty"),
        (zipped({str(number): b"x" for number in range(11)}), Limits(entries=10), "zip_too_many"),
        (zipped({"a.png": PICTURE})[:-30], None, "zip_damaged"),
        (b"PK\x03\x04" + bytes(60), None, "zip_damaged"),
    ],
)
def test_zip_as_a_whole_is_refused(data, limits, expected):
    with pytest.raises(DeidentificationError, match=expected):
        _codes(data, limits)


def test_what_is_no_picture_is_told_once():
    data = zipped({"a.txt": b"words", "b.exe": b"MZ", "c.png": PICTURE, "d": b""})

    assert _codes(data) == ["zip_extras", None]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [(Limits(file_bytes=1_000), "file_too_large"), (Limits(ratio=2, ratio_from_bytes=1_000), "zip_bomb")],
)
def test_entry_that_inflates_far_is_refused_unread(limits, expected):
    assert _codes(zipped({"a.png": PICTURE + bytes(90_000)}), limits) == [expected]


def test_links_and_passwords_are_refused():
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked", PICTURE)
    data = bytearray(buffer.getvalue())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1

    assert _codes(bytes(data)) == ["zip_path", "zip_encrypted"]


def test_zip_in_a_zip_is_named_and_the_rest_goes_on():
    data = zipped({"inner.zip": zipped({"a.png": PICTURE}), "b.png": PICTURE})

    assert _codes(data) == ["zip_inside_zip", None]
