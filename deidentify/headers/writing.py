"""A de-identified data set as a file: empty preamble, file meta of our own, pixel data as they were."""

from __future__ import annotations

from io import BytesIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO, DicomIO
from pydicom.filewriter import write_dataset, write_file_meta_info

from deidentify.headers.structure import Structure

IMPLEMENTATION_UID = "2.25.118554817775002640976205058538452824045"
IMPLEMENTATION_VERSION = "HILUM_1"


def write_header(dataset: Dataset, structure: Structure) -> bytes:
    """Return everything of the file that comes before its pixel data."""
    buffer = BytesIO()
    buffer.write(b"\0" * 128 + b"DICM")
    write_file_meta_info(DicomIO(buffer), _file_meta(dataset, structure.transfer_syntax), enforce_standard=True)
    body = DicomBytesIO()
    body.is_implicit_VR = structure.implicit
    body.is_little_endian = structure.little_endian
    write_dataset(body, dataset)
    return buffer.getvalue() + body.getvalue()


def _file_meta(dataset: Dataset, transfer_syntax: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = transfer_syntax  # type: ignore[assignment] # pydicom turns text into a uid
    meta.ImplementationClassUID = IMPLEMENTATION_UID  # type: ignore[assignment] # likewise
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    return meta
