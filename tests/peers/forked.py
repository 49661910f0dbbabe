"""Demos forked from one process that has read the program already: reading it takes longer than starting.

Tests of how the program itself starts and ends take `program.py` instead.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from tests.peers.demo import Demo, free_port, wait_until_healthy
from tests.peers.program import clean_environment

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Forge:
    """The parent of the demos; takes lines of JSON and answers each before the next."""

    process: subprocess.Popen[str]

    @contextmanager
    def running_demo(self, folder: Path) -> Iterator[Demo]:
        """Start the demo with its data in a folder that goes with the test: at the end it is killed."""
        port = free_port()
        arguments = ["demo", "--port", str(port), "--data", str(folder)]
        pid = self._ask("fork", f"{folder}.log", arguments)
        assert pid is not None
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", Forked(self, pid))
            yield Demo(f"http://127.0.0.1:{port}", pid)
        finally:
            self._ask("kill", pid)

    def exit_code(self, pid: int) -> int | None:
        return self._ask("poll", pid)

    def _ask(self, *order: object) -> int | None:
        orders, answers = cast(TextIO, self.process.stdin), cast(TextIO, self.process.stdout)
        orders.write(json.dumps(order) + "\n")
        orders.flush()
        return cast("int | None", json.loads(answers.readline()))


@dataclass(frozen=True, slots=True)
class Forked:
    """A demo that may have ended; only its parent can tell."""

    forge: Forge
    pid: int

    def poll(self) -> int | None:
        return self.forge.exit_code(self.pid)


@contextmanager
def lit_forge() -> Iterator[Forge]:
    """Start the process that forks; it ends with its input, and its demos with it."""
    command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
    environment = clean_environment({"PYTHONPATH": str(ROOT)})
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        yield Forge(process)


def serve() -> None:
    """Read the program, then do as told; a forked process leaves this loop and is `hilum`."""
    from bot.cli import main  # noqa: PLC0415 - read in this process alone

    gc.freeze()
    running: set[int] = set()
    for line in sys.stdin:
        deed, what, *arguments = json.loads(line)
        if deed == "fork":
            pid = os.fork()
            if pid == 0:
                _turn_into_hilum(what, *arguments)
                main()
                return
            running.add(pid)
            _answer(pid)
        else:
            _answer(_reap(running, what, is_killed=deed == "kill"))
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _turn_into_hilum(log: str, arguments: list[str]) -> None:
    with open(os.devnull, "rb") as nothing, open(log, "wb") as written:
        for file, number in ((nothing, 0), (written, 1), (written, 2)):
            os.dup2(file.fileno(), number)
    sys.argv[1:] = arguments


def _reap(running: set[int], pid: int, *, is_killed: bool) -> int | None:
    """Return the exit code of a child that has ended, which frees its pid."""
    if pid not in running:
        return None
    if is_killed:
        os.kill(pid, signal.SIGKILL)
    ended, status = os.waitpid(pid, 0 if is_killed else os.WNOHANG)
    if not ended:
        return None
    running.remove(pid)
    return os.waitstatus_to_exitcode(status)


def _answer(value: int | None) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
