"""The door: kinds of files, zips, surprises, and real files with bytes changed."""

from __future__ import annotations

import stat
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deidentify.door import DoorOptions, clean_file
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, RefusedInstance
from tests.deidentify.originals import SECRET, TEST_FILES, cleaned, code, ct, encoded, nested, outcomes, photo, zipped

_SEEDS = [
    (TEST_FILES / name).read_bytes()
    for name in ("MR_small.dcm", "MR_small_implicit.dcm", "JPEG2000.dcm", "SC_rgb_rle_2frame.dcm")
] + [encoded(ct()), photo(), photo("PNG"), zipped({"1.dcm": encoded(ct())})]


class _Trickle(BytesIO):
    """A reader that cannot seek and gives a few bytes at a time."""

    def read(self, size=-1):
        return super().read(min(size, 1000) if size >= 0 else 1000)

    def seekable(self):
        return False


class _Broken(BytesIO):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def read(self, size=-1):
        raise self.error


def _codes(data: bytes, limits: Limits | None = None) -> list[str]:
    return [getattr(outcome, "code", "") for outcome in outcomes(data, limits)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "file_empty"),
        (b"hello", "file_unknown"),
        (b"%PDF-1.7", "file_pdf"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 20, "photo_undecodable"),
        (b"\x00\x00\x00\x18ftypavif" + b"\0" * 20, "photo_unsupported"),
        (b"\x00\x00\x00\x18ftypisom" + b"\0" * 20, "file_video"),
        (b"RIFF\0\0\0\0AVI ", "file_video"),
        (b"GIF89a", "photo_unsupported"),
        (b"7z\xbc\xaf\x27\x1c", "archive_unsupported"),
        (b"\0" * 257 + b"ustar", "archive_unsupported"),
    ],
)
def test_file_of_another_kind_is_refused_with_its_reason(data, expected):
    assert _codes(data) == [expected]


def test_file_larger_than_the_limit_is_not_read_to_its_end():
    assert _codes(encoded(ct()), Limits(file_bytes=500)) == ["file_too_large"]


def test_zip_yields_each_image_and_tells_of_the_rest_once():
    data = zipped(
        {
            "a/1.dcm": encoded(ct()), "photo.jpg": photo(), "viewer.exe": b"MZ", "readme.txt": b"hi", "DICOMDIR": b"x",
            "__MACOSX/._1": b"x", ".DS_Store": b"x", "empty": b"", "inner.zip": zipped({"1": b"2"}),
            "bad.dcm": nested(99),
        }
    )  # fmt: skip

    assert _codes(data) == ["", "", "zip_extras", "zip_inside_zip", "dicom_too_deep"]


def test_indexes_of_a_zip_are_unique():
    found = outcomes(zipped({"1": encoded(ct()), "2": encoded(ct()), "3": b"%PDF"}))

    assert [outcome.index for outcome in found] == [0, 1, 2]


def test_zip_from_a_reader_that_cannot_seek():
    found = list(clean_file(_Trickle(zipped({"1.dcm": encoded(ct())})), secret=SECRET))

    assert [type(outcome) for outcome in found] == [CleanedInstance]


def test_zip_too_large_for_a_reader_that_cannot_seek():
    data = zipped({"1.dcm": encoded(ct())})

    found = list(clean_file(_Trickle(data), secret=SECRET, options=DoorOptions(limits=Limits(file_bytes=400))))

    assert found == [RefusedInstance(index=0, code="file_too_large")]


@pytest.mark.parametrize(
    ("data", "limits", "expected"),
    [
        (zipped({}), None, "zip_empty"),
        (zipped({".DS_Store": b"x"}), None, "zip_empty"),
        (zipped({"1.dcm": encoded(ct())})[:-30], None, "zip_damaged"),
        (zipped({str(n): b"x" for n in range(11)}), Limits(entries=10), "zip_too_many"),
        (zipped({"../1.dcm": encoded(ct())}), None, "zip_path"),
        (zipped({"/etc/1.dcm": encoded(ct())}), None, "zip_path"),
        (zipped({"C:1.dcm": encoded(ct())}), None, "zip_path"),
        (zipped({"1.dcm": encoded(ct())}), Limits(file_bytes=600), "file_too_large"),
        (zipped({"1.dcm": encoded(ct()) + b"\0" * 90_000}), Limits(ratio=2, ratio_from_bytes=1000), "zip_bomb"),
        (zipped({"1.dcm": encoded(ct()) + b"\0" * 90_000}), Limits(inflated_bytes=9_000), "zip_too_large"),
    ],
)
def test_zip_is_refused_with_its_reason(data, limits, expected):
    assert _codes(data, limits) == [expected]


def test_links_and_passwords_in_a_zip_are_refused():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("locked", encoded(ct()))
    data = bytearray(buffer.getvalue())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 8] |= 1

    assert _codes(bytes(data)) == ["zip_path", "zip_encrypted"]


def test_entry_that_lies_about_its_content_is_refused():
    data = bytearray(zipped({"1.dcm": encoded(ct())}, zipfile.ZIP_STORED))
    data[data.index(b"FICTUS_AE")] ^= 1

    assert _codes(bytes(data)) == ["zip_damaged"]


def test_surprise_is_a_refusal_that_tells_nothing():
    found = list(clean_file(_Broken(RuntimeError("FICTUS^ZEBRA")), secret=SECRET))

    assert found == [RefusedInstance(index=0, code="door_surprise")]


def test_short_memory_is_told_as_too_many_pixels():
    found = list(clean_file(_Broken(MemoryError()), secret=SECRET))

    assert found == [RefusedInstance(index=0, code="pixels_too_many")]


def test_short_secret_opens_no_door():
    found = list(clean_file(BytesIO(photo()), secret=b"short"))

    assert found == [RefusedInstance(index=0, code="door_surprise")]


def test_same_file_twice_is_the_same_with_one_secret_only():
    first, again = cleaned(ct()), cleaned(ct())
    (other,) = clean_file(BytesIO(encoded(ct())), secret=SECRET[::-1])

    assert first == again
    assert other.facts.instance_uid != first.facts.instance_uid


def test_de_identified_file_passes_again():
    assert code(cleaned(ct()).body) == ""


def test_nothing_is_written_to_logs_or_the_terminal(capfd, caplog, recwarn):
    outcomes(encoded(ct(PatientAge="FICTUS", StudyDate="ZEBRA")))

    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert not recwarn.list


@given(
    seed=st.sampled_from(_SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=6)), max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@settings(max_examples=300, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
def test_changed_bytes_never_break_the_door(seed, changes, kept):
    data = bytearray(seed)
    for place, value in changes:
        start = int(place * len(data))
        data[start : start + len(value)] = value

    found = outcomes(bytes(data[: int(kept * len(data))]))

    assert found
    assert all(isinstance(outcome, CleanedInstance | RefusedInstance) for outcome in found)
