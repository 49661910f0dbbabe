"""The real `hilum demo` as a process on a free port of this machine; stopped by its pid."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

START_SECONDS = 90.0
HILUM = (sys.executable, "-c", "from bot.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Demo:
    url: str
    pid: int


class Started(Protocol):
    def poll(self) -> int | None:
        """Return the exit code of a process that has ended."""


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo with its data in a folder, and stop it at the end."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HILUM_")}
    command = [*HILUM, "demo", "--port", str(port), "--data", str(folder)]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process)
            yield Demo(f"http://127.0.0.1:{port}", process.pid)
        finally:
            stop(process)


def tell_once(folder: Path) -> Path:
    """Return the folder of a demo that has told its past and was stopped; of several processes, one makes it.

    Telling it takes longer than most tests.
    """
    told = folder / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told").exists():
            shutil.rmtree(told, ignore_errors=True)
            with running_demo(told):
                pass
            (folder / "told").touch()
    return told


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_until_healthy(url: str, process: Started) -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end:
        assert process.poll() is None, "the demo ended at its start"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 - loopback
                assert answer.status == 200
                return
        except (urllib.error.URLError, OSError):
            sleep(0.02)
    raise TimeoutError("the demo did not become healthy")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
