"""The rules as data: within the profile, documented, worded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deidentify.headers import rules
from deidentify.headers.rules import Treatment, applied_options, kept_rules, profile_edition, profile_rules
from deidentify.kinds import FileKind
from deidentify.rules_table import documentation, rule_rows
from domain.errors import DeidentificationError

_ROOT = Path(__file__).parent.parent.parent
_ALLOWED = {
    Treatment.EMPTY: "Z",
    Treatment.PSEUDONYM: "ZD",
    Treatment.UID: "U",
    Treatment.DATE: "C",
    Treatment.DATE_TIME: "C",
    Treatment.TIME: "C",
    Treatment.AGE: "K",
    Treatment.AGENT: "D",
    Treatment.SEQUENCE: "U",
    Treatment.TERM: "K",
    Treatment.NUMBER: "K",
}


def test_every_kept_attribute_is_within_the_profile():
    outside = []
    for tag, rule in kept_rules().items():
        row = profile_rules().get(f"{tag:08X}")
        allowed = _ALLOWED.get(rule.treatment, "")
        if row and not set(row.action(applied_options())) & set(allowed):
            outside.append((rule.keyword, row.action(applied_options()), rule.treatment))

    assert outside == []


def test_profile_is_complete_and_names_its_edition():
    assert len(profile_rules()) == 657
    assert profile_edition() == "2026d"
    assert profile_rules()["00100010"].basic == "Z"


def test_options_come_before_the_basic_action():
    age = profile_rules()["00101010"]

    assert age.action(()) == "X"
    assert age.action(applied_options()) == "K"


def test_wrong_keyword_leaves_the_door_without_rules():
    with pytest.raises(DeidentificationError, match="door_without_rules"):
        rules._rule("NoSuchKeyword", Treatment.NUMBER)


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


def test_every_refusal_has_a_sentence_in_both_languages():
    source = "\n".join(path.read_text("utf-8") for path in (_ROOT / "deidentify").rglob("*.py"))
    codes = set(re.findall(r'DeidentificationError\("(\w+)"\)|code="(\w+)"|"((?:zip|file|pixels|door)_\w+)"', source))
    wanted = {code for found in codes for code in found if code and code != "file_bytes"}
    wanted |= {kind.value for kind in FileKind} - {"dicom", "photo", "zip"}

    for language in ("en", "ko"):
        page = (_ROOT / "wording" / language / "refusals.po").read_text("utf-8")
        worded = set(re.findall(r'msgid "refusal\.(\w+)"\nmsgstr "\S', page))
        assert wanted <= worded
