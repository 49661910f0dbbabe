"""Code strings that are terms of the standard stay, words nowhere: neither as terms nor in place of numbers."""

from __future__ import annotations

import struct
from io import BytesIO

import pydicom
import pytest
from pydicom.sequence import Sequence

from deidentify.headers.rules import code_terms, required_types, storage_classes, terms_of
from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet
from deidentify.profiles import PROFILES
from deidentify.pseudonyms import Pseudonyms
from tests.deidentify.originals import SECRET, TEST_FILES, cleaned, ct, encoded, explicit, item, read

STORAGE = "1.2.840.10008.5.1.4.1.1."
MARK = "QZMARKZQ"
_CODES = [
    entry[4]
    for tag, entry in pydicom._dicom_dict.DicomDictionary.items()
    if entry[0] == "CS" and entry[4] and tag != 0x00080005 and tag >> 16 > 4
]


def _after(original, profile=PROFILES[0]):
    options = CleanOptions(profile=profile, decode=False)
    return pydicom.dcmread(BytesIO(clean_dicom(encoded(original), Pseudonyms(SECRET), Limits(), options=options).body))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@pytest.mark.parametrize("last", ["481.5", "481.3", "481.8", "88.33", "11.1", "66.4", "9.1.1", "2", "1.1"])
def test_no_code_string_of_any_object_carries_a_word(last, profile):
    original = ct(SOPClassUID=f"{STORAGE}{last}", PixelData=None)
    inner = item()
    with quiet():
        for keyword in _CODES:
            setattr(original, keyword, MARK)
            setattr(inner, keyword, [MARK, "YES"] if keyword == "ImageType" else f"{MARK} 12")
        original.BeamSequence = original.ReferencedImageSequence = original.ContentSequence = Sequence([inner])

        body = str(_after(original, profile))

    assert MARK not in body


def test_terms_of_the_standard_stay_and_required_ones_are_not_lost():
    original = ct(SOPClassUID=f"{STORAGE}481.5", ApprovalStatus="unapproved ", PixelData=None)
    original.BeamSequence = Sequence([item(RadiationType="PHOTON", BeamType=MARK)])

    after = _after(original)

    assert after.ApprovalStatus == "UNAPPROVED"
    assert (after.BeamSequence[0].RadiationType, after.BeamSequence[0].BeamType) == ("PHOTON", "UNKNOWN")


@pytest.mark.parametrize("label", ["QZMARKZQ", "KIM_HEEJUNG", "19520314", "ZEBRA LUT"])
def test_label_that_somebody_typed_goes(label):
    original = ct(SOPClassUID=f"{STORAGE}11.2", ContentLabel=label, PixelData=None)

    assert _after(original).ContentLabel == "UNKNOWN"


@pytest.mark.parametrize(("layer", "expected"), [("LAYER1", "LAYER1"), ("QZMARKZQ", "UNKNOWN")])
def test_layers_keep_plain_names_by_which_they_are_referred_to(layer, expected):
    layers = Sequence([item(GraphicLayer=layer, GraphicLayerOrder=1)])
    original = ct(SOPClassUID=f"{STORAGE}11.1", GraphicLayerSequence=layers, PixelData=None)

    assert _after(original).GraphicLayerSequence[0].GraphicLayer == expected


def test_terms_are_code_strings_and_never_texts():
    terms = {term for tag in code_terms() for term in terms_of(tag)}

    assert len(terms) > 1_000
    assert max(map(len, terms)) <= 16
    assert {"YES", "NO", ""} <= set(terms_of(0))


def test_most_required_code_strings_have_terms_of_their_own():
    required = {tag for uid in storage_classes() for (_, tag), kind in required_types(uid).items() if kind == 1}
    codes = {tag for tag in required if pydicom.datadict.dictionary_VR(tag) == "CS"}

    assert len(codes & set(code_terms())) > 0.85 * len(codes)


@pytest.mark.parametrize(("searched", "expected"), [(True, "NO"), (False, "YES")])
def test_searched_images_say_that_nothing_is_burned_in(searched, expected):
    data = encoded(ct(BurnedInAnnotation="YES"))
    options = CleanOptions(pixels_searched=searched)

    body = clean_dicom(data, Pseudonyms(SECRET), Limits(), options=options).body

    assert pydicom.dcmread(BytesIO(body)).get("BurnedInAnnotation", "YES") == expected


def test_objects_that_are_no_images_do_not_say_it():
    body = clean_dicom(
        (TEST_FILES / "rtdose.dcm").read_bytes(),
        Pseudonyms(SECRET),
        Limits(),
        options=CleanOptions(pixels_searched=True),
    ).body

    assert "BurnedInAnnotation" not in pydicom.dcmread(BytesIO(body))


def test_name_that_is_part_of_a_term_takes_it_along_only_where_nothing_needs_it():
    after = read(cleaned(ct(PatientName="LATER^Zebra", ViewPosition="LATERAL")))

    assert "ViewPosition" not in after


@pytest.mark.parametrize(
    ("tag", "vr", "words"),
    [
        (0x00189087, "FD", b"QZMARKZQ"),
        (0x54001010, "OW", b"QZMARKZQ has a nodule "),
        (0x00660016, "OF", b"QZMARKZQ-MARKZQ "),
        (0x00283006, "OW", b"QZMARKZQ QZMARKZQ QZ"),
    ],
)
def test_letters_in_place_of_measurements_go(tag, vr, words):
    whole = encoded(ct(SOPClassUID=f"{STORAGE}481.4", PixelData=None, PatientID=None))
    place = whole.index(struct.pack("<HH", 0x0010, 0x0030))
    descriptor = explicit(0x00283002, "US", struct.pack("<3H", 10, 0, 16))
    changed = whole[:place] + descriptor + explicit(tag, vr, words) + whole[place:]

    body = clean_dicom(changed, Pseudonyms(SECRET), Limits(), options=CleanOptions(decode=False)).body

    assert words not in body
