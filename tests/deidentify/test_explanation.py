"""The table that an operator asks for is the one that the documentation shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from deidentify.explanation import explain
from deidentify.headers.rules import kept_rules, profile_rules
from deidentify.profiles import ARCHIVE, BASIC, PROFILES
from deidentify.rules_table import RuleRow, rule_rows
from deidentify.text.patterns import all_rules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "deidentification.md").read_text("utf-8")


def test_every_row_of_the_archive_profile_stands_in_the_docs():
    rows = [row for row in explain(ARCHIVE) if row.tag.startswith("(") and row.treatment != "removed"]

    missing = [row for row in rows if f"| {' | '.join(row)} |" not in PAGE and row.treatment != "written_anew"]

    assert missing == [], "write it anew: python scripts/make_deidentification_page.py"


def test_every_rule_for_text_stands_in_the_docs():
    rows = [row for row in explain(ARCHIVE) if row.tag == "text"]

    assert [row.keyword for row in rows] == [rule.name for rule in all_rules()]
    assert [row for row in rows if f"| {row.keyword} | {row.treatment} |" not in PAGE] == []


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_attribute_has_one_row(profile):
    tags = [row.tag for row in explain(profile) if row.tag.startswith("(")]

    keys = {f"{tag:08X}" for tag in kept_rules()} | {key for key in profile_rules() if key != "PRIVATE"}
    assert len(tags) == len(set(tags)) == len(keys)


def test_kept_rows_are_those_of_the_documentation():
    assert {*rule_rows(ARCHIVE)} <= {*explain(ARCHIVE)}


def test_profiles_differ_in_what_they_keep():
    date = "(0008,0020)"
    archive, basic = (next(row for row in explain(profile) if row.tag == date) for profile in (ARCHIVE, BASIC))

    assert archive == RuleRow(date, "StudyDate", "C", "date_shifted")
    assert basic == RuleRow(date, "StudyDate", "Z", "emptied")


def test_what_is_not_listed_and_file_meta_have_their_rows():
    rows = list(explain(BASIC))

    assert ("", "every other attribute, public or private", "", "removed") in rows
    assert ("(0002,0003)", "MediaStorageSOPInstanceUID", "U", "written_anew") in rows
