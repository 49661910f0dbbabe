"""Structured documents and other objects without pictures: what of them stays."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deidentify.headers.codes import _has_check_digit
from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.profiles import ARCHIVE, BASIC, Profile
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from tests.deidentify.originals import SECRET, TEST_FILES, ct, encoded, item

PSEUDONYMS = Pseudonyms(SECRET)
STORAGE = "1.2.840.10008.5.1.4.1.1."
FINDING, DATE, NAME = ("121071", "DCM"), ("111060", "DCM"), ("121008", "DCM")


def _clean(original: Dataset | bytes, profile: Profile = ARCHIVE) -> Dataset:
    data = original if isinstance(original, bytes) else encoded(original)
    options = CleanOptions(profile=profile, decode=False)
    return pydicom.dcmread(BytesIO(clean_dicom(data, PSEUDONYMS, Limits(), options=options).body))


def _refusal(original: Dataset) -> str:
    with pytest.raises(DeidentificationError) as raised:
        _clean(original)
    return raised.value.code


def _code(value: str, scheme: str, meaning: str = "of FICTUS", **more: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning, **more)


def _content(kind: str, concept: tuple[str, str] = FINDING, **values: Any) -> Dataset:
    name = Sequence([_code(*concept)])
    return item(RelationshipType="CONTAINS", ValueType=kind, ConceptNameCodeSequence=name, **values)


def _report(*content: Dataset) -> Dataset:
    report = ct(SOPClassUID=f"{STORAGE}88.33", Modality="SR", ContentSequence=Sequence(content), ValueType="CONTAINER")
    del report.PixelData, report.Rows
    return report


def test_report_keeps_numbers_codes_and_moved_dates_but_no_words():
    value = item(NumericValue="12.5", MeasurementUnitsCodeSequence=Sequence([_code("mm", "UCUM")]))
    report = _report(
        _content("TEXT", TextValue="Zebra has no effusion"),
        _content("PNAME", NAME, PersonName="FICTUS^ZEBRA"),
        _content("NUM", MeasuredValueSequence=Sequence([value])),
        _content("DATE", DATE, Date="20190712"),
        _content("CODE", ConceptCodeSequence=Sequence([_code("39607008", "SCT")])),
    )

    number, day, coded = _clean(report).ContentSequence

    assert number.MeasuredValueSequence[0].NumericValue == 12.5
    assert number.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeMeaning == "mm"
    assert day.Date != "20190712"
    assert coded.ConceptCodeSequence[0].CodeMeaning == "Lung"


def test_items_that_others_refer_to_leave_an_empty_place():
    report = _report(_content("TEXT", TextValue="Zebra"), item(ReferencedContentItemIdentifier=[1, 1]), _content("NUM"))

    first, second, third = _clean(report).ContentSequence

    assert first.ConceptCodeSequence[0].CodeMeaning == second.ConceptCodeSequence[0].CodeMeaning == "Unknown"
    assert third.ValueType == "NUM"


def test_basic_profile_leaves_a_report_that_says_nothing():
    report = _clean(_report(_content("NUM"), _content("CONTAINER")), BASIC)

    assert [found.ConceptCodeSequence[0].CodeMeaning for found in report.ContentSequence] == ["Unknown"]


@pytest.mark.parametrize(
    ("kind", "concept", "stays"),
    [
        ("NUM", ("1", "99LOCAL"), False),
        ("CONTAINER", ("1", "99LOCAL"), True),
        ("COMPOSITE", ("122073", "DCM"), False),
        ("UIDREF", ("112357", "DCM"), True),
        ("DATETIME", ("1", "99LOCAL"), True),
        ("ZEBRA", FINDING, False),
    ],
)
def test_content_item_stays_by_kind_and_concept(kind, concept, stays):
    assert ("ContentSequence" in _clean(_report(_content(kind, concept)))) is stays


def test_content_item_without_concept_stays():
    assert len(_clean(_report(item(ValueType="IMAGE", RelationshipType="CONTAINS"))).ContentSequence) == 1


@pytest.mark.parametrize(
    ("value", "scheme", "meaning"),
    [
        ("39607008", "SCT", "Lung"),
        ("T-28000", "SNM3", "Lung"),
        ("22298006", "SCT", "Myocardial Infarction"),
        ("74281000", "SCT", None),
        ("T-F0001", "SRT", "SRT T-F0001"),
        ("RID99999", "RADLEX", "RADLEX RID99999"),
        ("9001011234567", "99LOCAL", None),
        ("FICTUS", "UCUM", None),
    ],
)
def test_code_gets_the_meaning_of_a_dictionary(value, scheme, meaning):
    after = _clean(ct(AnatomicRegionSequence=Sequence([_code(value, scheme)])))

    found = [entry.CodeMeaning for entry in after.get("AnatomicRegionSequence", ())]
    assert found == ([meaning] if meaning else [])


def test_check_digit_tells_codes_from_other_numbers():
    assert _has_check_digit("22298006")
    assert not _has_check_digit("22298060")


def test_code_keeps_the_version_of_its_scheme():
    after = _clean(ct(AnatomicRegionSequence=Sequence([_code("39607008", "SCT", CodingSchemeVersion="1.3")])))

    assert after.AnatomicRegionSequence[0].CodingSchemeVersion == "1.3"


def test_code_that_must_be_there_becomes_unknown():
    segment = item(SegmentNumber=1, SegmentedPropertyTypeCodeSequence=Sequence([_code("1", "99LOCAL")]))
    original = ct(SOPClassUID=f"{STORAGE}66.4", SegmentSequence=Sequence([segment]))

    after = _clean(original)

    assert after.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeValue == "261665006"


def test_dummy_stands_where_a_person_must_be_named():
    person = item(PersonIdentificationCodeSequence=Sequence([_code("Z1", "99HOSPITAL")]), InstitutionName="Zebra House")
    observer = item(VerifyingObserverName="FICTUS^ZEBRA", VerifyingOrganization="Zebra House")
    report = _report(_content("CONTAINER"))
    report.VerifyingObserverSequence = Sequence([observer])
    report.ReferencedRequestSequence = Sequence([person])

    found = _clean(report).VerifyingObserverSequence[0]

    assert str(found.VerifyingObserverName) == PSEUDONYMS.patient
    assert found.VerifyingOrganization == "REMOVED"


@pytest.mark.parametrize(
    ("sop_class", "expected"),
    [
        (f"{STORAGE}104.1", "dicom_encapsulated"),
        (f"{STORAGE}66", "dicom_object"),
        (f"{STORAGE}9.4.1", "dicom_object"),
        ("1.3.12.2.1107.5.9.1", "dicom_object"),
        ("1.2.840.10008.1.3.10", "dicomdir_dropped"),
    ],
)
def test_object_that_is_not_taken_says_why(sop_class, expected):
    assert _refusal(ct(SOPClassUID=sop_class)) == expected


def test_directory_records_are_a_directory_whatever_the_class_says():
    assert _refusal(ct(DirectoryRecordSequence=Sequence([item(PatientName="FICTUS")]))) == "dicomdir_dropped"


@pytest.mark.parametrize("name", ["test-SR.dcm", "rtplan.dcm", "rtdose.dcm", "rtstruct.dcm", "liver_1frame.dcm",
                                  "waveform_ecg.dcm", "reportsi.dcm"])  # fmt: skip
@pytest.mark.parametrize("profile", [ARCHIVE, BASIC], ids=["archive", "basic"])
def test_packaged_object_passes_and_keeps_its_pixels(name, profile):
    original = pydicom.dcmread(TEST_FILES / name, force=True)

    after = _clean((TEST_FILES / name).read_bytes(), profile)

    for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
        assert after.get(keyword) == original.get(keyword)
    assert after.SOPClassUID == original.SOPClassUID
