"""The rules as data: within the profile, documented, worded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deidentify.headers import rules
from deidentify.headers.policy import permits
from deidentify.headers.rules import kept_rules, profile_edition, profile_rules
from deidentify.kinds import FileKind
from deidentify.profiles import ARCHIVE, PROFILES
from deidentify.rules_table import documentation, rule_rows
from domain.errors import DeidentificationError

_ROOT = Path(__file__).parent.parent.parent

# Of the allow-list, what the archive profile does not permit is done as its table says.
_OVERRULED: set[str] = set()


def test_every_kept_attribute_is_within_the_profile():
    rules, rows = kept_rules(), profile_rules()

    outside = {kept.keyword for tag, kept in rules.items() if not permits(kept, rows.get(f"{tag:08X}"), ARCHIVE)}

    assert outside <= _OVERRULED


def test_profile_is_complete_and_names_its_edition():
    assert len(profile_rules()) == 657
    assert profile_edition() == "2026d"
    assert profile_rules()["00100010"].basic == "Z"


def test_options_come_before_the_basic_action():
    age = profile_rules()["00101010"]

    assert age.action(()) == "X"
    assert age.action(ARCHIVE.options) == "K"


def test_wrong_keyword_leaves_the_door_without_rules():
    with pytest.raises(DeidentificationError, match="door_without_rules"):
        rules._tag("NoSuchKeyword")


def test_no_rules_close_the_door():
    with pytest.raises(DeidentificationError, match="door_without_rules"):
        rules.require_rules({})


def test_documentation_is_what_the_rules_say():
    page = (_ROOT / "docs" / "deidentification.md").read_text("utf-8")

    assert page == documentation(), "write it anew: python scripts/make_deidentification_page.py"


def test_rows_name_every_kept_attribute():
    rows = list(rule_rows())

    assert len(rows) == len(kept_rules())
    assert ("(0010,0010)", "PatientName", "Z", "pseudonym") in rows


def test_explanation_is_by_profile():
    archive, basic = ({row.keyword: row.treatment for row in rule_rows(profile)} for profile in PROFILES)

    assert (archive["PatientAge"], basic["PatientAge"]) == ("age_decade", "removed")
    assert (archive["StudyDate"], basic["StudyDate"]) == ("date_shifted", "emptied")


def test_every_refusal_has_a_sentence_in_both_languages():
    source = "\n".join(path.read_text("utf-8") for path in (_ROOT / "deidentify").rglob("*.py"))
    codes = set(re.findall(r'DeidentificationError\("(\w+)"\)|code="(\w+)"|"((?:zip|file|pixels|door)_\w+)"', source))
    wanted = {code for found in codes for code in found if code and code != "file_bytes"}
    wanted |= {kind.value for kind in FileKind} - {"dicom", "photo", "zip"}

    for language in ("en", "ko"):
        page = (_ROOT / "wording" / language / "refusals.po").read_text("utf-8")
        worded = set(re.findall(r'msgid "refusal\.(\w+)"\nmsgstr "\S', page))
        assert wanted <= worded
