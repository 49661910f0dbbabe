"""Memory of the idle `hilum demo`, proportional set size of its process tree: < 200 MB.

The demo is started on an empty folder, tells its past (which starts the image
pool), and is left alone until the pool has ended. Proportional set size shares
each page out among the processes that use it, so that its sum is what the demo
really takes. The first row is the moment the demo answers, the second the idle
demo, the third the demo started again on the same data.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import psutil

from bench._machine import machine_facts
from bench._report import Target, arguments, report
from tests.peers.demo import running_demo

TARGET = Target(figure="pss_mb", limit=200, unit="MB")
MB = 1_000_000
_SETTLE_SECONDS = 3.0


def memory_rows(pid: int, moment: str) -> Iterator[dict[str, str | float]]:
    """Give the sum over the process tree, then each process."""
    rows = [_process_row(process) for process in _tree(pid)]
    total = round(sum(float(row["mb"]) for row in rows), 1)
    yield {"moment": moment, "process": "all", "pss_mb": total, "processes": len(rows)}
    for row in rows:
        yield {"moment": moment, "process": row["process"], "mb": row["mb"]}


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _process_row(process: psutil.Process) -> dict[str, str | float]:
    return {"process": _name(process), "mb": round(process.memory_full_info().pss / MB, 1)}


def _name(process: psutil.Process) -> str:
    """Name a process by what it does: the pool's children share the fork server's command line."""
    command = " ".join(process.cmdline())
    parent = process.parent()
    if "resource_tracker" in command:
        return "resource tracker"
    if "forkserver" in command:
        is_child = parent is not None and "forkserver" in " ".join(parent.cmdline())
        return "image process" if is_child else "fork server"
    return "hilum demo"


def _until_pool_ended(pid: int, within: float) -> bool:
    """Wait until the image processes have gone; False where they are still there."""
    end = monotonic() + within
    while monotonic() < end:
        if all(_name(process) != "image process" for process in _tree(pid)):
            sleep(min(_SETTLE_SECONDS, within))
            return True
        sleep(0.5)
    return False


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    parser.add_argument("--wait", type=float, default=80.0, help="seconds until the image pool has to have ended")
    chosen = parser.parse_args(given)
    rows: list[dict[str, str | float]] = []
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        facts = machine_facts(Path(made))
        with running_demo(Path(made) / "demo") as demo:
            rows += memory_rows(demo.pid, "seeded")
            has_ended = _until_pool_ended(demo.pid, chosen.wait)
            rows += memory_rows(demo.pid, "idle" if has_ended else "pool still there")
        with running_demo(Path(made) / "demo") as demo:
            rows += memory_rows(demo.pid, "started again")
    report("memory", rows, target=TARGET, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
