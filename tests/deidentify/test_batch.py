"""Files on disk through the door, as an operator does it; the crew works here, in the test's own process."""

from __future__ import annotations

import errno
import json
import os
import resource
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from deidentify.batch import BatchCounts, BatchError, BatchOptions, deidentify_paths, read_secret
from deidentify.batch.crew import Died, Event, Finished, OwnHands
from deidentify.batch.inputs import by_series, list_inputs
from deidentify.batch.work import Piece, Task, names_of
from deidentify.door import DoorOptions
from deidentify.outcomes import CleanedInstance
from deidentify.samples import thorax_ct
from domain.study import Area
from tests.deidentify.originals import SECRET, ct, encoded, photo, zipped

HEADERS = DoorOptions(search_pixels=False)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "FICTUS.dcm").write_bytes(encoded(ct()))
    (folder / "b.zip").write_bytes(zipped({"1.dcm": encoded(ct()), "2.jpg": photo(), "3.png": photo("PNG")}))
    (folder / "c.txt").write_bytes(b"no image")
    return folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*paths: Path | str, **options: object) -> tuple[BatchCounts, list[dict]]:
    chosen = BatchOptions(**{"door": HEADERS, **options})  # type: ignore[arg-type]
    counts = deidentify_paths([Path(path) for path in paths], Path("out"), Path("report.jsonl"), options=chosen)
    return counts, [json.loads(line) for line in Path("report.jsonl").read_text("utf-8").splitlines()]


def _files() -> list[Path]:
    return sorted(path for path in Path("out").rglob("*") if path.is_file())


@dataclass
class FakeCrew:
    """Does each task here, but dies of the files named in `killers`, and tells what it was given."""

    killers: tuple[str, ...]
    mends_alone: bool = False
    rounds: list[tuple[bool, list[list[str]]]] = field(default_factory=list)

    def run(self, tasks: Iterable[Task], *, alone: bool) -> Iterator[Event]:
        given = list(tasks)
        self.rounds.append((alone, [[source.path.name for source in task.sources] for task in given]))
        for task in given:
            yield from self._do(task, alone=alone)

    def _do(self, task: Task, *, alone: bool) -> Iterator[Event]:
        deadly = [source.place for source in task.sources if source.path.name in self.killers]
        for event in OwnHands().run([task], alone=alone):
            if isinstance(event, Piece) and event.source in deadly and not (alone and self.mends_alone):
                yield Died(task=task)
                return
            yield event


class Scripted:
    """A crew that says what it is told to say."""

    def __init__(self, *codes: str | None) -> None:
        self.codes = codes

    def run(self, tasks: Iterable[Task], *, alone: bool) -> Iterator[Event]:
        for task in tasks:
            for code in self.codes if not alone else (None,):
                if code is not None:
                    yield Piece(source=task.sources[0].place, entry=0, code=code)
            yield Finished(task=task)


def test_every_outcome_has_a_line_and_every_copy_its_place(inputs):
    counts, lines = _run("in")

    assert counts == BatchCounts(clean=4, refused=1)
    assert not counts.is_complete
    last = lines[-1]
    assert sorted(Path("out", line["output"]) for line in lines if line["output"]) == _files()
    assert (last["input"], last["outcome"], last["reason"]) == ("c.txt", "refused", "file_unknown")
    assert lines[0].keys() == {
        "input", "entry", "output", "outcome", "reason", "rules", "masks", "quality", "seconds"
    }  # fmt: skip


def test_names_of_copies_hold_nothing_of_the_originals(inputs):
    _run("in")

    dicom = next(path for path in _files() if path.suffix == ".dcm")
    header = pydicom.dcmread(dicom)
    assert len(dicom.relative_to("out").parts) == 4
    assert dicom.parts[1] == header.PatientID
    assert not any(word in str(path) for path in _files() for word in ("FICTUS", "ZZ9074231", "b.zip", "8.498"))


def test_image_handed_in_twice_is_written_twice(inputs):
    _, lines = _run("in/FICTUS.dcm", "in/FICTUS.dcm")

    first, second = (line["output"] for line in lines)
    assert second == first.replace(".dcm", "-2.dcm")


def test_patients_are_apart_and_each_is_the_same_throughout(inputs):
    for name, patient in (("a", "ZZ1"), ("b", "ZZ2"), ("c", "ZZ1")):
        (inputs / name).write_bytes(encoded(ct(PatientID=patient, StudyDate="20190705")))

    _, lines = _run("in/a", "in/b", "in/c")

    a, b, c = (pydicom.dcmread(Path("out") / line["output"]) for line in lines)
    assert a.PatientID == c.PatientID != b.PatientID
    assert a.StudyDate == c.StudyDate != b.StudyDate
    assert a.StudyInstanceUID == b.StudyInstanceUID == c.StudyInstanceUID


