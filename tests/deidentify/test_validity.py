"""De-identified objects are still valid: what their modules require and the original had is there (types 1 and 2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any

import pydicom
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from deidentify.headers.rules import profile_rules
from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet
from deidentify.profiles import PROFILES, Profile
from deidentify.pseudonyms import Pseudonyms
from tests.deidentify.originals import SECRET, TEST_FILES

_ORIGINALS = (
    "CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "examples_palette.dcm", "examples_ybr_color.dcm",
    "test-SR.dcm", "rtplan.dcm", "rtdose.dcm", "liver_1frame.dcm", "waveform_ecg.dcm", "examples_overlay.dcm",
    "reportsi.dcm",
)  # fmt: skip
_OF_CODES = {"LongCodeValue", "URNCodeValue", "MappingResource", "ContextGroupVersion", "ContextGroupLocalVersion",
             "ContextGroupExtensionCreatorUID", "CodingSchemeVersion"}  # fmt: skip
"""Alternatives of a code's value and where it was looked up; ours need none of them."""


def _standard(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("highdicom").joinpath(f"_standard/{name}.json").read_text("utf-8"))
    return found


_MODULES, _OBJECTS, _CLASSES = map(_standard, ("module_attribute_map", "iod_module_map", "sop_class_iod_map"))


def _required(sop_class: str) -> Iterator[dict[str, Any]]:
    for module in _OBJECTS.get(_CLASSES.get(sop_class, ""), ()):
        for attribute in _MODULES[module["key"]]:
            row = profile_rules().get(f"{tag_for_keyword(attribute['keyword']) or 0:08X}")
            is_removed = row is not None and row.basic == "X"
            if attribute["type"][0] in "12" and not is_removed and attribute["keyword"] not in _OF_CODES:
                yield attribute


def _missing(dataset: Dataset, attribute: dict[str, Any]) -> bool:
    levels = [dataset]
    for keyword in attribute["path"]:
        levels = [item for level in levels for item in level.get(keyword) or ()]
    keyword = attribute["keyword"]
    is_filled = attribute["type"][0] == "1"
    return any(keyword not in level or (is_filled and level[keyword].is_empty) for level in levels)


def _cleaned(data: bytes, profile: Profile) -> Dataset:
    found = clean_dicom(data, Pseudonyms(SECRET), Limits(), options=CleanOptions(profile=profile, decode=False))
    return pydicom.dcmread(BytesIO(found.body))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@pytest.mark.parametrize("name", _ORIGINALS)
def test_what_the_original_had_of_required_attributes_is_there(name, profile):
    data = (TEST_FILES / name).read_bytes()

    with quiet():
        before, after = pydicom.dcmread(BytesIO(data), force=True), _cleaned(data, profile)
        lost = [
            (attribute["path"], attribute["keyword"])
            for attribute in _required(str(after.SOPClassUID))
            if _missing(after, attribute) and not _missing(before, attribute)
        ]

    assert [found for found in lost if "DeidentificationMethodCodeSequence" not in found[0]] == []
