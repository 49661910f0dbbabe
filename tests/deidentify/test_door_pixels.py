"""The door's search of pictures: two passes over series, masks, quarantine, and whom burned-in text names."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

from deidentify.burned_in.finder import Findings, FoundText
from deidentify.burned_in_samples import radiograph_with_text
from deidentify.door import DoorOptions, clean_file, clean_sources
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, RefusedInstance
from deidentify.pixels.search import TextFinder
from domain.errors import DeidentificationError
from domain.identity import IdentityKind, telling_two_patients
from domain.study import Concern
from tests.deidentify.originals import SECRET, ct, encoded, photo, zipped

NOTHING = Findings((), (), ())


def _text(words: str, *, x: int = 4, y: int = 4) -> FoundText:
    corners = ((x, y), (x + 20, y), (x + 20, y + 12), (x, y + 12))
    return FoundText(tuple((float(a), float(b)) for a, b in corners), words, 0.95, 12.0)


def _finder(*blank: FoundText, shows: bool = False) -> TextFinder:
    found = Findings(tuple(blank), (), ())
    return TextFinder(find=lambda view, **_: found, shows=lambda view, findings: shows)


def _outcomes(data: bytes, finder: TextFinder, *, limits: Limits | None = None, images_only: bool = True):
    options = DoorOptions(finder=finder, limits=limits or Limits(), images_only=images_only)
    return list(clean_file(BytesIO(data), secret=SECRET, options=options))


def _slice(**changes: object) -> bytes:
    pixels = np.arange(48 * 64, dtype=np.uint16) % 900
    return encoded(ct(Rows=48, Columns=64, PixelData=pixels.tobytes(), **changes))


def _radiograph(**changes: object) -> bytes:
    return _slice(Modality="CR", **changes)


def _series(count: int, *, own_series: bool = False) -> bytes:
    named = {
        f"{number}.dcm": _slice(SOPInstanceUID=f"1.2.3.{number}", SeriesInstanceUID=f"1.2.{number * own_series}.9")
        for number in range(1, count + 1)
    }
    return zipped(named)


def _method_codes(outcome: CleanedInstance) -> set[str]:
    header = pydicom.dcmread(BytesIO(outcome.body))
    return {str(code.CodeValue) for code in header.DeidentificationMethodCodeSequence}


def test_found_text_is_masked_counted_and_said():
    (outcome,) = _outcomes(_radiograph(), _finder(_text("FICTUS")))

    before = pydicom.dcmread(BytesIO(_radiograph())).pixel_array
    after = pydicom.dcmread(BytesIO(outcome.body)).pixel_array
    assert outcome.facts.masks
    assert outcome.report["text_masked"] == len(outcome.facts.masks)
    assert np.array_equal(before != after, _inside(after.shape, outcome.facts.masks) & (before != after))
    assert "113101" in _method_codes(outcome)


def _inside(shape: tuple[int, ...], masks) -> np.ndarray:
    inside = np.zeros(shape, bool)
    for area in masks:
        inside[area.y : area.y + area.height, area.x : area.x + area.width] = True
    return inside


def test_picture_without_text_keeps_its_pixels_as_they_are():
    (searched,) = _outcomes(_radiograph(), _finder())
    (plain,) = clean_file(BytesIO(_radiograph()), secret=SECRET, options=DoorOptions(search_pixels=False))

    assert searched.facts == plain.facts
    assert searched.body[-64:] == plain.body[-64:]
    assert "113101" not in _method_codes(plain)


def test_text_that_still_shows_is_quarantined():
    found = _outcomes(_radiograph(), _finder(_text("FICTUS"), shows=True))

    assert found == [RefusedInstance(index=0, code="text_still_shows", is_quarantined=True)]


def test_one_mask_holds_for_the_whole_series():
    found = _outcomes(_series(6), _finder(_text("FICTUS")))

    assert len(found) == 6
    assert len({outcome.facts.masks for outcome in found}) == 1
    assert found[0].facts.masks


def test_series_is_searched_over_several_sources():
    files = [_slice(SOPInstanceUID=f"1.2.3.{number}") for number in range(5)]
    options = DoorOptions(finder=_finder(_text("FICTUS")))

    found = list(clean_sources([lambda file=file: BytesIO(file) for file in files], secret=SECRET, options=options))

    assert [(outcome.source, outcome.index) for outcome in found] == [(number, 0) for number in range(5)]
    assert len({outcome.facts.masks for outcome in found}) == 1
    assert found[0].facts.masks


def test_files_that_are_not_held_are_cleaned_again_to_the_same():
    held = _outcomes(_series(5), _finder(_text("FICTUS")))
    again = _outcomes(_series(5), _finder(_text("FICTUS")), limits=Limits(held_bytes=1))

    assert [outcome.body for outcome in held] == [outcome.body for outcome in again]


def test_more_series_than_the_limit_are_refused():
    found = _outcomes(_series(3, own_series=True), _finder(), limits=Limits(series=2))

    assert [getattr(outcome, "code", "") for outcome in found] == ["", "", "zip_too_many_series"]


def test_search_that_fails_lets_nothing_pass():
    def fail(view, **_):
        raise DeidentificationError("text_search_missing")

    broken = TextFinder(find=fail, shows=lambda view, findings: False)

    single, series = _outcomes(_radiograph(), broken), _outcomes(_series(5), broken)

    assert {outcome.code for outcome in (*single, *series)} == {"text_search_missing"}
    assert len(series) == 5


def test_surprise_in_the_search_lets_nothing_pass():
    def fail(view, **_):
        raise RuntimeError("FICTUS^ZEBRA")

    found = _outcomes(_radiograph(), TextFinder(find=fail, shows=lambda view, findings: False))

    assert found == [RefusedInstance(index=0, code="door_surprise")]


def test_object_without_a_picture_passes_only_where_it_is_wanted():
    report = Path(pydicom.data.get_testdata_file("reportsi.dcm")).read_bytes()

    assert [outcome.code for outcome in _outcomes(report, _finder())] == ["dicom_without_pixels"]
    (outcome,) = _outcomes(report, _finder(), images_only=False)
    assert outcome.facts is None


def test_photo_is_masked_with_its_concerns():
    (outcome,) = _outcomes(photo(size=(400, 300)), _finder(_text("FICTUS", x=40, y=40)))

    assert outcome.facts.masks
    assert Concern.LOW_RESOLUTION in outcome.facts.concerns
    assert outcome.report["text_masked"] == len(outcome.facts.masks)


def test_photo_can_pass_unsearched_for_an_operator():
    (outcome,) = clean_file(BytesIO(photo()), secret=SECRET, options=DoorOptions(search_pixels=False))

    assert outcome.facts.masks == ()
    assert outcome.report == {"photo_written_anew": 1}


@pytest.mark.parametrize(
    ("words", "is_another"), [("ID: 77120345", True), ("ID: 1234S678", False), ("PORTABLE", False)]
)
def test_burned_in_number_of_another_patient_is_told(words, is_another):
    (outcome,) = _outcomes(_radiograph(PatientID="12345678"), _finder(_text(words)))

    told = telling_two_patients([outcome.identities, outcome.burned_in])

    assert told == ((IdentityKind.PATIENT_ID,) if is_another else ())


def test_real_search_masks_the_name_and_keeps_the_side():
    (outcome,) = clean_file(BytesIO(radiograph_with_text()), secret=SECRET)

    assert len(outcome.facts.masks) >= 2
    assert len(outcome.facts.kept_text) >= 2


def test_pixels_that_nobody_can_search_stay_outside():
    wide_field = _slice(SOPClassUID="1.2.840.10008.5.1.4.1.1.77.1.5.5", Modality="OP")

    found = _outcomes(wide_field, _finder(), images_only=False)

    assert found == [RefusedInstance(index=0, code="dicom_object")]
