"""Photos: written anew from their pixels, upright, and nothing else."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from deidentify.limits import Limits
from deidentify.pixels.photos import clean_photo, read_photo
from domain.errors import DeidentificationError
from tests.deidentify.originals import cleaned, code, photo
from tests.fakes.heic_photo import HEIC

MARK = "FICTUS ZEBRA"
MARKED = MARK.encode()


def _picture(instance) -> Image.Image:
    return Image.open(BytesIO(instance.body))


def _png_of_size(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 4) + b"IDAT" + b"\0" * 8


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112], exif[0x013B] = MARK, orientation, MARK
    return exif


def test_no_segment_of_a_jpeg_survives():
    original = photo(comment=MARKED, exif=_exif(), icc_profile=MARKED, xmp=MARKED) + MARKED
    assert original.count(MARKED) >= 6

    outcome = cleaned(original)

    assert MARKED not in outcome.body
    assert outcome.media_type == outcome.facts.media_type == "image/jpeg"
    assert not _picture(outcome).getexif()
    assert set(_picture(outcome).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_no_chunk_of_a_png_survives():
    info = PngImagePlugin.PngInfo()
    info.add_text("Patient", MARK)
    info.add_itxt("Name", MARK, zip=False)
    info.add(b"prVt", MARKED)
    original = photo("PNG", pnginfo=info, exif=_exif(), icc_profile=MARKED) + MARKED

    outcome = cleaned(original)

    assert MARKED not in outcome.body
    assert (outcome.media_type, _picture(outcome).info) == ("image/png", {})


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "TIFF"])
def test_other_pictures_become_png(kind):
    outcome = cleaned(photo(kind, exif=_exif()) if kind != "BMP" else photo(kind))

    assert outcome.media_type == "image/png"
    assert MARKED not in outcome.body


def test_orientation_is_applied_before_it_is_forgotten():
    outcome = cleaned(photo(exif=_exif(orientation=6)))

    red, blue = _picture(outcome).getpixel((15, 5)), _picture(outcome).getpixel((15, 35))
    assert (outcome.facts.columns, outcome.facts.rows) == (30, 40)
    assert red[0] > 200 > blue[0]


def test_facts_of_a_photo_cannot_be_windowed():
    facts = cleaned(photo()).facts

    assert (facts.modality, facts.frames, facts.window, facts.spacing_mm) == ("XC", 1, None, None)
    assert facts.series_uid != cleaned(photo(size=(41, 30))).facts.series_uid
    assert facts.study_uid == cleaned(photo(size=(41, 30))).facts.study_uid


def test_what_lies_under_transparency_is_covered():
    picture = Image.new("RGBA", (8, 8), (200, 10, 10, 0))
    buffer = BytesIO()
    picture.save(buffer, "PNG")

    outcome = cleaned(buffer.getvalue())

    assert _picture(outcome).mode == "RGB"
    assert not np.asarray(_picture(outcome)).any()


@pytest.mark.parametrize(("mode", "expected"), [("1", "L"), ("L", "L"), ("P", "RGB"), ("I;16", "L"), ("CMYK", "RGB")])
def test_modes_become_grey_or_colour(mode, expected):
    buffer = BytesIO()
    values = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    picture = Image.fromarray(values) if mode == "I;16" else Image.new(mode, (8, 8))
    picture.save(buffer, "TIFF" if mode == "CMYK" else "PNG")

    after = _picture(cleaned(buffer.getvalue()))

    assert after.mode == expected
    assert mode != "I;16" or after.getextrema() == (0, 255)


def test_too_many_pixels_are_refused_before_decoding():
    assert code(_png_of_size(40_000, 40_000)) == "pixels_too_many"
    assert code(_png_of_size(15_000, 14_000)) == "pixels_too_many"
    assert code(photo(), Limits(frame_pixels=1_199)) == "pixels_too_many"


def test_damaged_photo_is_refused():
    assert code(photo()[:300]) == "photo_undecodable"
    assert code(b"\xff\xd8\xff" + b"\0" * 50) == "photo_undecodable"
    assert code(_png_of_size(10, 10)) == "photo_undecodable"


def test_moving_and_paged_pictures_are_refused():
    pages = [Image.new("L", (8, 8), 10), Image.new("L", (8, 8), 200)]
    buffer = BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])

    assert code(buffer.getvalue()) == "photo_several_pages"


def test_heic_becomes_a_jpeg_without_its_metadata():
    assert MARKED in HEIC

    cleaned_photo = clean_photo(HEIC, Limits())

    after = Image.open(BytesIO(cleaned_photo.body))
    assert MARKED not in cleaned_photo.body
    assert (cleaned_photo.media_type, sorted(after.size)) == ("image/jpeg", [48, 64])
    assert after.getpixel((4, 4))[0] > 150 > after.getpixel((4, 4))[2]


@pytest.mark.parametrize(
    "damage", [lambda data: data[:400], lambda data: data[:40] + bytes(200), lambda data: data[:20]]
)
def test_damaged_heic_is_refused(damage):
    with pytest.raises(DeidentificationError, match="photo_undecodable"):
        clean_photo(damage(HEIC), Limits())


def test_heic_of_too_many_pixels_is_refused_before_decoding():
    with pytest.raises(DeidentificationError, match="pixels_too_many"):
        clean_photo(HEIC, Limits(frame_pixels=64 * 48 - 1))


def test_heic_that_claims_a_gigantic_picture_is_refused():
    size = HEIC.index(b"ispe") + 8
    claimed = HEIC[:size] + struct.pack(">LL", 60_000, 60_000) + HEIC[size + 8 :]

    with pytest.raises(DeidentificationError, match="pixels_too_many"):
        clean_photo(claimed, Limits())


def test_photo_tells_whether_a_camera_took_it():
    exif = Image.Exif()
    exif[0x010F] = MARK

    assert read_photo(photo(exif=exif), Limits()).from_camera
    assert read_photo(HEIC, Limits()).from_camera
    assert not read_photo(photo(), Limits()).from_camera
    assert read_photo(photo("PNG"), Limits()).tables is None
