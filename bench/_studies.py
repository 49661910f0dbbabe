"""A drawn chest CT in full size, made once and kept in `artifacts/`, which git ignores."""

from __future__ import annotations

import shutil
from pathlib import Path

from deidentify.samples import thorax_ct

_KEPT = Path(__file__).parents[1] / "artifacts" / "bench"


def chest_ct(slices: int, *, edge: int) -> list[bytes]:
    """Return the DICOM files of a study, drawing them where that has not been done yet."""
    folder = _KEPT / f"chest-ct-{slices}-{edge}"
    if not folder.is_dir():
        _draw(folder, slices=slices, edge=edge)
    return [path.read_bytes() for path in sorted(folder.glob("*.dcm"))]


def _draw(folder: Path, *, slices: int, edge: int) -> None:
    unfinished = folder.with_name(f".{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for number, data in enumerate(thorax_ct(slices, edge=edge)):
        (unfinished / f"{number:04}.dcm").write_bytes(data)
    unfinished.rename(folder)
