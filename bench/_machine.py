"""The facts of the machine that a figure was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path
from statistics import median
from time import perf_counter

_FSYNCS = 40


def machine_facts(folder: Path, *, postgres: str | None = None) -> dict[str, str | int | float]:
    """Return processor, cores, versions, load and the time of an fsync where the benchmark's data lies.

    Args:
        postgres: the version of the PostgreSQL server, where one was used.
    """
    facts: dict[str, str | int | float] = {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fsync_ms": fsync_milliseconds(folder),
    }
    if postgres is not None:
        facts["postgresql"] = postgres
    return facts


def fsync_milliseconds(folder: Path) -> float:
    """Return the median time to append 4 KiB to a file and have them on the disk."""
    path = folder / "fsync-probe"
    times: list[float] = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_FSYNCS):
            started = perf_counter()
            file.write(b"\0" * 4096)
            os.fsync(file.fileno())
            times.append(perf_counter() - started)
    path.unlink()
    return round(median(times) * 1000, 2)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
