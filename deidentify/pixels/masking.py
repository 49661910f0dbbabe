"""Masks drawn into stored pixels: native values in place, compressed frames decoded and encoded anew without loss.

Where the masks lie is found in `search.py`; here they become pixels. A mask is flat, in a value that no
large even patch of a picture has: 1000 HU in a CT, the middle of the values elsewhere, mid grey in colour.
It lies between the least and the greatest value, so that it adds no value beyond the picture's own, and it is never
the black of air; the viewer hatches it besides. Where letters alone had the greatest or the least value, that value
goes with them, and a window that is taken from the values themselves then fits the anatomy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import JPEGLSLosslessEncoder
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEGLSLossless

from deidentify.limits import Limits
from deidentify.pixels.decoding import Pixels, decode_frame, quiet
from deidentify.pixels.findings import rectangle
from deidentify.pixels.photos import box_within, draw_masks, read_photo, write_photo
from deidentify.pixels.shading import frame_value, palette_colours
from domain.errors import DeidentificationError
from domain.study import Area

DICOM_TYPE = "application/dicom"
_MASK_HU = 1000.0
_MID_GREY = 128
_SAMPLED = 4
_LOSSY = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in (50, 51, 81, 91, 203))
_TABLES = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths")
_LEAST_BITS, _MOST_BITS = 2, 16
"""JPEG-LS codes samples of this many bits."""


def mask_more(body: bytes, media_type: str, areas: Sequence[Area]) -> bytes:
    """Return a de-identified file (DICOM or photo) with further areas masked.

    Raises:
        DeidentificationError("pixels_undecodable"): it cannot be masked, and must not be shown.
    """
    if media_type != DICOM_TYPE:
        picture = read_photo(body, Limits())
        return write_photo(picture._replace(image=draw_masks(picture.image, areas))).body
    with quiet():
        dataset = dcmread(BytesIO(body))
        mask_dataset(dataset, areas)
        return write_masked(dataset)


def crop_photo(body: bytes, area: Area) -> bytes:
    """Return a cleaned photo cut to the part of an area that lies within it.

    Raises:
        DeidentificationError: "photo_undecodable"; "area_outside": nothing of the area lies within the picture.
    """
    picture = read_photo(body, Limits())
    left, top, right, bottom = box_within(area, picture.image)
    if left >= right or top >= bottom:
        raise DeidentificationError("area_outside")
    return write_photo(picture._replace(image=picture.image.crop((left, top, right, bottom)))).body


def write_masked(dataset: Dataset) -> bytes:
    """Return a masked data set as a file, its file meta as they were but for the transfer syntax."""
    buffer = BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def mask_dataset(dataset: Dataset, areas: Iterable[Area]) -> int:
    """Mask the areas in the data set's pixels, in place; the pixels outside them stay as they decode to.

    Args:
        dataset: with pixel data; native data stay in their transfer syntax, compressed ones become JPEG-LS
            without loss, or native where that cannot hold them. Lossy stays said (LossyImageCompression).
        areas: clipped to the picture; those of YBR_FULL_422 grow to whole pairs of pixels.
    Returns:
        how many frames were changed.
    Raises:
        DeidentificationError("pixels_undecodable"): a frame cannot be read.
    """
    frames = int(dataset.get("NumberOfFrames") or 1)
    by_frame = _by_frame(dataset, areas, frames)
    if not by_frame:
        return 0
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        _mask_compressed(dataset, by_frame, frames)
    else:
        _mask_native(dataset, by_frame)
    _say_derived(dataset)
    return len(by_frame)


def _by_frame(dataset: Dataset, areas: Iterable[Area], frames: int) -> dict[int, list[Area]]:
    found: dict[int, list[Area]] = {}
    for area in areas:
        inside = clipped(area, int(dataset.Rows), int(dataset.Columns))
        if inside is not None and (area.frame is None or area.frame < frames):
            for frame in range(frames) if area.frame is None else (area.frame,):
                found.setdefault(frame, []).append(inside)
    return found


def clipped(area: Area, rows: int, columns: int) -> Area | None:
    """Return what of an area lies within a picture, None where nothing does."""
    right, bottom = min(area.x + area.width, columns), min(area.y + area.height, rows)
    if area.x >= right or area.y >= bottom:
        return None
    return Area(x=area.x, y=area.y, width=right - area.x, height=bottom - area.y, frame=area.frame)


def _say_derived(dataset: Dataset) -> None:
    kinds = dataset.get("ImageType") or ["DERIVED", "SECONDARY"]
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    dataset.ImageType = ["DERIVED", *kinds[1:]]


# Native values, edited where they lie.


def _mask_native(dataset: Dataset, by_frame: dict[int, list[Area]]) -> None:
    store = _Store(dataset)
    fill = _fill_of(dataset, min(by_frame))
    for frame, areas in by_frame.items():
        for area in areas:
            store.fill(frame, area, fill)
    dataset.PixelData = store.packed()


class _Layout(NamedTuple):
    """How native pixel data lie: one of the four the standard knows."""

    rows: int
    columns: int
    samples: int
    bits: int
    planar: bool
    paired: bool
    """Luminance of two pixels, then the chrominance they share (YBR_FULL_422)."""

    @property
    def frame_samples(self) -> int:
        return self.rows * self.columns * (2 if self.paired else self.samples)


class _Store:
    """The bytes of native pixel data, with the areas of a frame to write to."""

    def __init__(self, dataset: Dataset) -> None:
        self.layout = _layout(dataset)
        big = dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
        self.swapped = big and self.layout.bits == 8 and dataset["PixelData"].VR == "OW"
        self.dtype = np.dtype(f"{'>' if big else '<'}u{max(1, self.layout.bits // 8)}")
        data = np.frombuffer(bytearray(dataset.PixelData), dtype=np.uint8)
        self.data = data.view(">u2").astype("<u2").view(np.uint8) if self.swapped else data

    def packed(self) -> bytes:
        data = self.data.view("<u2").astype(">u2") if self.swapped else self.data
        return data.tobytes()

    def fill(self, frame: int, area: Area, fill: Sequence[int]) -> None:
        if self.layout.bits == 1:
            self._fill_bits(frame, area, fill[0])
        elif self.layout.paired:
            self._fill_pairs(frame, area, fill)
        elif self.layout.planar:
            box = self._samples(frame).reshape(self.layout.samples, self.layout.rows, self.layout.columns)
            box[(slice(None), *rectangle(area))] = np.array(fill, dtype=self.dtype)[:, None, None]
        else:
            box = self._samples(frame).reshape(self.layout.rows, self.layout.columns, self.layout.samples)
            box[rectangle(area)] = np.array(fill, dtype=self.dtype)

    def _samples(self, frame: int) -> NDArray[np.unsignedinteger]:
        size = self.layout.frame_samples * self.dtype.itemsize
        part = self.data[frame * size : (frame + 1) * size]
        if part.size < size:
            raise DeidentificationError("pixels_undecodable")
        return part.view(self.dtype)

    def _fill_pairs(self, frame: int, area: Area, fill: Sequence[int]) -> None:
        luminance, *chrominance = fill
        pairs = self._samples(frame).reshape(self.layout.rows, self.layout.columns // 2, 4)
        rows = slice(area.y, area.y + area.height)
        pairs[rows, area.x // 2 : (area.x + area.width + 1) // 2] = (luminance, luminance, *chrominance)

    def _fill_bits(self, frame: int, area: Area, fill: int) -> None:
        """Bits lie packed from the least of each byte; frames begin anywhere within one."""
        first = frame * self.layout.rows * self.layout.columns
        for row in range(area.y, area.y + area.height):
            start = first + row * self.layout.columns + area.x
            begin, end = start // 8, (start + area.width + 7) // 8
            bits = np.unpackbits(self.data[begin:end], bitorder="little")
            bits[start - begin * 8 :][: area.width] = fill
            self.data[begin:end] = np.packbits(bits, bitorder="little")


def _layout(dataset: Dataset) -> _Layout:
    samples = int(dataset.SamplesPerPixel)
    paired = samples == 3 and str(dataset.PhotometricInterpretation) == "YBR_FULL_422"
    planar = samples == 3 and not paired and int(dataset.get("PlanarConfiguration") or 0) == 1
    bits, columns = int(dataset.BitsAllocated), int(dataset.Columns)
    if bits not in (1, 8, 16, 32) or (paired and (columns % 2 or bits != 8)):
        raise DeidentificationError("pixels_undecodable")
    return _Layout(int(dataset.Rows), columns, samples, bits, planar, paired)


# Compressed frames, decoded and encoded anew.


def _mask_compressed(dataset: Dataset, by_frame: dict[int, list[Area]], frames: int) -> None:
    fill = np.array(_fill_of(dataset, min(by_frame)), dtype=np.int64)
    streams: list[bytes] = []
    keeps_coded = _fits_jpeg_ls(dataset)
    for frame in range(frames):
        pixels = np.array(decode_frame(dataset, frame), copy=True)
        for area in by_frame.get(frame, ()):
            pixels[rectangle(area)] = _as_stored(fill, pixels)
        streams.append(_coded(pixels, dataset) if keeps_coded else _little_endian(pixels))
    _replace_pixels(dataset, streams, keeps_coded=keeps_coded)


def _as_stored(fill: NDArray[np.int64], pixels: Pixels) -> NDArray[np.generic]:
    """Bring a value given in unsigned bits to the type of the decoded pixels."""
    size = pixels.dtype.itemsize * 8
    whole = np.asarray(fill & ((1 << size) - 1), dtype=f"u{pixels.dtype.itemsize}").view(pixels.dtype)
    return whole if pixels.ndim == 3 else whole[0]


def _fits_jpeg_ls(dataset: Dataset) -> bool:
    return _LEAST_BITS <= int(dataset.BitsStored) <= _MOST_BITS and int(dataset.BitsAllocated) <= _MOST_BITS


def _coded(pixels: Pixels, dataset: Dataset) -> bytes:
    samples = 1 if pixels.ndim == 2 else 3
    coded = JPEGLSLosslessEncoder.encode(
        pixels,
        encoding_plugin="pyjpegls",
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        number_of_frames=1,
        samples_per_pixel=samples,
        planar_configuration=0,
        photometric_interpretation="RGB" if samples == 3 else str(dataset.PhotometricInterpretation),
        bits_allocated=int(dataset.BitsAllocated),
        bits_stored=int(dataset.BitsStored),
        pixel_representation=int(dataset.PixelRepresentation),
    )
    return bytes(coded)


def _little_endian(pixels: Pixels) -> bytes:
    return pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()


def _replace_pixels(dataset: Dataset, streams: list[bytes], *, keeps_coded: bool) -> None:
    meta = dataset.file_meta
    if str(meta.TransferSyntaxUID) in _LOSSY:
        dataset.LossyImageCompression = "01"
    if int(dataset.SamplesPerPixel) == 3:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
    for keyword in _TABLES:
        dataset.pop(keyword, None)
    if keeps_coded:
        dataset.PixelData = encapsulate(streams)
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        meta.TransferSyntaxUID = JPEGLSLossless
        return
    data = b"".join(streams)
    dataset.PixelData = data + bytes(len(data) % 2)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OW", False
    meta.TransferSyntaxUID = ExplicitVRLittleEndian


# What a mask is filled with, in bits as they are stored, one value a sample.


def _fill_of(dataset: Dataset, frame: int) -> tuple[int, ...]:
    if int(dataset.SamplesPerPixel) == 3:
        return _fill_of_colour(dataset)
    if int(dataset.BitsAllocated) == 1:
        return (0,)
    if str(dataset.PhotometricInterpretation) == "PALETTE COLOR":
        return (_greyest_entry(dataset),)
    return (_mask_value(dataset, frame) & ((1 << int(dataset.BitsAllocated)) - 1),)


def _fill_of_colour(dataset: Dataset) -> tuple[int, int, int]:
    """Mid grey is the middle of each sample, in RGB and in luminance and chrominance alike."""
    middle = 1 << (int(dataset.BitsStored) - 1)
    return middle, middle, middle


def _greyest_entry(dataset: Dataset) -> int:
    """Return the entry of the palette that lies nearest to mid grey."""
    count, first, bits = (int(value) for value in dataset.RedPaletteColorLookupTableDescriptor)
    count = min(count or 1 << 16, 1 << int(dataset.BitsStored))
    entries = np.arange(first, first + count, dtype=np.uint16)[None]
    colours = palette_colours(entries, dataset)[0].astype(np.int64)
    middle = 1 << (bits - 1)
    return first + int(np.abs(colours - middle).sum(axis=1).argmin())


def _mask_value(dataset: Dataset, frame: int) -> int:
    """Return the value in the stored bits: 1000 HU in a CT, elsewhere halfway between the 1st and 99th percentiles.

    It lies between the least and the greatest value of the frame, and so is never a new extreme.
    """
    stored = decode_frame(dataset, frame)
    slope = frame_value(dataset, frame, ("PixelValueTransformationSequence", "RescaleSlope"))
    intercept = frame_value(dataset, frame, ("PixelValueTransformationSequence", "RescaleIntercept"))
    if str(dataset.get("Modality")) == "CT" and slope and intercept is not None:
        value = (_MASK_HU - float(intercept)) / float(slope)
    else:
        value = float(np.percentile(stored[::_SAMPLED, ::_SAMPLED].astype(np.float64), (1.0, 99.0)).mean())
    return round(min(max(value, float(stored.min())), float(stored.max())))
