"""Ours and the header tools of the field over the same folder: files a second, and values that survive.

The peers are installed once, with hashes, into an environment of their own below a cache folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.profiles import BASIC
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from tests.deidentify.profile_check import Judge

PEERS = ("dicognito", "dicom-anonymizer", "idiscore")
_HERE = Path(__file__).resolve().parent
_SECRET = b"a secret of the benchmark only"
_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRun:
    """One tool over one folder; `kept` of `listed` values that the Basic Profile removes are still in their place."""

    name: str
    files: int
    failed: int
    seconds: float
    kept: int = 0
    listed: int = 0
    leaked: int = 0

    @property
    def files_a_second(self) -> float:
        return self.files / self.seconds if self.seconds else 0.0


def peers_python(cache: Path) -> Path:
    """Return the interpreter of the peers' environment, made at the first call."""
    python = cache / "header-peers" / "bin" / "python"
    if not (cache / "header-peers" / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(cache / "header-peers")], check=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(_HERE / "peers.txt")]
        subprocess.run(install, check=True)
        (cache / "header-peers" / "ready").touch()
    return python


def run_peer(name: str, originals: Path, outputs: Path, *, python: Path) -> HeaderRun:
    """Run one of PEERS in one process and judge what it wrote."""
    command = [str(python), str(_HERE / "_peer_worker.py"), name, str(originals), str(outputs)]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)
    told = json.loads(found.stdout.splitlines()[-1]) if found.returncode == 0 else {}
    files, failed, seconds = int(told.get("files", 0)), int(told.get("failed", 0)), float(told.get("seconds", 0.0))
    return _judged(HeaderRun(name=name, files=files, failed=failed, seconds=seconds), originals, outputs)


def run_ours(originals: Path, outputs: Path) -> HeaderRun:
    """Run ours in one process, headers only, under the Basic Profile, and judge it likewise."""
    pseudonyms, options, limits = Pseudonyms(_SECRET), CleanOptions(profile=BASIC, decode=False), Limits()
    done = failed = 0
    began = time.perf_counter()
    for path in _files(originals):
        output = outputs / path.relative_to(originals)
        output.parent.mkdir(parents=True, exist_ok=True)
        try:
            output.write_bytes(clean_dicom(path.read_bytes(), pseudonyms, limits, options=options).body)
            done += 1
        except DeidentificationError:
            failed += 1
    seconds = time.perf_counter() - began
    return _judged(HeaderRun(name="hilum", files=done, failed=failed, seconds=seconds), originals, outputs)


def _judged(run: HeaderRun, originals: Path, outputs: Path) -> HeaderRun:
    judge = Judge()
    for path in _files(originals):
        output = outputs / path.relative_to(originals)
        if output.exists():
            judge.look_at(path.name, path.read_bytes(), output.read_bytes())
    problems = judge.verdict()
    return replace(
        run,
        kept=sum(": kept" in problem for problem in problems),
        listed=judge.listed,
        leaked=sum(": leak" in problem for problem in problems),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
