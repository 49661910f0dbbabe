"""The door as commands: what they print, when they end with 0, and what they say of a wrong wish."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli_deidentify import ProfileName
from bot.terminal import console
from deidentify.profiles import PROFILES
from deidentify.samples import thorax_ct

ROOT = Path(__file__).resolve().parents[2]
Hilum = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hilum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hilum:
    """Run a command in this process, with a folder `in` of one good slice beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "_width", 400)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Marabu.dcm").write_bytes(next(iter(thorax_ct(1, edge=16))))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hilum", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_everything_that_comes_out_ends_with_0(hilum: Hilum) -> None:
    code, out, err = hilum(
        "deidentify", "in", "--output", "out", "--no-pixels", "--jobs", "1", "--max-memory", "700 MB"
    )

    assert (code, err) == (0, "")
    assert out.startswith("1 clean, 0 masked, 0 quarantined, 0 refused, 0 skipped\n")


def test_many_refusals_are_cut_short(hilum: Hilum, tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / "in" / f"{number}.txt").write_text("no image")

    code, _, err = hilum("deidentify", "in", "--output", "out", "--no-pixels")

    lines = err.splitlines()
    assert (code, len(lines)) == (1, 21)
    assert "neither a DICOM image nor a photo" in lines[0]
    assert lines[-1].endswith("and 5 more: see the report")


def test_follow_up_joins_only_with_the_secret(hilum: Hilum, tmp_path: Path) -> None:
    for output, options in (("a", ["--secret-file", "key"]), ("b", ["--secret-file", "key"]), ("c", [])):
        assert hilum("deidentify", "in", "--output", output, "--no-pixels", *options)[0] == 0

    names = [[path.relative_to(tmp_path / run) for path in (tmp_path / run).rglob("*.dcm")] for run in "abc"]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["in"], "--output"),
        (["--output", "out"], "name files or folders"),
        (["in", "--output", "out", "--max-memory", "much"], "800M"),
        (["in", "--output", "out", "--profile", "none"], "archive"),
        (["in", "--output", "out", "--jobs", "0"], "--jobs"),
        (["absent", "--output", "out"], "absent"),
    ],
)
def test_wrong_wish_is_said_and_nothing_done(hilum: Hilum, tmp_path: Path, arguments: list[str], said: str) -> None:
    code, _, err = hilum("deidentify", *arguments)

    assert (code, said in err) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--jobs", "8", "--max-memory", "500M"], "too little memory"),
        (["--report", "out/report.jsonl"], "must not lie in the output folder"),
        (["--secret-file", "in/Marabu.dcm"], "secret file"),
        (["--report", "in"], "cannot be written"),
    ],
)
def test_run_that_cannot_begin_is_one_line(hilum: Hilum, arguments: list[str], said: str) -> None:
    code, _, err = hilum("deidentify", "in", "--output", "out", "--no-pixels", *arguments)

    assert (code, err.count("\n"), said in err) == (1, 1, True)


def test_profiles_of_the_command_are_those_of_the_door() -> None:
    assert {name.value for name in ProfileName} == {profile.name for profile in PROFILES}


def test_text_comes_as_lines_with_spans_of_the_input(
    hilum: Hilum, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["등록번호 90742315, 3 mm nodule RUL", "", "tel 010-9876-5432", "\N{REPLACEMENT CHARACTER}"]
    typed = "\r\n".join(lines[:3]).encode() + b"\n\xff\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))

    code, out, _ = hilum("deidentify-text")

    said = [json.loads(line) for line in out.splitlines()]
    cut = [
        [line[span["start"] : span["end"]] for span in told["spans"]] for line, told in zip(lines, said, strict=True)
    ]
    assert (code, cut) == (0, [["90742315"], [], ["010-9876-5432"], []])
    assert said[0]["text"] == f"등록번호 [{said[0]['spans'][0]['type']}], 3 mm nodule RUL"
