"""Originals with marked values in every corner, and ways to damage them: the same seed gives the same bytes."""

from __future__ import annotations

import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import NamedTuple

import pydicom
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from deidentify.samples import thorax_ct

_LARGEST = 300_000
_TEXTS = (
    "PatientName", "PatientID", "OtherPatientNames", "OtherPatientIDs", "PatientAddress", "PatientComments",
    "PatientBirthName", "PatientMotherBirthName", "MedicalRecordLocator", "Occupation", "AccessionNumber", "StudyID",
    "StudyDescription", "SeriesDescription", "ProtocolName", "ImageComments", "InstitutionName", "InstitutionAddress",
    "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "StationName", "DeviceSerialNumber",
    "AdmissionID", "RequestingPhysician", "RequestedProcedureDescription", "BodyPartExamined", "ContrastBolusAgent",
    "ManufacturerModelName", "SoftwareVersions", "DerivationDescription", "AdditionalPatientHistory", "LensMake",
    "FrameComments", "TextValue", "ConversionSourceAttributesSequence",
)  # fmt: skip
_VRS = (
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"OB", b"OD", b"OF",
    b"OL", b"OV",
    b"OW", b"PN", b"SH", b"SL", b"SQ", b"SS", b"ST", b"SV", b"TM", b"UC", b"UI", b"UL", b"UN", b"UR", b"US",
    b"UT", b"UV",
    b"\0\0", b"ZZ", b"  ",
)  # fmt: skip
_LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_LENGTHS = (0, 1, 2, 3, 7, 63, 64, 65, 255, 0x7FFF, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
_TAGS = (
    0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x00080070, 0x00081140, 0x00082218, 0x00090010,
    0x00100020,
    0x00180015, 0x00180050, 0x00181020, 0x0020000D, 0x00200011, 0x00200032, 0x00204000, 0x00280002, 0x00280004,
    0x00280008,
    0x00280010, 0x00280011, 0x00280100, 0x00281101, 0x00281201, 0x00283000, 0x00400275, 0x0040A730, 0x50003000,
    0x52009230,
    0x60000010, 0x60003000, 0x7FE00010, 0xFFFAFFFA, 0xFFFCFFFC, 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD,
)  # fmt: skip
_SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.3", "")
_VALUES = (
    b"", b"\0", b"\\" * 40, b"\x1b$)C\xb1\xe8", b"\x1b" * 9, b"1e400", b"nan", b"-" * 20, b"9" * 40,
    b"\xff" * 16, b"=^=^",
    b"0.0.0", b"19000230", b"20240229250000.9+9900", b"ISO 2022 IR 149", b"ISO_IR 192", b"\xef\xbb\xbf",
    b"%s%n{0}", b"../../x",
)  # fmt: skip


class Original(NamedTuple):
    """One file to damage, and the values that must not come through the door."""

    name: str
    data: bytes
    marks: tuple[bytes, ...]


class _Place(NamedTuple):
    """Where one element lies in a file."""

    start: int
    length_at: int
    length_size: int
    value: int
    end: int


def damaged(seed: int) -> tuple[Original, bytes]:
    """Return an original and what is left of it after one to four mutations."""
    rng = Random(seed)
    original = rng.choice(originals())
    data = original.data
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3))):
        data = rng.choice(_MUTATIONS)(rng, data)
    return original, data


@cache
def originals() -> tuple[Original, ...]:
    """Return files of pydicom's own tests and synthesized ones, each full of marks."""
    folder = Path(pydicom.__file__).parent / "data"
    paths = sorted(path for path in folder.rglob("*.dcm") if path.stat().st_size <= _LARGEST)
    made = [_marked(path.name, path.read_bytes()) for path in paths]
    made += [_marked(f"ct {number}", data) for number, data in enumerate(thorax_ct(2, edge=32))]
    whole = [original for original in made if original is not None]
    return (*whole, _photo("JPEG"), _photo("PNG"), _zipped(whole[-1]), _zipped(whole[0]))


def _marked(name: str, data: bytes) -> Original | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(BytesIO(data), force=True)
            marks = _mark(dataset)
            buffer = BytesIO()
            dataset.save_as(buffer, enforce_file_format=hasattr(dataset, "file_meta"))
    except Exception:  # noqa: BLE001 - some of pydicom's files are damaged on purpose: they are taken as they are
        return Original(name, data, ())
    return Original(name, buffer.getvalue(), marks)