def test_two_runs_cannot_be_put_together_unless_asked(inputs):
    bodies = []
    for name, secret in (("a", None), ("b", None), ("c", SECRET), ("d", SECRET)):
        options = BatchOptions(door=HEADERS, secret=secret)
        deidentify_paths([inputs / "FICTUS.dcm"], Path(name), options=options)
        bodies += [path.read_bytes() for path in Path(name).rglob("*.dcm")]

    assert bodies[0] != bodies[1] != bodies[2]
    assert bodies[2] == bodies[3]


def test_progress_and_refusals_are_told_as_they_come(inputs):
    told, kept_out = [], []

    _run("in", progress=lambda *step: told.append(step), kept_out=lambda *what: kept_out.append(what))

    assert told == [(1, 3), (2, 3), (3, 3)]
    assert kept_out == [("c.txt", "file_unknown")]


def test_folder_with_files_is_not_written_into(inputs):
    with pytest.raises(BatchError, match="output_not_empty"):
        deidentify_paths([inputs], inputs)


def test_report_may_not_lie_with_what_is_passed_on(inputs):
    with pytest.raises(BatchError, match="report_in_output"):
        deidentify_paths([inputs], Path("out"), Path("out/report.jsonl"))

    assert not Path("out").exists()


@pytest.mark.parametrize("blocker", ["out", "report.jsonl"])
def test_what_cannot_be_written_is_one_error(inputs, blocker):
    if blocker == "out":
        Path("out").touch()
    else:
        Path(blocker).mkdir()

    with pytest.raises(BatchError, match="output_unwritable"):
        _run("in")


@contextmanager
def _small_disk():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_ends_the_run_with_whole_files_only(inputs):
    (inputs / "large.dcm").write_bytes(next(thorax_ct(1, edge=128)))

    with _small_disk(), pytest.raises(BatchError, match="output_full"):
        _run("in/FICTUS.dcm", "in/large.dcm")

    assert all(path.suffix == ".dcm" and pydicom.dcmread(path) for path in _files())
    assert not list(Path("out").glob(".unfinished*"))


def test_run_that_is_stopped_leaves_whole_files_only(inputs):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run("in", progress=stop)

    assert [path.suffix for path in _files()] == [".dcm"]
    assert len(Path("report.jsonl").read_text().splitlines()) == 1


def test_files_of_a_dead_helper_are_tried_alone_and_then_refused(inputs):
    crew = FakeCrew(killers=("FICTUS.dcm",))

    counts, lines = _run("in", crew=crew)

    reasons = {line["input"]: line["reason"] for line in lines}
    assert crew.rounds == [(False, [["FICTUS.dcm", "b.zip", "c.txt"]]), (True, [["FICTUS.dcm"], ["b.zip"], ["c.txt"]])]
    assert reasons == {"FICTUS.dcm": "image_kills_reader", "b.zip": None, "c.txt": "file_unknown"}
    assert counts == BatchCounts(clean=3, refused=2)


def test_archive_half_done_is_done_again_as_a_whole(inputs):
    crew = FakeCrew(killers=("b.zip",), mends_alone=True)

    counts, lines = _run("in", crew=crew)

    assert counts == BatchCounts(clean=4, refused=1)
    assert [line["entry"] for line in lines if line["input"] == "b.zip"] == [0, 1, 2]


def test_file_that_lacked_memory_is_tried_alone(inputs):
    counts, lines = _run("in/FICTUS.dcm", crew=Scripted("pixels_too_many"))

    assert counts == BatchCounts(refused=1)
    assert [line["reason"] for line in lines] == ["door_surprise"]


def test_file_of_which_nothing_is_heard_is_refused(inputs):
    counts, lines = _run("in/FICTUS.dcm", crew=Scripted(None))

    assert (counts.refused, lines[0]["reason"], lines[0]["output"]) == (1, "door_surprise", None)


class Masker:
    """A crew that masked something in every picture."""

    def run(self, tasks: Iterable[Task], *, alone: bool) -> Iterator[Event]:
        for task in tasks:
            (task.staging / "0-0.png").write_bytes(b"masked")
            masks = (Area(x=1, y=2, width=3, height=4), Area(x=0, y=0, width=9, height=9, frame=7))
            place = task.sources[0].place
            yield Piece(source=place, entry=0, staged="0-0.png", stem="a", masks=masks, quality=("blurred",))
            yield Finished(task=task)


def test_masks_are_reported_with_their_places(inputs):
    counts, (line,) = _run("in/FICTUS.dcm", crew=Masker())

    assert counts == BatchCounts(masked=1)
    assert (line["outcome"], line["output"], line["quality"]) == ("masked", "a.png", ["blurred"])
    assert line["masks"] == [
        {"frame": None, "x": 1, "y": 2, "width": 3, "height": 4},
        {"frame": 7, "x": 0, "y": 0, "width": 9, "height": 9},
    ]


def test_quarantine_counts_apart(inputs):
    @dataclass
    class Wary(Scripted):
        codes: tuple[str, ...] = ()

        def run(self, tasks, *, alone):
            for task in tasks:
                yield Piece(source=task.sources[0].place, entry=0, code="text_still_shows", is_quarantined=True)
                yield Finished(task=task)

    counts, lines = _run("in/FICTUS.dcm", crew=Wary())

    assert (counts, lines[0]["outcome"]) == (BatchCounts(quarantined=1), "quarantined")


