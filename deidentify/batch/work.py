"""What is done with one group of files, wherever that is: through the door, into a staging folder, piece by piece."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path

from pydicom import dcmread

from deidentify.batch.errors import told_as_output
from deidentify.batch.inputs import Source, open_source
from deidentify.door import DoorOptions, clean_sources
from deidentify.facts import DICOM_TYPE
from deidentify.outcomes import CleanedInstance, Outcome
from domain.study import Area

_SUFFIXES: Mapping[str, str] = {DICOM_TYPE: ".dcm", "image/png": ".png", "image/jpeg": ".jpg"}
_PSEUDONYM = re.compile(r"[A-Z0-9]{4,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Files that go through the door together; `staging` is where their copies wait for their names."""

    sources: tuple[Source, ...]
    staging: Path
    secret: bytes = field(repr=False)
    options: DoorOptions = field(default_factory=DoorOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What became of one file, or of one entry of a zip; never a value of the original.

    `source` is the file's place in the run. `staged` is the copy's name in the
    staging folder, and `folders` and `stem` what it will be called, both None
    where there is no copy.
    """

    source: int
    entry: int
    code: str | None = None
    is_quarantined: bool = False
    staged: str | None = None
    folders: tuple[str, ...] = ()
    stem: str = ""
    rules: Mapping[str, int] = field(default_factory=dict)
    masks: tuple[Area, ...] = ()
    quality: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def suffix(self) -> str:
        return Path(self.staged or "").suffix


def clean_task(task: Task) -> Iterator[Piece]:
    """Take the files of a task through the door, in order.

    Raises:
        BatchError: nothing more can be written; what was being written is taken away again.
    """
    begun = time.perf_counter()
    readers = [partial(open_source, source.path) for source in task.sources]
    for outcome in clean_sources(readers, secret=task.secret, options=task.options):
        made = _piece(task, outcome, seconds=time.perf_counter() - begun)
        yield made
        begun = time.perf_counter()


def _piece(task: Task, outcome: Outcome, *, seconds: float) -> Piece:
    place = task.sources[outcome.source].place
    if not isinstance(outcome, CleanedInstance):
        return Piece(
            source=place,
            entry=outcome.index,
            code=outcome.code,
            is_quarantined=outcome.is_quarantined,
            seconds=seconds,
        )
    folders, stem = names_of(outcome)
    staged = f"{place}-{outcome.index}{_SUFFIXES[outcome.media_type]}"
    with told_as_output():
        _write_whole(task.staging / staged, outcome.body)
    return Piece(
        source=place,
        entry=outcome.index,
        staged=staged,
        folders=folders,
        stem=stem,
        rules=dict(outcome.report),
        masks=outcome.facts.masks if outcome.facts else (),
        quality=tuple(concern.value for concern in outcome.facts.concerns) if outcome.facts else (),
        seconds=seconds,
    )


def names_of(instance: CleanedInstance) -> tuple[tuple[str, ...], str]:
    """Return folders and name of a copy, made of what stands in the copy, so that a follow-up joins its study."""
    if instance.media_type != DICOM_TYPE:
        return ("photos",), _short(hashlib.sha256(instance.body).hexdigest())
    names = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    header = dcmread(BytesIO(instance.body), stop_before_pixels=True, specific_tags=list(names))
    patient, *uids = (str(header.get(name) or "") for name in names)
    study, series, image = (_short(uid) for uid in uids)
    return (patient if _PSEUDONYM.fullmatch(patient) else "subject", study, series), image


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _write_whole(path: Path, body: bytes) -> None:
    """Write a file to the disk itself, or take what there is of it away."""
    try:
        with path.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
