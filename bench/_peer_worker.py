"""Runs one header tool of the field over a folder, in an environment of its own: NAME INPUT OUTPUT; prints JSON.

Nothing of the project is imported here: the peers have libraries of their own, older than ours.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Clean = Callable[[Any], Any]


def _dicognito() -> Clean:
    anonymizer = importlib.import_module("dicognito.anonymizer").Anonymizer()

    def clean(dataset: Any) -> Any:
        anonymizer.anonymize(dataset)
        return dataset

    return clean


def _dicom_anonymizer() -> Clean:
    library = importlib.import_module("dicomanonymizer")

    def clean(dataset: Any) -> Any:
        library.anonymize_dataset(dataset)
        return dataset

    return clean


def _idiscore() -> Clean:
    core = importlib.import_module("idiscore.defaults").create_default_core()

    def clean(dataset: Any) -> Any:
        return core.deidentify(dataset)

    return clean


_PEERS = {"dicognito": _dicognito, "dicom-anonymizer": _dicom_anonymizer, "idiscore": _idiscore}


def main(arguments: list[str]) -> int:
    name, source, target = arguments[0], Path(arguments[1]), Path(arguments[2])
    warnings.simplefilter("ignore")
    pydicom, clean = importlib.import_module("pydicom"), _PEERS[name]()
    done = failed = 0
    began = time.perf_counter()
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        output = target / path.relative_to(source)
        output.parent.mkdir(parents=True, exist_ok=True)
        try:
            clean(pydicom.dcmread(path, force=True)).save_as(output)
            done += 1
        except Exception:  # noqa: BLE001 # whatever a peer throws is its failure, and is counted
            output.unlink(missing_ok=True)
            failed += 1
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"files": done, "failed": failed, "seconds": seconds}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