def test_links_are_never_followed(inputs, tmp_path):
    (tmp_path / "secret.dcm").write_bytes(encoded(ct()))
    (inputs / "out.dcm").symlink_to(tmp_path / "secret.dcm")
    (inputs / "in.dcm").symlink_to("FICTUS.dcm")
    (inputs / "up").symlink_to(tmp_path)
    (inputs / "nowhere").symlink_to("missing")

    counts, lines = _run("in")

    reasons = {line["input"]: line["reason"] for line in lines if "link" in (line["reason"] or "")}
    assert reasons == {
        "up": "link_outside", "out.dcm": "link_outside", "nowhere": "link_outside", "in.dcm": "link_inside"
    }  # fmt: skip
    assert counts == BatchCounts(clean=4, refused=4, skipped=1)


def test_indexes_and_files_of_the_system_are_skipped(inputs):
    (inputs / "c.txt").unlink()
    (inputs / "DICOMDIR").write_bytes(encoded(ct()))
    (inputs / "index").write_bytes(bytes(128) + b"DICM" + b"1.2.840.10008.1.3.10")
    (inputs / ".DS_Store").touch()

    counts, lines = _run("in")

    assert counts.is_complete
    assert [line["reason"] for line in lines if line["outcome"] == "skipped"] == [
        "system_file", "dicomdir_dropped", "dicomdir_dropped"
    ]  # fmt: skip


def test_what_is_no_file_is_refused_and_not_waited_for(inputs):
    os.mkfifo(inputs / "pipe")
    (inputs / "closed").mkdir()

    counts, lines = _run("in/pipe", "in/absent.dcm", "in/closed")

    assert [line["reason"] for line in lines] == ["file_unreadable"] * 2
    assert counts == BatchCounts(refused=2)


def test_folder_that_may_not_be_entered_is_told(inputs, monkeypatch):
    def walk(folder, onerror):
        onerror(PermissionError(errno.EACCES, "no", str(folder / "closed")))
        return iter(())

    monkeypatch.setattr(os, "walk", walk)

    (omission,) = list_inputs([inputs])

    assert (omission.name, omission.reason, omission.is_refused) == ("closed", "file_unreadable", True)


def test_report_among_the_inputs_is_left_out(inputs):
    Path("in/report.jsonl").write_text("{}")

    counts = deidentify_paths([inputs], Path("out"), Path("in/report.jsonl"), options=BatchOptions(door=HEADERS))

    assert counts == BatchCounts(clean=4, refused=1)


def test_names_that_are_no_text_are_reported_with_escapes(inputs):
    (inputs / os.fsdecode(b"\xff\n.dcm")).write_bytes(encoded(ct()))
    (inputs / "김.dcm").write_bytes(encoded(ct()))

    _, lines = _run("in")

    assert {os.fsencode(line["input"]) for line in lines} >= {b"\xff\n.dcm", "김.dcm".encode()}
    assert "김.dcm" in Path("report.jsonl").read_text("utf-8")


def test_series_work_together_and_the_rest_alone(inputs):
    (inputs / "other.dcm").write_bytes(encoded(ct(SeriesInstanceUID="2.25.7")))
    (inputs / "same.dcm").write_bytes(encoded(ct(), "1.2.840.10008.1.2"))
    (inputs / "late.dcm").write_bytes(bytes(20_000) + encoded(ct(SeriesInstanceUID="2.25.7")))
    (inputs / "long").write_bytes(bytes(200_000))

    groups = by_series(source for source in list_inputs([inputs]) if not hasattr(source, "reason"))

    names = sorted(sorted(source.path.name for source in group) for group in groups)
    assert names == [["FICTUS.dcm", "same.dcm"], ["b.zip"], ["c.txt"], ["late.dcm", "other.dcm"], ["long"]]


def test_picture_that_is_searched_goes_by_series(inputs):
    crew = FakeCrew(killers=())

    _run("in", crew=crew, door=DoorOptions(search_pixels=True))

    assert crew.rounds[0] == (False, [["FICTUS.dcm"], ["b.zip"], ["c.txt"]])


def test_secret_is_made_once_and_read_again():
    made = read_secret(Path("secret"))

    assert read_secret(Path("secret")) == made
    assert Path("secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "00", "no number", "ab" * 33])
def test_what_is_no_secret_is_not_used(content):
    Path("secret").write_text(content)

    with pytest.raises(BatchError, match="secret_unreadable"):
        read_secret(Path("secret"))


def test_object_without_a_pseudonym_lies_under_subject():
    body = encoded(ct(PatientID=""))
    instance = CleanedInstance(index=0, body=body, media_type="application/dicom", facts=None, report={})

    folders, _ = names_of(instance)

    assert folders[0] == "subject"
    assert pydicom.dcmread(BytesIO(body)).PatientID == ""
