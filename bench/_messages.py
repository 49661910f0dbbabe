"""Messages to measure the rules for text on: written by hand in several sittings, with Korean names drawn by seed.

Each sitting was written after the rules had been frozen, and measured once before anything was mended;
`messages.txt` holds them, `docs/deidentification.md` the figures of that first measurement.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("messages.txt")
_MARKED = re.compile(r"\{\{([A-Z]+):(.*?)\}\}")
_SURNAMES = (
    "김" * 21
    + "이" * 15
    + "박" * 8
    + "최" * 5
    + "정" * 5
    + (
        "강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우"
        "구민진지엄채원천방공현함변염여추도소석선설마길연위표명기"
    )
)
_GIVEN_FILE = Path(__file__).with_name("given_names.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, whether it is clean, and its identifiers with their kinds."""

    text: str
    is_clean: bool
    spans: tuple[tuple[int, int, str], ...]


def sittings(seed: int) -> dict[str, list[Message]]:
    """Return the messages of each sitting, its Korean names drawn with this seed."""
    chance = random.Random(seed)
    given = _GIVEN_FILE.read_text("utf-8").split()
    found: dict[str, list[Message]] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            current = found.setdefault(line[3:], [])
        elif not line.startswith("#"):
            current.append(_read(line, lambda: chance.choice(_SURNAMES) + chance.choice(given)))
    return found


def _read(line: str, draw: Callable[[], str]) -> Message:
    kind, _, marked = line.partition("|")
    parts = list(_parts(marked, draw))
    spans = []
    place = 0
    for text, label in parts:
        if label:
            spans.append((place, place + len(text), label))
        place += len(text)
    return Message(text="".join(text for text, _ in parts), is_clean=kind == "C", spans=tuple(spans))


def _parts(marked: str, draw: Callable[[], str]) -> Iterator[tuple[str, str]]:
    last = 0
    for match in _MARKED.finditer(marked):
        yield marked[last : match.start()], ""
        yield draw() if match[2] == "@" else match[2], match[1]
        last = match.end()
    yield marked[last:], ""
