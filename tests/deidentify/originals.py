"""Original DICOM files, photos and zips for the tests: synthesized, with fictional, marked identifiers."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from deidentify.door import DoorOptions, clean_file
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, Outcome
from deidentify.pixels.decoding import quiet

SECRET = b"a subject's secret of 32 bytes.."
STUDY_UID = "1.2.826.0.1.3680043.8.498.11111111111111"
TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
CHARSET_FILES = Path(pydicom.__file__).parent / "data" / "charset_files"


def ct(**changes: Any) -> Dataset:
    """Return a small CT slice with a full set of identifiers; `changes` are set by keyword, None deletes."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"{STUDY_UID}.3"
    dataset.StudyInstanceUID = STUDY_UID
    dataset.SeriesInstanceUID = f"{STUDY_UID}.2"
    dataset.PatientName = "FICTUS^ZEBRA"
    dataset.PatientID = "ZZ9074231"
    dataset.PatientBirthDate = "19520314"
    dataset.PatientSex = "F"
    dataset.PatientAge = "067Y"
    dataset.StudyDate = "20190705"
    dataset.StudyTime = "123456"
    dataset.AccessionNumber = "ACC7788123"
    dataset.InstitutionName = "Fictional Hospital"
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImagePositionPatient = [-100, -100, 42.5]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.7, 0.8]
    dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
    dataset.update(_pixel_module(4, 6))
    dataset.PixelData = np.arange(24, dtype=np.uint16).tobytes()
    with quiet():
        for keyword, value in changes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
    return dataset


def _pixel_module(rows: int, columns: int) -> Dataset:
    module = Dataset()
    module.Rows, module.Columns = rows, columns
    module.SamplesPerPixel, module.PhotometricInterpretation = 1, "MONOCHROME2"
    module.BitsAllocated, module.BitsStored, module.HighBit, module.PixelRepresentation = 16, 12, 11, 0
    return module


def item(**values: Any) -> Dataset:
    """Return an item of a sequence."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def multi_frame() -> Dataset:
    """Return a CT of two frames, whose facts stand in functional groups."""
    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=[0.5, 0.6], SliceThickness=1.25)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelValueTransformationSequence=[item(RescaleSlope=2, RescaleIntercept=-100, RescaleType="HU")],
    )
    frames = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, 10.0 * number])],
            FrameVOILUTSequence=[item(WindowCenter=center, WindowWidth=10)],
        )
        for number, center in ((1, -80), (2, -60))
    ]
    dataset = ct(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1",
        NumberOfFrames=2,
        PixelData=ct().PixelData * 2,
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(frames),
    )
    for keyword in (
        "PixelSpacing",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "RescaleSlope",
        "RescaleIntercept",
    ):
        delattr(dataset, keyword)
    return dataset


def encoded(dataset: Dataset, transfer_syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return the data set as a file, with the sender's titles in its meta information."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "1.2.3")
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3")
    meta.TransferSyntaxUID = pydicom.uid.UID(transfer_syntax)
    meta.SourceApplicationEntityTitle = "FICTUS_AE"
    buffer = BytesIO()
    file = FileDataset(buffer, dataset, preamble=b"FICTUS" * 21 + b"\0\0", file_meta=meta)
    with quiet():
        pydicom.dcmwrite(buffer, file, enforce_file_format=True)
    return buffer.getvalue()


def outcomes(data: bytes, limits: Limits | None = None) -> list[Outcome]:
    options = DoorOptions(limits=limits or Limits(), search_pixels=False)
    return list(clean_file(BytesIO(data), secret=SECRET, options=options))


def cleaned(original: Dataset | bytes) -> CleanedInstance:
    """Return the one instance that comes out of the door."""
    data = original if isinstance(original, bytes) else encoded(original)
    (outcome,) = outcomes(data)
    assert isinstance(outcome, CleanedInstance), outcome
    return outcome


def read(instance: CleanedInstance) -> Dataset:
    return pydicom.dcmread(BytesIO(instance.body))


def code(original: Dataset | bytes, limits: Limits | None = None) -> str:
    """Return why the door refuses, an empty text where it does not."""
    data = original if isinstance(original, bytes) else encoded(original)
    return getattr(outcomes(data, limits)[0], "code", "")


def explicit(tag: int, vr: str, value: bytes) -> bytes:
    """Return one element, little endian and explicit."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in ("OB", "OF", "OW", "SQ", "UN", "UT"):
        return head + b"\0\0" + struct.pack("<I", len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def nested(depth: int) -> bytes:
    """Return a file whose sequences of undefined length nest this deep."""
    begin = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    whole = encoded(ct())
    place = whole.index(b"\x08\x00\x50\x00SH")
    return whole[:place] + begin * depth + end * depth + whole[place:]


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """Return a photo: red at its left, blue at its right."""
    picture = Image.new("RGB", size, (255, 0, 0))
    picture.paste((0, 0, 255), (size[0] // 2, 0, size[0], size[1]))
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()
