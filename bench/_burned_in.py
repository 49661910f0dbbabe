"""How well burned-in text is hidden and markers kept, on pictures whose every letter is known.

A line is hidden if at most 30 % of its ink is still to be seen and at most one of its letters is legible, a letter
being legible while more than half of its own ink is to be seen. Masks are the rectangles that the door would draw.
A marker is lost if more than 30 % of its ink is masked. In photos only lines count that a person can read: letters
of at least 10 pixels that stand out of what is around them by 10 grey levels, and by more than its own unrest.
Needless blanking is the masked share of real images without text.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from bench._burned_in_bases import text_free
from bench._burned_in_sets import MOST_LETTERS, SETS, Scene, scenes
from deidentify.burned_in.finder import find_text
from deidentify.burned_in.views import as_grey, as_rgb

Box = tuple[int, int, int, int]
Mask = NDArray[np.bool_]
_VISIBLE, _LEGIBLE, _LOST = 0.3, 0.5, 0.3
_READABLE_PIXELS, _READABLE_CONTRAST = 10, 10
_PEER_SECONDS = 3600
_RAPIDOCR = """
import json, sys, time
from rapidocr import RapidOCR
import cv2
engine = RapidOCR()
for path in sys.stdin.read().splitlines():
    started = time.perf_counter()
    result = engine(cv2.imread(path))
    quads = [] if result.boxes is None else result.boxes.tolist()
    print("\\x1e" + json.dumps({"quads": quads, "seconds": time.perf_counter() - started}), flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one picture's lines; `missed` and `lost` name them (all are fictional)."""

    name: str
    hidden: int
    missed: tuple[str, ...]
    kept: int
    lost: tuple[str, ...]
    seconds: float


def judge(scene: Scene, boxes: Iterable[Box], seconds: float) -> Judged:
    """Return which lines these masks hide, and which markers they cost."""
    mask = masked(scene.ink.shape[0], scene.ink.shape[1], boxes)
    missed, lost, hidden, kept = [], [], 0, 0
    grey = as_grey(as_rgb(scene.view)) if scene.is_photo else None
    for number, line in enumerate(scene.lines, start=1):
        ink = scene.ink // MOST_LETTERS == number
        if not ink.any() or (grey is not None and not _is_readable(grey, ink)):
            continue
        if line.role == "identifier" and _is_hidden(scene.ink[ink], mask[ink]):
            hidden += 1
        elif line.role == "identifier":
            missed.append(line.text)
        elif line.role == "marker" and mask[ink].mean() > _LOST:
            lost.append(line.text)
        elif line.role == "marker":
            kept += 1
    return Judged(name=scene.name, hidden=hidden, missed=tuple(missed), kept=kept, lost=tuple(lost), seconds=seconds)


def masked(rows: int, columns: int, boxes: Iterable[Box]) -> Mask:
    """Return which pixels the rectangles (x, y, width, height) cover."""
    mask = np.zeros((rows, columns), np.bool_)
    for x, y, width, height in boxes:
        mask[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)] = True
    return mask


def ours(scene: Scene) -> tuple[list[Box], float]:
    """Return what the finder would mask in a picture, and how long it took."""
    view = scene.view
    started = perf_counter()
    findings = find_text(view, is_photo=scene.is_photo)
    return [text.box for text in findings.blank], perf_counter() - started


def measure_lines(split: str, count: int, names: Sequence[str] = SETS) -> list[Judged]:
    """Return the judgement of every picture of these sets."""
    find_text(np.zeros((64, 64), np.uint8))
    return [judge(scene, *ours(scene)) for name in names for scene in scenes(name, split=split, count=count)]


def rows_of(judged: Sequence[Judged]) -> list[dict[str, str | int | float | None]]:
    """Return one row per set, and one over all."""
    names = [*dict.fromkeys(picture.name for picture in judged), "all"]
    return [_row(name, [picture for picture in judged if name in {picture.name, "all"}]) for name in names]


def needless() -> list[tuple[str, float, float]]:
    """Return the name of each real image without text, the share of it that would be masked, and the seconds."""
    shares = []
    for name, view in text_free():
        started = perf_counter()
        boxes = [text.box for text in find_text(view).blank]
        seconds = perf_counter() - started
        shares.append((name, float(masked(view.shape[0], view.shape[1], boxes).mean()), seconds))
    return shares


