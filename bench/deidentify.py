"""The de-identifier against its promises and its peers: headers, burned-in text, free text, speed, memory.

Everything runs on held-out sets made here (seeds apart from those of development) and on the real images that
test packages carry. Peers see the same files; what they reach is printed as a ratio to ours. With --quick the sets
are small; --only names one part.
"""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import _burned_in, _text
from bench._burned_in_sets import SETS, scenes
from bench._canaries import canaries
from bench._header_peers import PEERS, HeaderRun, peers_python, run_ours, run_peer
from bench._machine import machine_facts
from bench._report import Row, arguments
from bench._studies import chest_ct
from deidentify.burned_in.networks import set_threads
from deidentify.burned_in_samples import radiograph_with_text
from deidentify.door import DoorOptions, clean_file, clean_sources

_CACHE = Path(tempfile.gettempdir()) / "hilum-bench"
_SECRET = b"benchmark secret of 32 bytes ..."
_CT_SLICES, _CT_EDGE = 300, 512
_HEADER_FILES = 400


def main() -> None:
    """Measure what is asked for, and print each promise with its verdict."""
    parser = arguments(__doc__)
    parser.add_argument("--quick", action="store_true", help="small sets, for a look")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="only this part; may be repeated")
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # pydicom's, about canaries that are odd on purpose
    set_threads(2)
    rows: list[Row] = []
    for name in chosen.only or PARTS:
        for row in PARTS[name](quick=chosen.quick, peers=not chosen.no_peers):
            rows.append({"part": name, **row})
            print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    facts = machine_facts(Path(tempfile.gettempdir()))
    print("deidentify on " + ", ".join(f"{key} {value}" for key, value in facts.items()))
    if chosen.json:
        print(json.dumps({"benchmark": "deidentify", "machine": dict(facts), "rows": rows}))


