"""Write `deidentify/headers/required.csv` and `classes.csv` from the module tables of DICOM PS3.3.

Usage: python scripts/make_required_types.py FOLDER [OUTPUT_FOLDER]

FOLDER holds `module_attribute_map.json`, `iod_module_map.json` and
`sop_class_iod_map.json`, as the test library highdicom ships them. Of these
only facts are taken over: which attributes of a module or of a sequence's
items are of type 1 or 2 (1C and 2C count as 1 and 2), and which modules a
storage class has.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "deidentify" / "headers"
_SOURCES = ("module_attribute_map", "iod_module_map", "sop_class_iod_map")


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        sys.stderr.write(str(__doc__))
        return 2
    modules, objects, classes = (_read(Path(arguments[0]) / f"{name}.json") for name in _SOURCES)
    output = Path(arguments[1]) if len(arguments) == 2 else DEFAULT_OUTPUT
    _write(output / "required.csv", ("place", "type_1", "type_2"), required_rows(modules))
    _write(output / "classes.csv", ("uid", "modules"), class_rows(objects, classes))
    return 0


def required_rows(modules: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield for each module, and for each sequence by its tag, the tags of type 1 and those of type 2."""
    types: dict[str, dict[int, str]] = {}
    for name, attributes in sorted(modules.items()):
        for attribute in attributes:
            tag, path = tag_for_keyword(attribute["keyword"]), attribute["path"]
            place = f"{tag_for_keyword(path[-1]) or 0:08X}" if path else name
            kind = attribute["type"][:1]
            if tag is not None and kind in ("1", "2"):
                known = types.setdefault(place, {})
                known[tag] = min(kind, known.get(tag, kind))
    for place, known in sorted(types.items()):
        yield (place, *(" ".join(f"{tag:08X}" for tag in sorted(known) if known[tag] == kind) for kind in "12"))


def class_rows(objects: dict[str, Any], classes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the uid of each storage class with the modules of its object."""
    for uid, name in sorted(classes.items()):
        yield uid, " ".join(module["key"] for module in objects.get(name, ()))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# types of DICOM PS3.3 modules; made by scripts/make_required_types.py\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