def needless_row(shares: Sequence[tuple[str, float, float]]) -> dict[str, str | int | float | None]:
    worst = max(shares, key=lambda share: share[1])
    return {
        "images": len(shares),
        "mean_percent": round(100 * sum(share for _, share, _ in shares) / len(shares), 4),
        "max_percent": round(100 * worst[1], 3),
        "worst": worst[0],
    }


def rapidocr(pictures: Sequence[Scene], folder: Path) -> list[Judged]:
    """Return what rapidocr, as it comes, would hide: every box that it finds is masked."""
    paths = _written(pictures, folder)
    done = subprocess.run(
        [sys.executable, "-c", _RAPIDOCR], input="\n".join(map(str, paths)), capture_output=True, text=True,
        check=True, timeout=_PEER_SECONDS,
    )  # fmt: skip
    told = [json.loads(line[1:]) for line in done.stdout.split("\n") if line.startswith("\x1e")]
    return [
        judge(scene, [cv2.boundingRect(np.array(quad, np.float32)) for quad in one["quads"]], one["seconds"])
        for scene, one in zip(pictures, told, strict=True)
    ]


def tesseract(pictures: Sequence[Scene], folder: Path) -> list[Judged] | None:
    """Return what Tesseract would hide (every word that it finds), None if it is not on this machine."""
    if shutil.which("tesseract") is None:
        return None
    judged = []
    for scene, path in zip(pictures, _written(pictures, folder), strict=True):
        started = perf_counter()
        done = subprocess.run(
            ["tesseract", str(path), "-", "--psm", "11", "tsv"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PEER_SECONDS,
        )
        words = [line.split("\t") for line in done.stdout.splitlines()[1:]]
        boxes = [
            tuple(map(int, word[6:10]))
            for word in words
            if len(word) > 11 and word[11].strip() and float(word[10]) >= 0
        ]
        judged.append(judge(scene, boxes, perf_counter() - started))  # type: ignore[arg-type] # four numbers each
    return judged


def _written(pictures: Sequence[Scene], folder: Path) -> list[Path]:
    paths = []
    for number, scene in enumerate(pictures):
        view = scene.view
        path = folder / f"{number:04}.png"
        cv2.imwrite(str(path), view if view.ndim == 2 else view[..., ::-1])
        paths.append(path)
    return paths


def _is_hidden(letters: NDArray[np.int32], mask: Mask) -> bool:
    if (~mask).mean() > _VISIBLE:
        return False
    legible = sum(bool((~mask[letters == letter]).mean() > _LEGIBLE) for letter in np.unique(letters))
    return legible <= 1


def _is_readable(grey: NDArray[np.uint8], ink: Mask) -> bool:
    """Whether a person can read a line of a photo."""
    if _height(ink) < _READABLE_PIXELS:
        return False
    outer, inner = (cv2.dilate(ink.astype(np.uint8), np.ones((edge, edge), np.uint8)) > 0 for edge in (9, 3))
    around = grey[outer & ~inner].astype(np.float32)
    level = float(np.median(around))
    contrast = abs(float(np.median(grey[ink])) - level)
    return contrast >= _READABLE_CONTRAST and contrast >= float(np.median(np.abs(around - level)))


def _height(ink: Mask) -> float:
    points = np.argwhere(ink)[:, ::-1].astype(np.float32)
    return float(min(cv2.minAreaRect(points)[1])) + 1


def _row(name: str, judged: Sequence[Judged]) -> dict[str, str | int | float | None]:
    lines = sum(picture.hidden + len(picture.missed) for picture in judged)
    markers = sum(picture.kept + len(picture.lost) for picture in judged)
    return {
        "set": name,
        "images": len(judged),
        "lines": lines,
        "hidden_percent": round(100 * sum(picture.hidden for picture in judged) / lines, 2) if lines else None,
        "markers": markers,
        "lost_percent": round(100 * sum(len(picture.lost) for picture in judged) / markers, 2) if markers else None,
        "s_per_image": round(sum(picture.seconds for picture in judged) / len(judged), 2),
    }
