"""Write `deidentify/headers/profile.csv` from the facts of DICOM PS3.15 Table E.1-1.

Usage: python scripts/make_profile_rules.py TABLE.json [OUTPUT.csv]

TABLE.json holds the table as data: `source.edition` and `rules`, each with
`tag`, `name`, `basic` and `options`. Of these only facts are taken over: tag,
keyword and action codes. The edition stands in the first line of the output.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.datadict import keyword_for_tag

OPTIONS = (
    "retain_safe_private",
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "retain_longitudinal_full_dates",
    "retain_longitudinal_modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
)
DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "deidentify" / "headers" / "profile.csv"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        sys.stderr.write(str(__doc__))
        return 2
    table = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    output = Path(arguments[1]) if len(arguments) == 2 else DEFAULT_OUTPUT
    with output.open("w", encoding="utf-8", newline="") as file:
        edition = table["source"]["edition"]
        file.write(f"# DICOM PS3.15 Table E.1-1, edition {edition}; made by scripts/make_profile_rules.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("tag", "keyword", "basic", *OPTIONS))
        writer.writerows(rows_of(table))
    return 0


def rows_of(table: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield one row a rule, by tag; a tag such as 50xxxxxx stands for a range."""
    for rule in sorted(table["rules"], key=lambda rule: str(rule["tag"])):
        actions = (rule["options"].get(option, "") for option in OPTIONS)
        yield (rule["tag"], _keyword(rule["tag"]) or rule["name"].replace(" ", ""), rule["basic"], *actions)


def _keyword(tag: str) -> str:
    try:
        return keyword_for_tag(int(tag, 16))
    except ValueError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
