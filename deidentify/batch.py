"""Files on disk through the door, for an operator: neutral output names, one line of report for each outcome."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deidentify.door import clean_file
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance, Outcome, RefusedInstance
from domain.errors import UserError

_SUFFIXES: Mapping[str, str] = {"application/dicom": ".dcm", "image/png": ".png", "image/jpeg": ".jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """How many instances came out clean, and how many were refused."""

    clean: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How a batch is done.

    `progress` is called after each file with the files done and all files;
    `secret` is random for each run unless it is given, so that two runs cannot be put together.
    """

    limits: Limits = field(default_factory=Limits)
    progress: Callable[[int, int], None] | None = None
    secret: bytes | None = None


def deidentify_paths(
    paths: Sequence[Path], output: Path, report: Path | None = None, *, options: BatchOptions | None = None
) -> BatchCounts:
    """Write de-identified copies of files, folders and zips into a folder, as 0001.dcm, 0002.png, ….

    The report has one JSON object a line: input, output, outcome, reason, rules, seconds.
    It names the inputs as the operator gave them, so it stays with the operator.

    Raises:
        UserError("output_not_empty"): the folder has files already; "output_unwritable": it cannot be written.
            What was being written is taken away again.
    """
    options = options or BatchOptions()
    files = tuple(_files(paths))
    try:
        _prepare(output)
        with _opened(report) as lines:
            return _Batch(output, lines, options).run(files)
    except OSError as error:
        raise UserError("output_unwritable") from error


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.rglob("*") if entry.is_file())
        else:
            yield path


def _prepare(output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()):
        raise UserError("output_not_empty")


@contextmanager
def _opened(report: Path | None) -> Iterator[IO[str] | None]:
    if report is None:
        yield None
        return
    with report.open("w", encoding="utf-8") as lines:
        yield lines


class _Batch:
    """One run: its secret, its numbering and its counts."""

    def __init__(self, output: Path, lines: IO[str] | None, options: BatchOptions) -> None:
        self.output = output
        self.lines = lines
        self.options = options
        self.secret = options.secret or secrets.token_bytes(32)
        self.clean = 0
        self.refused = 0

    def run(self, files: Sequence[Path]) -> BatchCounts:
        for done, path in enumerate(files, start=1):
            self._take(path)
            if self.options.progress is not None:
                self.options.progress(done, len(files))
        return BatchCounts(clean=self.clean, refused=self.refused)

    def _take(self, path: Path) -> None:
        begun = time.perf_counter()
        for outcome in self._outcomes(path):
            name = self._keep(outcome) if isinstance(outcome, CleanedInstance) else None
            self._report(path, outcome, name=name, seconds=time.perf_counter() - begun)
            begun = time.perf_counter()

    def _outcomes(self, path: Path) -> Iterator[Outcome]:
        try:
            reader = path.open("rb")
        except OSError:
            yield RefusedInstance(index=0, code="file_unreadable")
            return
        with reader:
            yield from clean_file(reader, secret=self.secret, limits=self.options.limits)

    def _keep(self, instance: CleanedInstance) -> str:
        name = f"{self.clean + 1:04}{_SUFFIXES[instance.media_type]}"
        _write_whole(self.output / name, instance.body)
        self.clean += 1
        return name

    def _report(self, path: Path, outcome: Outcome, *, name: str | None, seconds: float) -> None:
        is_clean = isinstance(outcome, CleanedInstance)
        self.refused += not is_clean
        if self.lines is None:
            return
        line = {
            "input": str(path),
            "entry": outcome.index,
            "output": name,
            "outcome": "clean" if is_clean else "refused",
            "reason": outcome.code if isinstance(outcome, RefusedInstance) else None,
            "rules": dict(outcome.report) if isinstance(outcome, CleanedInstance) else {},
            "seconds": round(seconds, 4),
        }
        self.lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_whole(path: Path, body: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
