"""The lines of a report: what became of each file, with counts and places, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from deidentify.batch.errors import told_as_output
from deidentify.batch.inputs import Omission
from deidentify.batch.work import Piece
from domain.study import Area


class Report:
    """Writes one JSON object a line, at once, so that a run that ends early has told what it did."""

    def __init__(self, lines: IO[str] | None) -> None:
        self._lines = lines

    def piece(self, piece: Piece, name: str, output: str | None) -> None:
        self._write(
            {
                "input": name,
                "entry": piece.entry,
                "output": output,
                "outcome": outcome_of(piece),
                "reason": piece.code,
                "rules": dict(piece.rules),
                "masks": [_mask(area) for area in piece.masks],
                "quality": list(piece.quality),
                "seconds": round(piece.seconds, 4),
            }
        )

    def omission(self, omission: Omission) -> None:
        outcome = "refused" if omission.is_refused else "skipped"
        empty = {"rules": {}, "masks": [], "quality": [], "seconds": 0.0}
        told = {"input": omission.name, "entry": 0, "output": None, "outcome": outcome, "reason": omission.reason}
        self._write({**told, **empty})

    def _write(self, line: dict[str, object]) -> None:
        if self._lines is None:
            return
        with told_as_output():
            self._lines.write(_encoded(line) + "\n")
            self._lines.flush()


@contextmanager
def open_report(path: Path | None) -> Iterator[Report]:
    if path is None:
        yield Report(None)
        return
    with told_as_output():
        lines = path.open("w", encoding="utf-8")
    with lines:
        yield Report(lines)


def outcome_of(piece: Piece) -> str:
    if piece.code is not None:
        return "quarantined" if piece.is_quarantined else "refused"
    return "masked" if piece.masks else "clean"


def _mask(area: Area) -> dict[str, int | None]:
    return {"frame": area.frame, "x": area.x, "y": area.y, "width": area.width, "height": area.height}


def _encoded(line: dict[str, object]) -> str:
    """Write Hangul as it is; a name that is no text to the system is written with escapes."""
    text = json.dumps(line, ensure_ascii=False)
    return text if text.isascii() or _is_text(text) else json.dumps(line)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
