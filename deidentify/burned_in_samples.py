"""Fictional studies with letters burned into their pixels, and a second patient: for trying masks in the demo.

Like `samples.py` they are drawn in code, the same each time; nobody whom they name exists.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from deidentify.samples import FICTIONAL_HOSPITAL, FICTIONAL_ID, FICTIONAL_NAME

FICTIONAL_SECOND_NAME = "FICTUS^OKAPI"
FICTIONAL_SECOND_ID = "ZZ-3310846"
Gray = np.ndarray[tuple[int, int], np.dtype[np.float32]]
_ROOT = "1.2.826.0.1.3680043.8.498.20260102"
_ROWS, _COLUMNS = 1200, 1024
_DEPTH = 4095
_PHOTO = (1280, 960)
_SCREEN = (1000, 800)


def radiograph_with_text() -> bytes:
    """Return a DICOM file of a drawn chest radiograph with name, birth date, "PORTABLE" and "L" burned in."""
    pixels = _lettered(_chest(seed=1))
    return _encoded(_dataset(pixels, patient=(FICTIONAL_NAME, FICTIONAL_ID, "19620229", "M"), number=1))


def radiograph_of_another_patient() -> bytes:
    """Return a radiograph whose header names somebody else, without any letters in it."""
    pixels = _chest(seed=2)
    return _encoded(_dataset(pixels, patient=(FICTIONAL_SECOND_NAME, FICTIONAL_SECOND_ID, "19810631", "F"), number=2))


def screen_photo() -> bytes:
    """Return a JPEG as a telephone makes it of a reading monitor: tilted, with its stripes, the name at the top."""
    screen = Image.new("RGB", _SCREEN, (24, 28, 33))
    chest = Image.fromarray((_lettered(_chest(seed=1)) * 255).astype(np.uint8)).resize((600, 703))
    screen.paste(chest.convert("RGB"), (200, 72))
    draw = ImageDraw.Draw(screen)
    title = f"{_spoken(FICTIONAL_NAME)}   {FICTIONAL_ID}   1962-02-29   M"
    draw.text((28, 16), title, fill=(232, 236, 240), font=ImageFont.load_default(34))
    photo = Image.new("RGB", _PHOTO, (58, 52, 47))
    turned = screen.rotate(1.2, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=(58, 52, 47))
    photo.paste(turned, ((_PHOTO[0] - turned.width) // 2, (_PHOTO[1] - turned.height) // 2))
    photo = ImageEnhance.Brightness(photo.filter(ImageFilter.GaussianBlur(0.8))).enhance(1.1)
    return _as_jpeg(_with_stripes(photo))


def _with_stripes(photo: Image.Image) -> Image.Image:
    """Add the faint waves that a camera sees between its own pixels and the screen's."""
    rows, columns = np.mgrid[0 : photo.height, 0 : photo.width]
    waves = 5 * np.sin(rows / 3.1 + columns / 41) + 4 * np.sin(columns / 2.7 - rows / 57)
    noise = np.random.default_rng(7).normal(0, 3, (photo.height, photo.width))
    lit = np.asarray(photo, dtype=np.float32) + (waves + noise)[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def _as_jpeg(photo: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "FictionPhone", "Zebra 9"
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=82, exif=exif)
    return stream.getvalue()


def _chest(*, seed: int) -> Gray:
    """Draw a chest from the front, bright where little passes, as fractions of white."""
    rows, columns = np.mgrid[-1 : 1 : _ROWS * 1j, -1 : 1 : _COLUMNS * 1j]
    random = np.random.default_rng(seed)
    image = 0.62 - 0.1 * np.abs(columns)
    image[((rows - 0.15) / 1.25) ** 2 + (columns / 1.02) ** 2 > 1] = 0.06
    for side in (-1, 1):
        lung = ((rows + 0.02) / (0.66 - 0.05 * side)) ** 2 + ((columns - side * 0.43) / 0.32) ** 2
        image = np.where(lung < 1, 0.2 + 0.16 * lung, image)
    heart = ((rows - 0.3) / 0.34) ** 2 + ((columns - 0.14) / 0.34) ** 2
    image = np.where(heart < 1, np.maximum(image, 0.66), image)
    spine = np.abs(columns) < 0.085
    image = np.where(spine, np.maximum(image, 0.68 + 0.05 * np.sin(rows * 34)), image)
    image += _ribs(rows, columns)
    return np.asarray(np.clip(image + random.normal(0, 0.012, image.shape), 0, 0.9), dtype=np.float32)


def _ribs(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    ribs = np.zeros(rows.shape)
    for rib in range(8):
        height = -0.62 + 0.15 * rib + 0.5 * columns**2
        ribs += 0.08 * ((np.abs(rows - height) < 0.022) & (np.abs(columns) < 0.78) & (np.abs(columns) > 0.1))
    return ribs


def _lettered(pixels: Gray) -> Gray:
    """Burn in what a device burns in: who it is at the top, the side and how it was taken at the edges."""
    sheet = Image.fromarray((pixels * 255).astype(np.uint8))
    draw = ImageDraw.Draw(sheet)
    small, large = ImageFont.load_default(30), ImageFont.load_default(64)
    draw.text((26, 22), _spoken(FICTIONAL_NAME), fill=250, font=small)
    draw.text((26, 60), f"{FICTIONAL_ID}   1962-02-29", fill=250, font=small)
    draw.text((_COLUMNS - 90, 90), "L", fill=255, font=large)
    draw.text((_COLUMNS - 200, _ROWS - 60), "PORTABLE", fill=250, font=small)
    return (np.asarray(sheet, dtype=np.float32) / 255).astype(np.float32)


def _spoken(name: str) -> str:
    return " ".join(part for part in name.split("^")[:2] if part)


def _dataset(pixels: Gray, *, patient: tuple[str, str, str, str], number: int) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = UID(f"{_ROOT}.{number}.3")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{_ROOT}.{number}.1", f"{_ROOT}.{number}.2"
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate, dataset.PatientSex = patient
    dataset.InstitutionName = FICTIONAL_HOSPITAL
    dataset.AccessionNumber = f"ZZACC7781{number}"
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = "20201103"
    dataset.StudyTime = dataset.ContentTime = "034107"
    dataset.StudyDescription, dataset.Modality, dataset.BodyPartExamined = "CHEST AP", "DX", "CHEST"
    dataset.ViewPosition, dataset.PatientOrientation = "AP", ["L", "F"]
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    dataset.ImagerPixelSpacing = [0.35, 0.35]
    dataset.PresentationIntentType, dataset.PresentationLUTShape = "FOR PRESENTATION", "IDENTITY"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, 0, "US"
    dataset.WindowCenter, dataset.WindowWidth = _DEPTH // 2, _DEPTH
    dataset.BurnedInAnnotation = "YES" if number == 1 else "NO"
    dataset.PixelData = (pixels * _DEPTH).astype("<u2").tobytes()
    return dataset


def _encoded(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stream = io.BytesIO()
    FileDataset("", dataset, file_meta=meta, preamble=b"\0" * 128).save_as(stream, enforce_file_format=True)
    return stream.getvalue()
