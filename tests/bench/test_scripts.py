"""Every benchmark runs with tiny numbers, and says with --json what it measured as its last line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = {
    "inbound": ["--database", "sqlite", "--rate", "10", "--seconds", "1", "--members", "3"],
    "card": ["--database", "sqlite", "--questions", "2", "--load", "0", "--seed", "7"],
    "queue": ["--database", "sqlite", "--deliveries", "12"],
    "deidentify": ["--only", "text", "--no-peers"],
    "fuzz": ["--cases", "20"],
    "memory": ["--wait", "0"],
    "search": ["--database", "sqlite", "--messages", "60", "--searches", "2"],
    "inbound_kill": ["--channel", "telegram", "--updates", "6", "--kills", "1"],
    "digest_flood": ["--database", "sqlite", "--messages", "12"],
    "webhook": ["--database", "sqlite", "--rate", "10", "--seconds", "1", "--members", "3"],
    "uploads": ["--slices", "3", "--edge", "64"],
    "viewer": ["--slices", "3", "--edge", "64", "--rounds", "1", "--seconds", "1"],
}
FIGURES = {
    "inbound": {"p50_ms", "p99_ms", "max_ms", "target"},
    "card": {"p50_ms", "p99_ms", "max_ms", "target"},
    "queue": {"deliveries_per_s", "naive_per_s", "ratio", "claimed_and_finished_per_s", "target"},
    "deidentify": {"part", "set", "identifiers", "names", "clean_altered", "target_clean"},
    "fuzz": {"cases", "clean", "refused", "findings", "cases_per_s", "target"},
    "memory": {"pss_mb", "target"},
    "search": {"words", "reader", "p50_ms", "p95_ms", "max_ms", "hits", "target"},
    "inbound_kill": {"sent", "lost", "twice", "resent", "kills", "target"},
    "digest_flood": {"delivered", "average_per_s", "busiest_second", "most_asked", "urgent_s", "target"},
    "webhook": {"calls", "lost", "p50_ms", "p99_ms", "max_ms", "target"},
    "uploads": {"files_per_s", "first_frame_ms", "frames_per_s"},
    "viewer": {"first_slice_ms", "first_slice", "slices_per_s", "longest_gap_ms", "target"},
}
EXACT = {
    "inbound_kill": {"sent": 6, "lost": 0, "twice": 0},
    "digest_flood": {"messages": 12, "delivered": 12, "lost": 0, "twice": 0},
    "webhook": {"lost": 0},
}
"""What is the same on every machine, however slow."""

MARKS = {"viewer": pytest.mark.browser}


def run(name: str, *options: str) -> list[str]:
    command = [sys.executable, "-m", f"bench.{name}", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    return done.stdout.splitlines()


def test_every_script_is_tried_here():
    scripts = {path.stem for path in (ROOT / "bench").glob("[a-z]*.py")}

    assert scripts == set(TINY)


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS.get(name, ())) for name in TINY])
def test_script_prints_its_figures(name):
    lines = run(name, *TINY[name], "--json")

    told = json.loads(lines[-1])
    assert told["benchmark"] == name
    assert {"cpu", "cores", "python", "sqlite", "fsync_ms"} <= told["machine"].keys()
    assert all(FIGURES[name] <= row.keys() for row in told["rows"][:1])
    assert all(EXACT.get(name, {}).items() <= row.items() for row in told["rows"])


@pytest.mark.slow
def test_table_alone_is_for_people():
    lines = run("queue", *TINY["queue"])

    assert lines[-1].startswith("target: ")