def _mark(dataset: Dataset) -> tuple[bytes, ...]:
    """Write marks that are no number, no date and no word of anybody's into the header, and one level below."""
    marks: list[str] = []
    dataset.SpecificCharacterSet = "ISO_IR 192"
    inner = Dataset()
    for keyword in _TEXTS:
        if pydicom.datadict.tag_for_keyword(keyword) is None or keyword.endswith("Sequence"):
            continue
        for place in (dataset, inner):
            marks.append(_word(len(marks)))
            setattr(place, keyword, marks[-1])
    dataset.PatientName, dataset.PatientID = f"{marks[0]}^김{marks[2]}", f"907423157713{marks[3]}"
    for keyword, last in (("StudyInstanceUID", "71"), ("SeriesInstanceUID", "72"), ("FrameOfReferenceUID", "73")):
        marks.append(f"1.2.826.0.1.3680043.8.498.907423157713.{last}")
        setattr(dataset, keyword, marks[-1])
    dataset.RequestAttributesSequence = Items([inner])
    block = dataset.private_block(0x0029, "QZMAKERQZ", create=True)
    block.add_new(0x01, "LO", _word(900))
    block.add_new(0x02, "UN", _word(901).encode() * 3)
    dataset.preamble = (_word(902).encode() * 16)[:128]
    return tuple(mark.encode() for mark in (*marks, _word(900), _word(901), _word(902), "907423157713"))


