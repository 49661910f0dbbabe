"""Fictional studies, drawn in code: what the demo offers to upload and the tests send through the door.

The patient does not exist; every identifier is marked as fictional, so that a
search for it finds what leaked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

FICTIONAL_NAME = "FICTUS^ZEBRA^^DR"
FICTIONAL_ID = "ZZ-9074231"
FICTIONAL_HOSPITAL = "Fictional Hospital of Nowhere"
_DAY = date(2020, 11, 3)
_ROOT = "1.2.826.0.1.3680043.8.498.20260101"
Paint = Callable[[tuple[float, float], tuple[float, float], float], None]
"""Fills an ellipse: centre and radii as (row, column) in half image heights, value in Hounsfield units."""
_AIR, _LUNG, _FAT, _SOFT, _BLOOD, _BONE = -1000, -850, -100, 40, 60, 700


def thorax_ct_zip(slices: int = 32, *, edge: int = 256, days_before: int = 0) -> bytes:
    """Return a zip with one DICOM file per slice of a drawn chest CT with a nodule and an effusion.

    Args:
        days_before: of the same patient, an examination so many days earlier.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(thorax_ct(slices, edge=edge, days_before=days_before), start=1):
            archive.writestr(f"CT{number:03}.dcm", data)
    return stream.getvalue()


def thorax_ct(slices: int = 32, *, edge: int = 256, days_before: int = 0) -> Iterator[bytes]:
    """Return DICOM files of a drawn chest CT, from the feet upwards, with a full set of fictional identifiers."""
    for number in range(slices):
        pixels = _slice(number / max(1, slices - 1), edge)
        dataset = _dataset(pixels, number=number, slices=slices)
        yield _encoded(_made_earlier(dataset, days_before) if days_before else dataset)


def _made_earlier(dataset: Dataset, days: int) -> Dataset:
    """Turn a slice into one of another examination, some days earlier."""
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        dataset[keyword].value = f"{dataset[keyword].value}.{days}"
    day = (_DAY - timedelta(days=days)).strftime("%Y%m%d")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.AccessionNumber = f"ZZACC{days:05}"
    return dataset


def _slice(level: float, edge: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Draw one slice in Hounsfield units; `level` runs from 0 (diaphragm) to 1 (apex)."""
    rows, columns = np.mgrid[-1 : 1 : edge * 1j, -1 : 1 : edge * 1j]
    noise = np.random.default_rng(int(level * 1000)).normal(0, 12, (edge, edge))
    image = np.full((edge, edge), float(_AIR))
    taper = 1.0 - 0.25 * level

    def paint(center: tuple[float, float], radii: tuple[float, float], value: float) -> None:
        inside = ((rows - center[0]) / radii[0]) ** 2 + ((columns - center[1]) / radii[1]) ** 2 <= 1
        image[inside] = value

    paint((0.05, 0), (0.68 * taper, 0.9 * taper), _FAT)
    paint((0.05, 0), (0.62 * taper, 0.84 * taper), _SOFT)
    lung = 0.44 * taper * (0.75 + 0.25 * np.sin(np.pi * (0.15 + 0.7 * level)))
    for side in (-1, 1):
        paint((0.0, side * 0.42 * taper), (lung, 0.33 * taper), _LUNG)
    paint((-0.08, 0.1), (0.26 * (1 - level) + 0.08, 0.3 * (1 - level) + 0.1), _SOFT)
    paint((0.22, 0.12), (0.07, 0.07), _BLOOD)
    paint((0.42, 0), (0.13, 0.12), _BONE)
    paint((0.36, 0), (0.05, 0.05), _SOFT)
    paint((-0.56 * taper, 0), (0.04, 0.1), _BONE)
    _ribs(paint, level=level, taper=taper)
    _vessels(paint, level=level)
    if abs(level - 0.6) < 0.06:
        paint((-0.12, -0.5), (0.05, 0.05), _SOFT)
    if level < 0.3:
        image[(image == _LUNG) & (rows > 0.1 + level) & (columns > 0)] = 15
    return np.clip(image + noise, -1024, 3071).astype(np.int16)


def _ribs(paint: Paint, *, level: float, taper: float) -> None:
    for rib in range(6):
        angle = np.pi * (0.12 + 0.76 * ((rib + level * 3) % 6) / 6)
        for side in (-1, 1):
            paint((-0.55 * taper * np.cos(angle) + 0.05, side * 0.78 * taper * np.sin(angle)), (0.045, 0.05), _BONE)


def _vessels(paint: Paint, *, level: float) -> None:
    for branch in range(9):
        reach = 0.1 + 0.045 * branch
        for side in (-1, 1):
            turn = branch * 1.9 + level * 2.2
            paint((0.5 * reach * np.sin(turn), side * (0.22 + reach * 0.75)), (0.016, 0.016), _SOFT)


def _dataset(pixels: np.ndarray[tuple[int, int], np.dtype[np.int16]], *, number: int, slices: int) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"{_ROOT}.3.{number + 1}"
    dataset.StudyInstanceUID = f"{_ROOT}.1"
    dataset.SeriesInstanceUID = f"{_ROOT}.2"
    dataset.FrameOfReferenceUID = f"{_ROOT}.4"
    _identify(dataset)
    dataset.Modality = "CT"
    dataset.BodyPartExamined = "CHEST"
    dataset.SeriesNumber = 2
    dataset.InstanceNumber = slices - number
    dataset.SliceThickness = 5.0
    dataset.KVP = 120
    dataset.ConvolutionKernel = "B31f"
    dataset.PatientPosition = "HFS"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [-175.0, -175.0, -300.0 + 5.0 * number]
    dataset.PixelSpacing = [350 / pixels.shape[0], 350 / pixels.shape[1]]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 1
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, 0, "HU"
    dataset.WindowCenter, dataset.WindowWidth = -600, 1500
    dataset.PixelData = pixels.astype("<i2").tobytes()
    return dataset


def _identify(dataset: Dataset) -> None:
    dataset.PatientName = FICTIONAL_NAME
    dataset.PatientID = FICTIONAL_ID
    dataset.PatientBirthDate = "19620229"
    dataset.PatientSex = "M"
    dataset.PatientAge = "058Y"
    dataset.InstitutionName = FICTIONAL_HOSPITAL
    dataset.ReferringPhysicianName = "FICTUS^OKAPI"
    dataset.AccessionNumber = "ZZACC55512"
    dataset.StudyID = "ZZ4411"
    day = _DAY.strftime("%Y%m%d")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.ContentTime = "021533"
    dataset.StudyDescription = "CT CHEST FICTUS ZEBRA"
    dataset.SeriesDescription = "LUNG 5.0 B31f"
    dataset.Manufacturer = "HILUM"
    dataset.StationName = "ZZSTATION1"


def _encoded(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = FileDataset("", dataset, file_meta=meta, preamble=b"\0" * 128)
    stream = io.BytesIO()
    file.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
