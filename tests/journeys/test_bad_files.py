"""What nobody should hand to the tool: one clear line each, whole files only, memory bounded, and the rest goes on."""

from __future__ import annotations

import bz2
import fcntl
import json
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psutil
import pydicom
import pytest

from bot.crew import CrewOptions, ProcessCrew
from deidentify.batch import BatchCounts, BatchOptions, deidentify_paths
from deidentify.door import DoorOptions
from tests.deidentify.originals import STUDY_UID, ct, encoded, explicit, nested
from tests.fakes.bad_files import MIB, good_dicom, huge_png, truncated_dicom, zip_bomb, zip_of

ROOT = Path(__file__).resolve().parents[2]
TOOL = "import sys; sys.path.insert(0, sys.argv.pop(1)); sys.argv[0] = 'hilum'; from bot.cli import main; main()"
MEMORY_MIB = 800


def _beyond() -> bytes:
    whole = encoded(ct())
    place = whole.index(b"\x10\x00\x20\x00LO")
    return whole[: place + 6] + b"\xfe\xff" + whole[place + 8 :]


def _wrong_vr() -> bytes:
    """Rows as text, a date as a number, a name as a sequence."""
    rows, name = b"\x28\x00\x10\x00", b"\x10\x00\x10\x00"
    return encoded(ct()).replace(rows + b"US", rows + b"LT").replace(name + b"PN", name + b"SQ")


def _trillion() -> bytes:
    return encoded(ct(Rows=10_000, Columns=10_000, NumberOfFrames=10_000))


def _deflate_bomb() -> bytes:
    meta = encoded(ct(), "1.2.840.10008.1.2.1.99")
    start = 144 + int.from_bytes(meta[140:144], "little")
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [packer.compress(explicit(0x00080016, "UI", b"1.2") + b"\x7f\xe0\x00\x10"[::-1])]
    parts += [packer.compress(bytes(MIB)) for _ in range(600)]
    return meta[:start] + b"".join([*parts, packer.flush()])


def _many_deflated_blocks() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("scan.png", b"\x89PNG\r\n\x1a\n" + bytes(64 * MIB))
    return stream.getvalue()


