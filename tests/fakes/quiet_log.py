"""A log that remembers what it was told."""

from __future__ import annotations


class QuietLog:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str | int | float]]] = []

    def info(self, event: str, **fields: str | int | float) -> None:
        self.lines.append((event, fields))

    warning = info
    error = info

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.lines]
