"""Damaged files through the door: no crash, no hang, and no marked value in what comes out.

Each case is made from its number alone, so that a finding can be made again:
`python -m bench.fuzz --show 4711`. A run goes on where the last one stood if it
is given a `--state` file. The work is done in a process of its own, which is
ended when a case takes too long, and begun again after the case that ended it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from time import monotonic, perf_counter

import pydicom

from bench._machine import machine_facts
from bench._mutations import Original, damaged
from bench._report import Target, arguments, report
from deidentify.door import SURPRISE, DoorOptions, clean_sources
from deidentify.limits import Limits
from deidentify.outcomes import CleanedInstance
from deidentify.profiles import PROFILES

LIMIT_SECONDS = 60.0
_MEMORY_BYTES = 2 * 1024**3
_SECRET = b"the secret of everything damaged"
_BULK = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ"))
_LIMITS = Limits(file_bytes=32 << 20, frame_pixels=16_000_000, decoded_bytes=128 << 20, inflated_bytes=64 << 20)
TARGET = Target(figure="findings", limit=1, unit="(crash, hang, leak)")


def verdict(seed: int, *, pixel_share: float = 0.0) -> str:
    """Return what became of one case: `clean`, `refused …`, or `leak …` with what came through."""
    original, data = damaged(seed)
    chance = Random(seed ^ 0x5EED)
    options = DoorOptions(
        limits=_LIMITS,
        profile=chance.choice(PROFILES),
        search_pixels=chance.random() < pixel_share,
        images_only=chance.random() < 0.2,
        several_subjects=chance.random() < 0.5,
    )
    outcomes = list(clean_sources([partial(BytesIO, data)], secret=_SECRET, options=options))
    for outcome in outcomes:
        if isinstance(outcome, CleanedInstance) and (leaked := _leaked(original, outcome)):
            return f"leak {leaked} of {original.name}"
    refused = sorted({outcome.code for outcome in outcomes if not isinstance(outcome, CleanedInstance)})
    return f"refused {refused[0]}" if refused else "clean"


def _leaked(original: Original, instance: CleanedInstance) -> str:
    """Return what came through and where it stands; pixels and tables of numbers may hold what they like."""
    whole = instance.body.lower()
    if not any(mark.lower() in whole for mark in original.marks):
        return ""
    if instance.media_type != "application/dicom":
        return "in picture"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(BytesIO(instance.body))
        found = (*dataset.file_meta, *dataset.iterall())
        texts = [(element, str(element.value).lower()) for element in found if element.VR not in _BULK]
    places = {element.keyword or str(element.tag) for element, text in texts if _holds(text, original.marks)}
    return "at " + ",".join(sorted(places)) if places else ""


def _holds(text: str, marks: tuple[bytes, ...]) -> bool:
    return any(mark.decode().lower() in text for mark in marks)


def _work(first: int, count: int, pixel_share: float) -> None:
    """Do cases and say what became of each, a line a case."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))
    for seed in range(first, first + count):
        print(seed, verdict(seed, pixel_share=pixel_share), flush=True)


def _cases(first: int, count: int, options: argparse.Namespace) -> Iterator[tuple[int, str]]:
    """Yield number and verdict of each case; whoever ends the process is a finding, and the next case goes on."""
    last = first + count
    while first < last:
        command = [sys.executable, "-m", "bench.fuzz", "--work", str(first), "--cases", str(last - first)]
        command += ["--pixels", str(options.pixels)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            for line in _lines(process):
                seed, _, said = line.partition(" ")
                yield int(seed), said
                first = int(seed) + 1
            if first < last:
                yield first, "hang" if process.poll() is None else f"crash {process.wait()}"
                first += 1
        finally:
            # Whoever stops asking for cases, as their time is up, stops the process with it.
            process.kill()
            process.wait()


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield lines until there are no more, or none came for too long."""
    assert process.stdout is not None
    heard, begun = bytearray(), monotonic()
    while True:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, begun + LIMIT_SECONDS - monotonic()))
        chunk = os.read(process.stdout.fileno(), 65_536) if ready else b""
        if not chunk:
            return
        begun = monotonic()
        heard += chunk
        *whole, rest = heard.split(b"\n")
        heard = bytearray(rest)
        yield from (line.decode() for line in whole)


def _show(seed: int, pixel_share: float) -> None:
    original, data = damaged(seed)
    path = Path("artifacts") / f"fuzz-{seed}.bin"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    print(f"{seed} from {original.name}, {len(data)} bytes in {path}: {verdict(seed, pixel_share=pixel_share)}")


def _run(options: argparse.Namespace) -> None:
    state = json.loads(options.state.read_text()) if options.state and options.state.exists() else {}
    first = int(state.get("next", options.first))
    counts: Counter[str] = Counter(state.get("verdicts", {}))
    findings: list[str] = list(state.get("findings", []))
    begun, ends, done = perf_counter(), monotonic() + 60 * options.minutes, 0
    for seed, said in _cases(first, options.cases, options):
        done += 1
        counts[" ".join(said.split()[:2]) if said.startswith("refused") else said.split()[0]] += 1
        if said.startswith(("leak", "crash", "hang")):
            findings.append(f"{seed} {said}")
            print(f"  found: {findings[-1]}", flush=True)
        if said == f"refused {SURPRISE}":
            print(f"  nobody foresaw: {seed}", flush=True)
        is_over = monotonic() > ends
        if options.state and (is_over or done % 200 == 0 or done == options.cases):
            options.state.write_text(json.dumps({"next": seed + 1, "verdicts": counts, "findings": findings}))
        if is_over:
            break
    spent = perf_counter() - begun
    for name, count in counts.most_common():
        print(f"  {count:7,} {name}")
    refused = sum(count for name, count in counts.items() if name.startswith("refused"))
    row = {"cases": counts.total(), "clean": counts["clean"], "refused": refused, "findings": len(findings)}
    rows = [{**row, "cases_per_s": round(done / spent, 1)}]
    report("fuzz", rows, target=TARGET, machine=machine_facts(Path()), as_json=options.json)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--cases", type=int, default=2_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long")
    parser.add_argument("--pixels", type=float, default=0.0, help="share of cases that are searched for burned-in text")
    parser.add_argument("--state", type=Path, help="file to go on from, and to note progress in")
    parser.add_argument("--show", type=int, help="make one case again, and keep its file")
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show is not None:
        _show(options.show, options.pixels)
    elif options.work is not None:
        _work(options.work, options.cases, options.pixels)
    else:
        _run(options)


if __name__ == "__main__":
    main()
