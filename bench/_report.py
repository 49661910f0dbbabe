"""What every script prints: the machine, a table, target and verdict, and with --json one object as the last line."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Row = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise: the figure of a row that has to stay below (or reach) a limit."""

    figure: str
    limit: float
    unit: str
    at_least: bool = False

    def verdict(self, row: Row) -> str:
        """Return "met" or "missed"; "" for a row without the figure."""
        value = row.get(self.figure)
        if not isinstance(value, int | float):
            return ""
        return "met" if (value >= self.limit if self.at_least else value < self.limit) else "missed"

    def __str__(self) -> str:
        return f"{self.figure} {'≥' if self.at_least else '<'} {self.limit:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Targets:
    """Promises of which each has to be kept; a row without one of the figures keeps it not."""

    all: tuple[Target, ...]

    def verdict(self, row: Row) -> str:
        """Return "met", or "missed" with what was missed."""
        missed = [target.figure for target in self.all if target.verdict(row) != "met"]
        return f"missed: {', '.join(missed)}" if missed else "met"

    def __str__(self) -> str:
        return ", ".join(map(str, self.all))


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows what all scripts know."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser


def report(
    name: str, rows: Sequence[Row], *, target: Target | Targets | None, machine: Mapping[str, object], as_json: bool
) -> None:
    """Print everything; a missed target is said, never raised."""
    judged = [{**row, "target": target.verdict(row)} if target else dict(row) for row in rows]
    print(f"{name} on " + ", ".join(f"{key} {value}" for key, value in machine.items()))
    for line in _table(judged):
        print(line)
    if target is not None:
        print(f"target: {target}")
    if as_json:
        known = None if target is None else str(target)
        print(json.dumps({"benchmark": name, "target": known, "machine": dict(machine), "rows": judged}))


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p99 and the longest in milliseconds."""
    ordered = sorted(seconds)
    return {
        "p50_ms": round(_at(ordered, 0.50) * 1000, 1),
        "p99_ms": round(_at(ordered, 0.99) * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


def median_row(rounds: Sequence[Row]) -> dict[str, str | int | float | None]:
    """Return the median of each number over several rounds; texts as in the first."""
    merged: dict[str, str | int | float | None] = dict(rounds[0])
    for name in merged:
        values = [value for row in rounds if isinstance(value := row[name], int | float)]
        if len(values) == len(rounds):
            merged[name] = round(median(values), 2)
    return merged


def _at(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of all does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _table(rows: Sequence[Row]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]


def _cell(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) and abs(value) < 1e5 else str(value)
