"""DICOM headers: what stays, what goes, and what is said about it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pydicom
import pytest
from pydicom.config import IGNORE
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deidentify.headers.rules import profile_rules
from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.pseudonyms import Pseudonyms
from tests.deidentify.originals import SECRET, STUDY_UID, cleaned, code, ct, encoded, explicit, item, read

PSEUDONYMS = Pseudonyms(SECRET)


def _after(**changes) -> Dataset:
    return read(cleaned(ct(**changes)))


def test_identity_becomes_a_pseudonym_and_characteristics_stay():
    after = _after(PatientSize="1.62", PatientWeight="55")

    assert str(after.PatientName) == after.PatientID == PSEUDONYMS.patient
    assert after.PatientBirthDate == after.AccessionNumber == after.ReferringPhysicianName == ""
    assert (after.PatientSex, after.PatientSize, after.PatientWeight) == ("F", 1.62, 55)


def test_marks_say_what_was_done_and_claim_no_more():
    after = _after(BurnedInAnnotation="NO")

    codes = [found.CodeValue for found in after.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113103", "113104", "113105", "113107", "113108"]
    assert after.PatientIdentityRemoved == "YES"
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    assert "BurnedInAnnotation" not in after


def test_file_meta_and_preamble_are_ours():
    outcome = cleaned(ct())

    meta = read(outcome).file_meta
    assert outcome.body[:128] == b"\0" * 128
    assert "SourceApplicationEntityTitle" not in meta
    assert meta.MediaStorageSOPInstanceUID == outcome.facts.instance_uid != f"{STUDY_UID}.3"
    assert b"FICTUS" not in outcome.body


def test_uids_hold_together_through_references():
    reference = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=f"{STUDY_UID}.3")

    after = _after(ReferencedImageSequence=Sequence([reference]))

    found = after.ReferencedImageSequence[0]
    assert found.ReferencedSOPInstanceUID == after.SOPInstanceUID == PSEUDONYMS.uid(f"{STUDY_UID}.3")
    assert found.ReferencedSOPClassUID == after.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"


def test_dates_move_together_and_times_stay_to_the_hour():
    after = _after(AcquisitionDate="20190712", AcquisitionDateTime="20190712134455.123+0900", SeriesTime="0930")

    moved = date.fromisoformat(after.StudyDate)
    assert moved == date(2019, 7, 5) - PSEUDONYMS.shift
    assert date.fromisoformat(after.AcquisitionDate) - moved == timedelta(days=7)
    assert (after.StudyTime, after.SeriesTime) == ("120000", "090000")
    assert after.AcquisitionDateTime == after.AcquisitionDate + "130000"


def test_private_unknown_and_descriptive_attributes_are_gone():
    original = ct(StudyDescription="Mr FICTUS", ImageComments="CT seen", ProtocolName="Zebra")
    original.private_block(0x0011, "FICTUS INC", create=True).add_new(1, "LO", "private words")
    original.add_new(0x60000010, "US", 4)
    original.add_new(0x00091001, "UN", b"odd")

    outcome = cleaned(original)

    after = read(outcome)
    assert not [element for element in after if element.tag.is_private or element.tag.group == 0x6000]
    assert not {"StudyDescription", "ImageComments", "ProtocolName"} & set(after.dir())
    assert outcome.report["private_removed"] == 3


def test_identifiers_inside_of_a_kept_sequence_are_gone():
    frame = item(PatientName="FICTUS^ZEBRA", FrameComments="Zebra", StackID="1", FrameAcquisitionDateTime="20190705")

    after = _after(FrameContentSequence=Sequence([frame]))

    found = after.FrameContentSequence[0]
    assert sorted(found.dir()) == ["FrameAcquisitionDateTime", "StackID"]
    assert found.FrameAcquisitionDateTime == after.StudyDate


def test_coded_entries_keep_known_codes_in_our_words():
    known = item(CodeValue="39607008", CodingSchemeDesignator="SCT", CodeMeaning="Lung of FICTUS")
    unknown = item(CodeValue="1", CodingSchemeDesignator="99LOCAL", CodeMeaning="Zebra")

    after = _after(AnatomicRegionSequence=Sequence([known, unknown]), ViewCodeSequence=Sequence([unknown]))

    assert [found.CodeMeaning for found in after.AnatomicRegionSequence] == ["Lung"]
    assert "ViewCodeSequence" not in after


@pytest.mark.parametrize(
    ("keyword", "value", "expected"),
    [
        ("BodyPartExamined", "chest", "CHEST"),
        ("BodyPartExamined", "FICTUS ZEBRA", None),
        ("ConvolutionKernel", "B70f", "B70f"),
        ("ConvolutionKernel", ["I31f", "3"], ["I31f", "3"]),
        ("ConvolutionKernel", "Dr Zebra", None),
        ("ContrastBolusAgent", "Omnipaque 350 for Mr Fictus", "OMNIPAQUE"),
        ("ContrastBolusAgent", "something", "CONTRAST"),
        ("ImageType", ["ORIGINAL", "PRIMARY", "ZEBRA", "AXIAL"], ["ORIGINAL", "PRIMARY"]),
        ("ImageType", ["ZEBRA"], ["DERIVED", "SECONDARY"]),
        ("Laterality", "R", "R"),
        ("ViewPosition", "PA", "PA"),
        ("PatientOrientation", ["L", "F"], ["L", "F"]),
        ("FrameIncrementPointer", 0x00181063, 0x00181063),
        ("FrameIncrementPointer", 0x00080081, None),
        ("PatientAge", "067Y", "060Y"),
        ("PatientAge", "094Y", "090Y"),
        ("PatientAge", "103Y", "090Y"),
        ("PatientAge", "019Y", "010Y"),
        ("PatientAge", "015Y", "010Y"),
        ("PatientAge", "007Y", "005Y"),
        ("PatientAge", "030M", "001Y"),
        ("PatientAge", "003W", "000Y"),
        ("PatientAge", "1950", None),
        ("KVP", "120", 120),
        ("SliceLocation", "-123456789.125", -123456789.125),
        ("SliceLocation", "9001011234567", None),
        ("SliceLocation", "9001011234.5", None),
        ("InstanceNumber", "123456789", 123456789),
        ("InstanceNumber", "9001011234", None),
        ("ExtendedOffsetTable", b"FICTUS Z", None),
        ("StudyDate", "2019.07.05", (date(2019, 7, 5) - PSEUDONYMS.shift).strftime("%Y%m%d")),
        ("SeriesDate", "20191399", None),
        ("SeriesDate", "summer", None),
        ("AcquisitionDateTime", "summer", None),
        ("SeriesTime", "noonish", None),
        ("FrameOfReferenceUID", " ", ""),
    ],
)
def test_value_becomes(keyword, value, expected):
    after = _after(**{keyword: value})

    found = after.get(keyword)
    assert (list(found) if isinstance(expected, list) else found) == expected


def test_values_that_only_look_like_numbers_are_left_out():
    original = ct()
    original.add(pydicom.DataElement("WindowWidth", "LO", "1500 Zebra"))
    original.add(pydicom.DataElement("WindowCenter", "LO", "-600"))

    after = read(cleaned(original))

    assert "WindowWidth" not in after
    assert after.WindowCenter == -600


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [
        ("PlanarConfiguration", "LO", "FICTUS"),
        ("PlanarConfiguration", "US", [0, 1]),
        ("PixelPaddingValue", "LO", "FICTUS"),
        ("FrameOfReferenceUID", "UI", "\0"),
    ],
)
def test_wrong_kind_of_value_is_left_out(keyword, vr, value):
    original = ct()
    original.add(DataElement(keyword, vr, value, validation_mode=IGNORE))

    after = read(cleaned(original))

    assert not after.get(keyword)


def test_odd_lengths_of_binary_values_are_left_out():
    original = encoded(ct())
    place = original.index(b"\x28\x00\x02\x00US")
    planar = explicit(0x00280006, "US", b"\0\0\0\0")[:8].replace(b"\4\0", b"\3\0") + b"\0\0\0"
    pointer = explicit(0x00280009, "AT", b"\0\0\0\0")[:8].replace(b"\4\0", b"\3\0") + b"\0\0\0"
    after_photometric = original.index(b"\x28\x00\x10\x00US")

    after = read(cleaned(original[:after_photometric] + planar + pointer + original[after_photometric:]))

    assert place < after_photometric
    assert not {"PlanarConfiguration", "FrameIncrementPointer"} & set(after.dir())


def test_term_that_the_patient_is_called_by_stays_only_where_it_must():
    named = ct(PatientName="CHEST^MONOCHROME2", BodyPartExamined="CHEST", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])
    named.OperatorsName = "MARY"

    after = read(cleaned(named))

    assert "BodyPartExamined" not in after
    assert after.PhotometricInterpretation == "MONOCHROME2"
    assert list(after.ImageType) == ["ORIGINAL", "", "AXIAL"]


def test_long_decimals_are_cut_to_sixteen_characters():
    original = encoded(ct())
    place = original.index(b"\x28\x00\x02\x00US")
    spacing = explicit(0x00201041, "DS", b"0.333333333333333314829616256247 ")

    after = read(cleaned(original[:place] + spacing + original[place:]))

    assert after["SliceLocation"].value.original_string == "0.33333333333333"


def test_long_value_that_came_as_unknown_goes_as_unknown():
    points = b"1.25\\" * 16_000 + b"1.25"
    contour = item()
    contour.add_new(0x30060050, "UN", points)
    roi = item(ContourSequence=Sequence([contour]))
    original = ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.481.3", ROIContourSequence=Sequence([roi]))

    body = clean_dicom(encoded(original), PSEUDONYMS, Limits(), options=CleanOptions(decode=False)).body

    assert points in body
    assert b"\x06\x30\x50\x00UN" in body


def test_empty_values_stay_empty_and_empty_tables_go():
    after = _after(PatientPosition="", RedPaletteColorLookupTableData=b"")

    assert after.PatientPosition == ""
    assert "RedPaletteColorLookupTableData" not in after


def test_missing_type_two_attributes_are_added_empty():
    original = ct(
        PatientName=None, PatientID=None, StudyDate=None, StudyTime=None, PatientSex=None, AccessionNumber=None
    )

    after = read(cleaned(original))

    assert str(after.PatientName) == PSEUDONYMS.patient
    assert after.StudyDate == after.StudyTime == after.PatientSex == after.AccessionNumber == after.StudyID == ""


def test_image_without_study_and_series_becomes_one_of_its_own():
    first = read(cleaned(ct(StudyInstanceUID=None, SeriesInstanceUID=None)))
    again = read(cleaned(ct(StudyInstanceUID=None, SeriesInstanceUID=None)))

    assert first.StudyInstanceUID.startswith("2.25.")
    assert first.StudyInstanceUID != first.SeriesInstanceUID
    assert (first.StudyInstanceUID, first.SeriesInstanceUID) == (again.StudyInstanceUID, again.SeriesInstanceUID)


def test_image_without_identity_is_refused():
    whole = encoded(ct(SOPInstanceUID=None))
    place = whole.index(b"\x02\x00\x03\x00UI")

    unnamed = whole[:place] + whole[place + 8 + whole[place + 6] :]

    assert code(unnamed) == "dicom_incomplete"


def test_a_sequence_that_is_none_is_left_out():
    original = encoded(ct())
    place = original.index(b"\x08\x00\x50\x00SH")
    wrong = original[:place] + b"\x08\x00\x40\x11LO\x04\x00FICT" + original[place:]

    after = read(cleaned(wrong))

    assert "ReferencedImageSequence" not in after


def test_a_number_sent_as_a_sequence_is_left_out():
    original = ct()
    original.add(pydicom.DataElement(0x00180060, "SQ", Sequence([item(PatientName="FICTUS")])))

    after = read(cleaned(original))

    assert "KVP" not in after


def _canary() -> Dataset:
    """Return a data set with a marked value in every textual attribute that the profile names."""
    dataset = Dataset()
    for row in profile_rules().values():
        tag = int(row.key, 16) if re.fullmatch("[0-9A-F]{8}", row.key) else 0
        vr = dictionary_VR(tag) if dictionary_has_tag(tag) else "LO"
        if tag >> 16 > 2 and vr in ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT", "AS", "DA", "DT", "TM"):
            dataset.add(DataElement(tag, vr, f"QZ{row.key}", validation_mode=IGNORE))
    return dataset


def test_no_marked_value_of_any_profile_attribute_survives():
    original = ct(PerFrameFunctionalGroupsSequence=Sequence([item(FrameContentSequence=Sequence([_canary()]))]))
    for element in _canary():
        original.add(element)

    outcome = cleaned(original)

    assert len(_canary()) > 300
    assert b"QZ" not in outcome.body
