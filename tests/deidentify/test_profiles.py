"""Objects of every kind under both profiles, as the judge of `profile_check.py` sees them."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from bench._canaries import canaries
from deidentify.headers.marks import method_codes
from deidentify.instances import CleanedDicom, CleanOptions, clean_dicom
from deidentify.kinds import HEAD_BYTES, FileKind, kind_of
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet
from deidentify.profiles import ARCHIVE, BASIC, PROFILES, Profile, profile_named
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from tests.deidentify.originals import CHARSET_FILES, SECRET, TEST_FILES, ct, encoded, item, read
from tests.deidentify.profile_check import Judge

PSEUDONYMS = Pseudonyms(SECRET, several=True)
_FALSE_LEAKS = {"patient"}
"""A radiograph of a "patient^patient": the word stands in the standard's name of an option."""


def _clean(original: Dataset | bytes, profile: Profile = ARCHIVE, **options: bool) -> CleanedDicom:
    data = original if isinstance(original, bytes) else encoded(original)
    chosen = CleanOptions(profile=profile, **{"decode": False} | options)
    return clean_dicom(data, PSEUDONYMS, Limits(), options=chosen)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_no_canary_survives(profile):
    judge = Judge(options=profile.options)

    with quiet():
        for canary in canaries(seed=20, names=("ct", "report", "plan", "presentation")):
            marks = canary.marks if profile.options else canary.marks | canary.measures
            judge.look_at(canary.name, canary.data, _clean(canary.data, profile).body, marks=marks)

    assert judge.listed > 10_000
    assert judge.verdict() == []


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_packaged_files_pass_the_judge(profile):
    judge, refused = Judge(options=profile.options), set()

    with quiet():
        for path in sorted([*TEST_FILES.glob("*.dcm"), *CHARSET_FILES.glob("*.dcm")]):
            data = path.read_bytes()
            try:
                if kind_of(data[:HEAD_BYTES]) is FileKind.DICOM:
                    judge.look_at(path.name, data, _clean(data, profile).body)
            except DeidentificationError as error:
                refused.add(error.code)

    assert [problem for problem in judge.verdict() if problem.split()[-1] not in _FALSE_LEAKS] == []
    assert refused <= {
        "dicom_ambiguous",
        "dicom_incomplete",
        "dicom_truncated",
        "dicomdir_dropped",
        "pixels_undecodable",
    }


def test_method_codes_follow_from_what_was_applied():
    searched, not_searched = (method_codes(BASIC, pixels_searched=searched) for searched in (True, False))

    codes = [found.CodeValue for found in read(_clean(ct(), pixels_searched=True)).DeidentificationMethodCodeSequence]

    assert [value for value, _ in searched] == ["113100", "113101"]
    assert [value for value, _ in not_searched] == ["113100"]
    assert codes == ["113100", "113101", "113103", "113104", "113105", "113107", "113108"]


def test_basic_profile_retains_nothing_of_patient_and_time():
    after = read(_clean(ct(PatientAge="067Y", PatientSize="1.6", AcquisitionDate="20190712"), BASIC))

    assert after.PatientSex == after.StudyDate == after.StudyTime == ""
    assert not {"PatientAge", "PatientSize", "AcquisitionDate"} & set(after.dir())
    assert after.LongitudinalTemporalInformationModified == "REMOVED"
    assert after.PatientID.startswith("P")


def test_description_keeps_listed_words_and_measures_only():
    original = ct(
        SeriesDescription="Chest CE 1.5mm Dr_Zebra 01011234567", StudyDescription="Zebra", ProtocolName="HRCT"
    )

    archived, basic = read(_clean(original)), read(_clean(original, BASIC))

    assert (archived.SeriesDescription, archived.ProtocolName) == ("CHEST CE 1.5MM", "HRCT")
    assert "StudyDescription" not in archived
    assert not {"SeriesDescription", "ProtocolName", "StudyDescription"} & set(basic.dir())


def test_safe_private_numbers_stay_with_their_creator():
    original = ct()
    siemens = original.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    siemens.add_new(0x0C, "IS", "1000")
    siemens.add_new(0x0D, "CS", "FICTUS")
    original.private_block(0x0019, "FICTUS INC", create=True).add_new(0x0C, "IS", "7")

    archived, basic = read(_clean(original)), read(_clean(original, BASIC))

    assert archived.private_block(0x0019, "SIEMENS MR HEADER")[0x0C].value == 1000
    assert [str(element.tag) for element in archived if element.tag.is_private] == ["(0019,0010)", "(0019,100C)"]
    assert "113111" in [found.CodeValue for found in archived.DeidentificationMethodCodeSequence]
    assert not [element for element in basic if element.tag.is_private]


def test_graphics_stay_without_their_words():
    text = item(UnformattedTextValue="FICTUS ZEBRA")
    drawn = item(TextObjectSequence=Sequence([text]), GraphicObjectSequence=Sequence([item(GraphicType="POINT")]))
    written = item(TextObjectSequence=Sequence([text]))
    original = ct(GraphicAnnotationSequence=Sequence([drawn, written]), SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1")

    archived, basic = read(_clean(original)), read(_clean(original, BASIC))

    assert len(archived.GraphicAnnotationSequence) == 1
    assert archived.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicType == "POINT"
    assert "TextObjectSequence" not in archived.GraphicAnnotationSequence[0]
    assert "GraphicAnnotationSequence" not in basic


def test_profile_has_known_options_once():
    assert profile_named("basic") is BASIC
    with pytest.raises(ValueError, match="no profile"):
        profile_named("zebra")
    for options in (("retain_uids",), ("clean_graphics", "clean_graphics")):
        with pytest.raises(ValueError, match="each option once"):
            Profile(name="odd", options=options)