def _claims_much() -> bytes:
    """Return a PNG of 30,000 × 30,000 pixels that ends after its head."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


BAD_FILES: dict[str, tuple[set[str], Callable[[], bytes]]] = {
    "depth": ({"dicom_too_deep"}, lambda: nested(3_000)),
    "trillion": ({"pixels_too_many"}, _trillion),
    "deflate bomb": ({"dicom_too_large", "pixels_too_many"}, _deflate_bomb),
    "zip bomb": ({"zip_bomb"}, lambda: zip_bomb(200)),
    "bzip2 bomb": ({"zip_method"}, _many_deflated_blocks),
    "bare bzip2": ({"file_unknown", "archive_unsupported"}, lambda: bz2.compress(bytes(10 * MIB))),
    "cut pixels": ({"dicom_truncated"}, truncated_dicom),
    "nothing": ({"file_empty"}, bytes),
    "text.dcm": ({"file_unknown"}, lambda: b"This is a letter, and no image at all.\n" * 20),
    "zeros.dcm": ({"file_unknown"}, lambda: bytes(5_000)),
    "900 megapixels": ({"pixels_too_many"}, lambda: huge_png(30_000)),
    "claimed megapixels": ({"pixels_too_many", "photo_undecodable"}, _claims_much),
    "wrong vr": ({"dicom_ambiguous", "dicom_truncated", "dicom_incomplete"}, _wrong_vr),
    "beyond the end": ({"dicom_truncated", "dicom_ambiguous"}, _beyond),
    "path.zip": ({"zip_path"}, lambda: zip_of(("../../etc/passwd\n.dcm", good_dicom()))),
    "inner.zip": ({"zip_inside_zip"}, lambda: zip_of(("a.zip", zip_of(("a.dcm", good_dicom()))))),
    "new\nline\x1b[31m.dcm": ({"file_unknown"}, lambda: b"no image"),
}


@dataclass(frozen=True)
class Ran:
    folder: Path
    code: int
    out: str
    err: list[str]
    lines: dict[str, dict]


def _command(folder: Path, *arguments: str) -> list[str]:
    paths = (str(folder / "in"), "--output", str(folder / "out"), "--report", str(folder / "report.jsonl"))
    return [sys.executable, "-c", TOOL, str(ROOT), "deidentify", *paths, *arguments]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HILUM_")}


def _run(folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> Ran:
    done = subprocess.run(
        _command(folder, *arguments),
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=110,
        preexec_fn=before,
        check=False,
    )
    report = (folder / "report.jsonl").read_text("utf-8").splitlines() if (folder / "report.jsonl").exists() else []
    lines = {Path(line["input"]).name: line for line in map(json.loads, report)}
    return Ran(folder, done.returncode, done.stdout, done.stderr.splitlines(), lines)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run over every bad file, with a good one in their midst."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "in").mkdir()
    for name, (_, make) in BAD_FILES.items():
        (folder / "in" / name).write_bytes(make())
    (folder / "in" / "good").write_bytes(good_dicom())
    return _run(folder, "--max-memory", f"{MEMORY_MIB}M")


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_in_one_clear_line(ran: Ran, name: str) -> None:
    line = ran.lines[name]
    shown = name.replace("\n", "\\n").replace("\x1b", "\\x1b")

    told = [said for said in ran.err if said.startswith(f"hilum: {shown}: ")]

    assert (line["outcome"], line["output"]) == ("refused", None)
    assert line["reason"] in BAD_FILES[name][0]
    assert len(told) == 1
    assert re.search(r": [A-Z][^\n]+\.$", told[0])


def test_good_file_among_bad_ones_comes_out(ran: Ran) -> None:
    outputs = [path for path in (ran.folder / "out").rglob("*") if path.is_file()]

    assert (ran.code, f"1 clean, 0 masked, 0 quarantined, {len(BAD_FILES)} refused" in ran.out) == (1, True)
    assert [str(path.relative_to(ran.folder / "out")) for path in outputs] == [ran.lines["good"]["output"]]
    assert len(ran.err) == len(BAD_FILES)


def test_full_disk_is_one_line_and_whole_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.dcm").write_bytes(encoded(ct(SOPInstanceUID=f"{STUDY_UID}.9.{number}")))
    (tmp_path / "in" / "x.dcm").write_bytes(encoded(ct(Rows=200, Columns=200, PixelData=bytes(80_000))))

    ran = _run(tmp_path, "--no-pixels", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)))

    whole = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert (ran.code, len(ran.err)) == (1, 1)
    assert "disk is full" in ran.err[0]
    assert all(pydicom.dcmread(path).PatientIdentityRemoved == "YES" for path in whole)
    assert sorted(path.name for path in whole) == sorted(
        Path(line["output"]).name for line in ran.lines.values() if line["output"]
    )


def _started(folder: Path) -> subprocess.Popen[str]:
    """Start the tool; it heeds interrupts, which a shell's background jobs, such as a whole test run may be, ignore."""
    return subprocess.Popen(
        _command(folder, "--no-pixels", "--jobs", "2"),
        cwd=folder,
        env=_environment(),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
    )


def _narrow_pipe(path: Path) -> int:
    """Make a pipe that holds a few lines: however slow its reader is, the tool cannot be done before it is stopped."""
    os.mkfifo(path)
    pipe = os.open(path, os.O_RDWR)
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
    return pipe


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_stop_leaves_whole_files_and_nobody_behind(tmp_path: Path, asked: signal.Signals) -> None:
    (tmp_path / "in").mkdir()
    for number in range(400):
        (tmp_path / "in" / f"{number}.dcm").write_bytes(encoded(ct(SOPInstanceUID=f"{STUDY_UID}.9.{number}")))
    narrow = _narrow_pipe(tmp_path / "report.jsonl")
    tool = _started(tmp_path)

    with (tmp_path / "report.jsonl").open("r") as report:
        report.readline()
        os.close(narrow)
        helpers = psutil.Process(tool.pid).children(recursive=True)
        tool.send_signal(asked)
        with ThreadPoolExecutor(max_workers=1) as reader:
            reader.submit(report.read)  # what was said before the stop is more than the pipe holds
            try:
                said = tool.communicate(timeout=60)[1]
            finally:
                tool.kill()

    outputs = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert (tool.returncode, said.startswith("hilum: Stopped."), said.count("\n")) == (1, True, 1)
    assert 0 < len(outputs) < 400
    assert all(path.suffix == ".dcm" for path in outputs)
    assert psutil.wait_procs(helpers, timeout=10)[1] == []


def test_killed_child_costs_no_file(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.dcm").write_bytes(encoded(ct(SOPInstanceUID=f"{STUDY_UID}.9.{number}")))
    crew = ProcessCrew(options=CrewOptions(jobs=2))
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        if not killed:
            killed.append(crew.hands[0].process.pid or 0)
            os.kill(killed[0], signal.SIGKILL)

    options = BatchOptions(door=DoorOptions(search_pixels=False), crew=crew, progress=kill)
    counts = deidentify_paths([tmp_path], tmp_path / "out", options=options)

    assert (counts, len(killed)) == (BatchCounts(clean=40), 1)
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 40
