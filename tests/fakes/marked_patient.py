"""A patient who does not exist, marked wherever a patient is named, and every form in which a mark may lie about."""

from __future__ import annotations

import io
import json
import zipfile

import pydicom
from PIL import Image as Picture

from deidentify.samples import FICTIONAL_HOSPITAL, FICTIONAL_ID, FICTIONAL_NAME, thorax_ct

NAMES = ("표식환", "Quillon Marabu")
"""As written in free text."""
RESIDENT_NUMBER = "620229-1234567"
PHONE = "010-9876-5432"
EMAIL = "quillon.marabu@nowhere.example"
CHART_NUMBER = "90742315"
BIRTH_DATE = "1962-02-29"
PRIVATE = "PRIVATEZEBRAMARK"
PHOTOGRAPHER = "EXIFOKAPIMARK"
FILE_NAME = "FILENAMEZEBRAMARK.dcm"

WORDS = (
    f"{NAMES[0]} / {NAMES[1]}, 주민번호 {RESIDENT_NUMBER}, tel {PHONE}, {EMAIL}, "
    f"등록번호 {CHART_NUMBER}, 생년월일 {BIRTH_DATE}. PE?"
)
RELEASABLE = f"Embolism?\nReach {PHONE} or {EMAIL}, 등록번호 {CHART_NUMBER}."

_WRITTEN = (
    RESIDENT_NUMBER,
    RESIDENT_NUMBER.replace("-", ""),
    PHONE,
    PHONE.replace("-", ""),
    EMAIL,
    CHART_NUMBER,
    BIRTH_DATE,
    BIRTH_DATE.replace("-", ""),
)
_IN_HEADERS = (
    *(part for part in FICTIONAL_NAME.split("^") if len(part) > 2),
    FICTIONAL_NAME,
    FICTIONAL_ID,
    FICTIONAL_HOSPITAL,
    "OKAPI",
    "ZZACC55512",
    "ZZ4411",
    "ZZSTATION1",
    "20201103",
    "498.20260101",
    PRIVATE,
    PHOTOGRAPHER,
    FILE_NAME,
)
NOWHERE = (*_WRITTEN, *_IN_HEADERS, *NAMES)
"""What may be found in no place at all, once the sealed originals are gone."""


def marked_dicom() -> bytes:
    """Return a slice of the fictional chest CT with private elements that name the patient too."""
    dataset = pydicom.dcmread(io.BytesIO(next(iter(thorax_ct(1, edge=32)))))
    block = dataset.private_block(0x0029, "ZEBRA MAKER", create=True)
    block.add_new(0x01, "LO", PRIVATE)
    block.add_new(0x02, "UT", f"{PRIVATE} {FICTIONAL_NAME}")
    dataset.PatientComments = WORDS
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def marked_photo() -> bytes:
    """Return a JPEG whose EXIF and comment name the patient and the photographer."""
    picture = Picture.linear_gradient("L").resize((64, 64))
    exif = Picture.Exif()
    exif[0x010E] = f"{PHOTOGRAPHER} {NAMES[1]}"
    exif[0x013B] = PHOTOGRAPHER
    exif[0x9C9C] = PHOTOGRAPHER.encode("utf-16-le")
    stream = io.BytesIO()
    picture.save(stream, "JPEG", exif=exif, comment=PHOTOGRAPHER.encode())
    return stream.getvalue()


def marked_zip() -> bytes:
    """Return a zip whose entries, their names and its comment name the patient."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{NAMES[0]}/{FILE_NAME}", marked_dicom())
        archive.writestr(f"{PHOTOGRAPHER}.txt", WORDS)
        archive.comment = PRIVATE.encode()
    return stream.getvalue()


def marked_text_file() -> bytes:
    """Return a file that is no image at all, which is refused."""
    return WORDS.encode() + WORDS.encode("cp949", errors="replace")


def found_in(data: bytes, marks: tuple[str, ...]) -> list[str]:
    """Return the marks that stand in some bytes, in any encoding in which text is written here."""
    lowered = data.lower()
    return [mark for mark in marks if any(form in lowered for form in _forms(mark))]


def _forms(mark: str) -> set[bytes]:
    encoded = {mark.encode(coding, errors="replace") for coding in ("utf-8", "utf-16-le", "utf-16-be", "cp949")}
    return {form.lower() for form in (*encoded, json.dumps(mark).strip('"').encode())}
