"""What tests let the image pool's processes do: work, wait, eat memory, die."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from time import monotonic


def own_pid() -> int:
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_unless_alone(folder: Path) -> str:
    """Die at the first run; say so at the second."""
    mark = folder / "ran"
    if not mark.exists():
        mark.touch()
        die()
    return "alive"


def wait_for(file: Path, seconds: float = 20.0) -> bool:
    """Keep a process busy until a file is there; False where it never came."""
    end = monotonic() + seconds
    while not file.exists():
        if monotonic() > end:
            return False
    return True


def begin_and_wait(folder: Path) -> bool:
    """Say that it runs, then wait to be told to go on."""
    (folder / "begun").touch()
    return wait_for(folder / "go")


def eat(size_bytes: int) -> int:
    return len(bytearray(size_bytes))


def fail(code: str) -> None:
    raise ValueError(code)
