"""Files on disk through the door, as an operator does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deidentify.batch import BatchCounts, BatchOptions, deidentify_paths
from domain.errors import UserError
from tests.deidentify.originals import ct, encoded, photo, zipped


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "FICTUS.dcm").write_bytes(encoded(ct()))
    (folder / "b.zip").write_bytes(zipped({"1.dcm": encoded(ct()), "2.jpg": photo(), "3.png": photo("PNG")}))
    (folder / "c.txt").write_bytes(b"no image")
    return folder


def _report(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_outputs_have_neutral_names_and_every_outcome_a_line(inputs, tmp_path):
    counts = deidentify_paths([inputs], tmp_path / "out", tmp_path / "report.jsonl")

    lines = _report(tmp_path / "report.jsonl")
    assert counts == BatchCounts(clean=4, refused=1)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "0001.dcm",
        "0002.dcm",
        "0003.jpg",
        "0004.png",
    ]
    assert [(line["outcome"], line["reason"]) for line in lines][-1] == ("refused", "file_unknown")
    assert lines[0]["rules"]["pseudonym"] == 2


def test_report_names_inputs_as_they_were_given(inputs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    deidentify_paths([Path("in/b.zip"), Path("in/absent.dcm")], Path("out"), Path("report.jsonl"))

    lines = _report(tmp_path / "report.jsonl")
    assert [(line["input"], line["entry"]) for line in lines[:2]] == [("in/b.zip", 0), ("in/b.zip", 1)]
    assert lines[-1]["reason"] == "file_unreadable"


def test_progress_is_told_after_each_file(inputs, tmp_path):
    told = []

    deidentify_paths(
        [inputs], tmp_path / "out", options=BatchOptions(progress=lambda done, total: told.append((done, total)))
    )

    assert told == [(1, 3), (2, 3), (3, 3)]


def test_two_runs_cannot_be_put_together_unless_asked(inputs, tmp_path):
    source, secret = inputs / "FICTUS.dcm", b"one secret for two runs"
    for name, options in (
        ("a", None),
        ("b", None),
        ("c", BatchOptions(secret=secret)),
        ("d", BatchOptions(secret=secret)),
    ):
        deidentify_paths([source], tmp_path / name, options=options)

    bodies = [(tmp_path / name / "0001.dcm").read_bytes() for name in "abcd"]

    assert bodies[0] != bodies[1] != bodies[2]
    assert bodies[2] == bodies[3]


def test_folder_with_files_is_not_written_into(inputs, tmp_path):
    with pytest.raises(UserError, match="output_not_empty"):
        deidentify_paths([inputs], inputs)


def test_output_that_cannot_be_written_leaves_nothing_behind(inputs, tmp_path):
    blocked = tmp_path / "out"
    blocked.mkdir()

    def block(done: int, total: int) -> None:
        (blocked / "0002.dcm").mkdir()

    with pytest.raises(UserError, match="output_unwritable"):
        deidentify_paths([inputs / "FICTUS.dcm", inputs / "b.zip"], blocked, options=BatchOptions(progress=block))

    assert sorted(path.name for path in blocked.iterdir()) == ["0001.dcm", "0002.dcm"]
