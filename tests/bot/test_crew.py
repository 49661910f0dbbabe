"""The crew of processes: what it does, whom it loses, and what it never exceeds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from bot.crew import LEAST_BYTES, MEBIBYTE, CrewOptions, ProcessCrew, jobs_within
from deidentify.batch.crew import Finished
from deidentify.batch.errors import BatchError
from deidentify.batch.inputs import Source
from deidentify.batch.work import Piece, Task
from deidentify.door import DoorOptions
from deidentify.samples import thorax_ct
from tests.fakes.bad_files import truncated_dicom


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Three slices, of which the second is cut off."""
    first, third = thorax_ct(2, edge=32)
    sources = []
    for place, data in enumerate((first, truncated_dicom(), third)):
        path = tmp_path / f"{place}.dcm"
        path.write_bytes(data)
        sources.append(Source(place=place, path=path, name=path.name))
    staging = tmp_path / "staging"
    staging.mkdir()
    options = DoorOptions(search_pixels=False)
    return Task(sources=tuple(sources), staging=staging, secret=bytes(32), options=options)


def _kinds(events: Iterable[object]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_pieces_come_in_order_and_then_the_end(task: Task) -> None:
    crew = ProcessCrew(options=CrewOptions(jobs=2))

    *pieces, end = crew.run([task], alone=False)

    assert [(piece.source, piece.code) for piece in pieces if isinstance(piece, Piece)] == [
        (0, None), (1, "dicom_truncated"), (2, None)
    ]  # fmt: skip
    assert end == Finished(task=task)
    assert sorted(path.name for path in task.staging.iterdir()) == ["0-0.dcm", "2-0.dcm"]
    assert crew.hands == []


def test_killed_process_loses_its_task_and_nothing_else(task: Task) -> None:
    crew = ProcessCrew(options=CrewOptions(jobs=1))
    events = crew.run([task, task], alone=False)
    next(events)

    os.kill(crew.hands[0].process.pid or 0, signal.SIGKILL)
    rest = list(events)

    ends = [kind for kind in _kinds(rest) if kind != "Piece"]
    assert sorted(ends) == ["Died", "Finished"]  # either: the first task may have been done when the signal came


def test_silent_process_is_ended(task: Task) -> None:
    crew = ProcessCrew(options=CrewOptions(longest=timedelta(0)))

    assert _kinds(crew.run([task], alone=False)) == ["Died"]


def test_each_works_within_its_share(task: Task) -> None:
    crew = ProcessCrew(options=CrewOptions(jobs=2, memory_bytes=1024 * MEBIBYTE))
    events = crew.run([task], alone=False)
    next(events)

    (hand,) = crew.hands
    limit = psutil.Process(hand.process.pid).rlimit(psutil.RLIMIT_DATA)[0]
    events.close()

    assert limit == 464 * MEBIBYTE
    assert crew.hands == []


def test_alone_means_one_process_with_everything(task: Task) -> None:
    crew, seen = ProcessCrew(options=CrewOptions(jobs=2)), []

    for event in crew.run([task, task], alone=True):
        if isinstance(event, Piece):
            pid = crew.hands[0].process.pid
            seen.append((pid, psutil.Process(pid).rlimit(psutil.RLIMIT_DATA)[0]))

    assert len({pid for pid, _ in seen}) == 1
    assert {limit for _, limit in seen} == {928 * MEBIBYTE}


def test_what_cannot_be_written_is_told_by_the_process(task: Task) -> None:
    task.staging.rmdir()

    with pytest.raises(BatchError, match="output_unwritable"):
        list(ProcessCrew().run([task], alone=False))


@pytest.mark.parametrize(
    ("mebibytes", "search", "expected"), [(1024, True, 1), (1024, False, 2), (100, False, 1), (1 << 20, True, None)]
)
def test_as_many_as_memory_and_machine_allow(mebibytes: int, search: bool, expected: int | None) -> None:
    processors = os.cpu_count() or 1

    jobs = jobs_within(mebibytes * MEBIBYTE, search_pixels=search)

    assert jobs == min(processors, expected or processors)


def test_too_little_memory_is_refused_before_anything_is_done() -> None:
    with pytest.raises(BatchError, match="memory_too_small"):
        CrewOptions(jobs=8, memory_bytes=4 * LEAST_BYTES)
