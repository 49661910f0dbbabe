"""Write `deidentify/headers/profile.csv` and `content.csv` from the facts of DICOM PS3.15, Annex E.

Usage: python scripts/make_profile_rules.py TABLE.json [OUTPUT_FOLDER]

TABLE.json holds Table E.1-1 and Table E.3.4-1 as data: `source.edition`,
`rules` (each with `tag`, `name`, `basic` and `options`) and `content_items`
(with `scheme`, `code` and `value_type`). Of these only facts are taken over:
tag, keyword, code and action codes. The edition stands in the first line of
the output.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
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
CONTENT_OPTIONS = ("retain_longitudinal_modified_dates", "clean_descriptors")
DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "deidentify" / "headers"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        sys.stderr.write(str(__doc__))
        return 2
    table = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    output = Path(arguments[1]) if len(arguments) == 2 else DEFAULT_OUTPUT
    edition = table["source"]["edition"]
    head = ("tag", "keyword", "basic", *OPTIONS)
    _write(output / "profile.csv", f"Table E.1-1, edition {edition}", (head, *rows_of(table)))
    head = ("scheme", "code", "value_type", "basic", *CONTENT_OPTIONS)
    _write(output / "content.csv", f"Table E.3.4-1, edition {edition}", (head, *content_rows(table)))
    return 0


def rows_of(table: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield one row a rule, by tag; a tag such as 50xxxxxx stands for a range."""
    for rule in sorted(table["rules"], key=lambda rule: str(rule["tag"])):
        actions = (rule["options"].get(option, "") for option in OPTIONS)
        yield (rule["tag"], _keyword(rule["tag"]) or rule["name"].replace(" ", ""), rule["basic"], *actions)


def content_rows(table: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield one row for each concept name of structured content, by scheme and code."""
    for item in sorted(table["content_items"], key=lambda item: (str(item["scheme"]), str(item["code"]))):
        actions = (item["options"].get(option, "") for option in CONTENT_OPTIONS)
        yield (item["scheme"], item["code"], item["value_type"], item["basic"], *actions)


def _write(path: Path, source: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# DICOM PS3.15 {source}; made by scripts/make_profile_rules.py\n")
        csv.writer(file, lineterminator="\n").writerows(rows)


def _keyword(tag: str) -> str:
    try:
        return keyword_for_tag(int(tag, 16))
    except ValueError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