def _word(number: int) -> str:
    return "QZ" + "".join(chr(ord("A") + number // 26**place % 26) for place in (2, 1, 0)) + "ZQX"


def _photo(kind: str) -> Original:
    picture = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = _word(903), _word(904)
    stream = BytesIO()
    picture.save(stream, kind, exif=exif, comment=_word(905).encode())
    return Original(kind, stream.getvalue(), tuple(_word(number).encode() for number in (903, 904, 905)))


def _zipped(inner: Original) -> Original:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{_word(906)}/{_word(907)}.dcm", inner.data)
        archive.writestr("second.dcm", inner.data)
        archive.comment = _word(908).encode()
    marks = (*inner.marks, *(_word(number).encode() for number in (906, 907, 908)))
    return Original(f"zip of {inner.name}", stream.getvalue(), marks)


def _flip(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[_anywhere(rng, data)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncate(rng: Random, data: bytes) -> bytes:
    return data[: max(1, _anywhere(rng, data))]


def _insert(rng: Random, data: bytes) -> bytes:
    place, new = _anywhere(rng, data), rng.choice((rng.randbytes(rng.randint(1, 64)), *_VALUES))
    return data[:place] + new + data[place:]


def _remove(rng: Random, data: bytes) -> bytes:
    place = _anywhere(rng, data)
    return (data[:place] + data[place + rng.choice((1, 2, 4, 8, 64, 1000)) :]) or b"\0"


def _splice(rng: Random, data: bytes) -> bytes:
    other = rng.choice(originals()).data
    place, start = _anywhere(rng, data), _anywhere(rng, other)
    return data[:place] + other[start : start + rng.choice((8, 64, 512, 4096))] + data[place:]


def _overwrite(rng: Random, data: bytes) -> bytes:
    place, new = _anywhere(rng, data), rng.choice(_VALUES)
    return data[:place] + new + data[place + len(new) :] or b"\0"


def _edit_length(rng: Random, data: bytes) -> bytes:
    element = _element(rng, data)
    if element is None:
        return _flip(rng, data)
    old = int.from_bytes(data[element.length_at : element.length_at + element.length_size], "little")
    new = rng.choice((*_LENGTHS, old - 1, old + 1, old + 2, old * 2)) % (1 << 8 * element.length_size)
    return _put(data, element.length_at, new.to_bytes(element.length_size, "little"))


def _edit_vr(rng: Random, data: bytes) -> bytes:
    element = _element(rng, data)
    return _flip(rng, data) if element is None else _put(data, element.start + 4, rng.choice(_VRS))


def _edit_tag(rng: Random, data: bytes) -> bytes:
    element = _element(rng, data)
    if element is None:
        return _flip(rng, data)
    tag = rng.choice((*_TAGS, rng.randrange(1 << 32)))
    return _put(data, element.start, struct.pack("<HH", tag >> 16, tag & 0xFFFF))


def _edit_value(rng: Random, data: bytes) -> bytes:
    """Write a value of the same length, so that what comes after is read as before."""
    element = _element(rng, data)
    if element is None or element.value == element.end:
        return _flip(rng, data)
    size = element.end - element.value
    new = (rng.choice(_VALUES) or b"\0") * (size + 1)
    return _put(data, element.value, new[:size])


def _mix(rng: Random, data: bytes) -> bytes:
    """Write the value of one element into another, cut or padded to its length: words where nobody expects them."""
    one, other = _element(rng, data), _element(rng, data)
    if one is None or other is None or other.value == other.end:
        return _flip(rng, data)
    size = other.end - other.value
    return _put(data, other.value, (data[one.value : one.end] + b" " * size)[:size])


def _double(rng: Random, data: bytes) -> bytes:
    """Put a copy of one element before another."""
    one, other = _element(rng, data), _element(rng, data)
    if one is None or other is None:
        return _flip(rng, data)
    return data[: other.start] + data[one.start : one.end] + data[other.start :]


def _nest(rng: Random, data: bytes) -> bytes:
    """Wrap an element into sequences of undefined length."""
    element = _element(rng, data)
    if element is None:
        return _flip(rng, data)
    tag = rng.choice((b"\x08\x00\x40\x11", b"\x40\x00\x75\x02", b"\x40\x00\x30\xa7", b"\x29\x00\x10\x10"))
    depth = rng.choice((1, 1, 2, 2, 5, 40, 3000))
    begin = (tag + b"SQ\0\0" + b"\xff" * 4 + b"\xfe\xff\x00\xe0" + b"\xff" * 4) * depth
    end = (b"\xfe\xff\x0d\xe0" + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4)) * depth
    return data[: element.start] + begin + data[element.start : element.end] + end + data[element.end :]


def _edit_syntax(rng: Random, data: bytes) -> bytes:
    place = data.find(b"\x02\x00\x10\x00UI")
    if place < 0:
        return _flip(rng, data)
    size = int.from_bytes(data[place + 6 : place + 8], "little")
    new = rng.choice(_SYNTAXES).encode()
    new += b"\0" * (len(new) % 2)
    return data[: place + 6] + struct.pack("<H", len(new)) + new + data[place + 8 + size :]


_MUTATIONS: Sequence[Callable[[Random, bytes], bytes]] = (
    _flip, _flip, _truncate, _insert, _remove, _splice, _overwrite, _edit_length, _edit_length, _edit_vr,
    _edit_vr, _edit_tag,
    _edit_tag, _edit_tag, _edit_value, _edit_value, _edit_value, _double, _double, _nest, _edit_syntax, _mix,
    _mix, _mix,
)  # fmt: skip


def _anywhere(rng: Random, data: bytes) -> int:
    """Return a place in a file, most often in its header."""
    return rng.randrange(max(1, min(len(data), rng.choice((400, 4_000, len(data))))))


def _put(data: bytes, place: int, new: bytes) -> bytes:
    return data[:place] + new + data[place + len(new) :]


def _element(rng: Random, data: bytes) -> _Place | None:
    places = _elements(data)
    return rng.choice(places) if places else None


@cache
def _elements(data: bytes) -> tuple[_Place, ...]:
    """Return the elements at the top of a little-endian file, as far as they can be followed."""
    position = 132 if data[128:132] == b"DICM" else 0
    found: list[_Place] = []
    while position + 12 <= len(data) and len(found) < 500:
        vr = data[position + 4 : position + 6]
        if not vr.isalpha():
            place = _Place(position, position + 4, 4, position + 8, 0)
        elif vr in _LONG_VRS:
            place = _Place(position, position + 8, 4, position + 12, 0)
        else:
            place = _Place(position, position + 6, 2, position + 8, 0)
        length = int.from_bytes(data[place.length_at : place.length_at + place.length_size], "little")
        end = place.value + (0 if length == 0xFFFFFFFF else length)
        if end > len(data):
            break
        found.append(place._replace(end=end))
        position = end
    return tuple(found)