def _headers(*, quick: bool, peers: bool) -> Iterator[Row]:
    """Values kept, strings leaked and speed, headers only, on canaries and on a CT of one subject."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        seeds = (901,) if quick else (901, 902, 903)
        _write(folder / "canaries", [canary.data for seed in seeds for canary in canaries(seed)])
        slices = chest_ct(_CT_SLICES, edge=_CT_EDGE)
        _write(folder / "ct", slices[:60] if quick else [*slices, *slices[: _HEADER_FILES - _CT_SLICES]])
        for kind in ("canaries", "ct"):
            yield from _header_rows(folder, kind, peers=peers)


def _header_rows(folder: Path, kind: str, *, peers: bool) -> Iterator[Row]:
    ours = run_ours(folder / kind, folder / f"{kind}-ours")
    yield {"set": kind, **_header_row(ours), **_verdicts(kept=ours.kept == 0, leaked=ours.leaked == 0)}
    if kind == "ct":
        yield {"set": kind, "tool": "hilum", "promise": "≥ 100 files/s", **_verdicts(speed=ours.files_a_second >= 100)}
    for name in PEERS if peers else ():
        run = run_peer(name, folder / kind, folder / f"{kind}-{name}", python=peers_python(_CACHE))
        yield {"set": kind, **_header_row(run), "speed_of_ours": _ratio(run.files_a_second, ours.files_a_second)}
        shutil.rmtree(folder / f"{kind}-{name}", ignore_errors=True)


def _header_row(run: HeaderRun) -> Row:
    share = round(100 * run.kept / run.listed, 2) if run.listed else None
    return {
        "tool": run.name,
        "files": run.files,
        "failed": run.failed,
        "kept": run.kept,
        "kept_percent": share,
        "leaked": run.leaked,
        "files_a_second": round(run.files_a_second, 1),
    }


def _pixels(*, quick: bool, peers: bool) -> Iterator[Row]:
    """Burned-in lines hidden, markers lost, needless blanking, seconds a picture."""
    count = 4 if quick else 24
    mine = _burned_in.measure_lines("held-out", count)
    rows = _burned_in.rows_of(mine)
    for row in rows:
        yield {"tool": "hilum", **row, **_pixel_verdicts(row)}
    for picture in mine:
        if picture.missed or picture.lost:
            yield {
                "tool": "hilum",
                "set": picture.name,
                "missed": " | ".join(picture.missed),
                "lost": " | ".join(picture.lost),
            }
    needless = _burned_in.needless_row(_burned_in.needless())
    fine = float(needless["mean_percent"] or 0) <= 0.05 and float(needless["max_percent"] or 0) <= 1
    yield {"tool": "hilum", "set": "real images without text", **needless, **_verdicts(blanking=fine)}
    if not peers:
        return
    pictures = [scene for name in SETS for scene in scenes(name, split="held-out", count=count)]
    with tempfile.TemporaryDirectory() as place:
        for name, look in (("rapidocr", _burned_in.rapidocr), ("tesseract", _burned_in.tesseract)):
            judged = look(pictures, Path(place))
            for row in _burned_in.rows_of(judged) if judged else ():
                yield {"tool": name, **row, **_against(row, rows)}


def _pixel_verdicts(row: Row) -> Row:
    """Return whether a set reaches what was promised of its kind."""
    least = {"hard": 98.5, "photo": 95.0}.get(str(row["set"]), 99.5)
    hidden, lost = row["hidden_percent"], row["lost_percent"]
    verdicts = {} if hidden is None or row["set"] == "all" else {"hidden": float(hidden) >= least}
    if lost is not None and row["set"] == "all":
        verdicts["markers"] = float(lost) <= 3
    return _verdicts(**verdicts)


def _against(row: Row, ours: list[dict[str, Any]]) -> Row:
    mine = next(one for one in ours if one["set"] == row["set"])
    return {"hidden_of_ours": _ratio(row["hidden_percent"], mine["hidden_percent"])}


def _messages(*, quick: bool, peers: bool) -> Iterator[Row]:
    """Recall of identifiers and of names in messages, and how many clean ones are altered."""
    for sitting, figures in _text.measure().items():
        yield {"set": sitting, **{name: round(value, 4) for name, value in figures.items()}, **_text_verdicts(figures)}


def _text_verdicts(figures: Mapping[str, float]) -> Row:
    return _verdicts(
        identifiers=figures["identifiers"] >= 0.95,
        names=figures["names"] >= 0.9,
        clean=figures["clean_altered"] <= 0.03,
    )


def _speed(*, quick: bool, peers: bool) -> Iterator[Row]:
    """Whole files through the door with the search of their pixels, on two threads, and the most memory held."""
    data = radiograph_with_text()
    _through(data)
    seconds = min(_through(data) for _ in range(3))
    yield {"set": "radiograph", "seconds": round(seconds, 2), **_verdicts(seconds=seconds <= 1.5)}
    slices = chest_ct(_CT_SLICES, edge=_CT_EDGE)[: 60 if quick else _CT_SLICES]
    began = perf_counter()
    sources = [lambda data=data: BytesIO(data) for data in slices]
    done = sum(hasattr(one, "body") for one in clean_sources(sources, secret=_SECRET, options=DoorOptions()))
    seconds = perf_counter() - began
    verdict = _verdicts(seconds=seconds <= 30)
    yield {"set": f"CT of {len(slices)} slices", "clean": done, "seconds": round(seconds, 1), **verdict}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield {"set": "memory of this process", "peak_mb": most, **_verdicts(memory=most <= 1024)}


def _through(data: bytes) -> float:
    began = perf_counter()
    list(clean_file(BytesIO(data), secret=_SECRET))
    return perf_counter() - began


def _write(folder: Path, files: list[bytes]) -> None:
    folder.mkdir(parents=True)
    for number, data in enumerate(files):
        (folder / f"{number:05}.dcm").write_bytes(data)


def _ratio(value: Any, ours: Any) -> float | None:
    return round(float(value) / float(ours), 3) if value is not None and ours else None


def _verdicts(**reached: bool) -> dict[str, str]:
    return {f"target_{name}": "met" if is_met else "missed" for name, is_met in reached.items()}


PARTS: Mapping[str, Callable[..., Iterator[Row]]] = {
    "speed": _speed,
    "headers": _headers,
    "pixels": _pixels,
    "text": _messages,
}

if __name__ == "__main__":
    main()
