"""A log that counts: how many commands were done, what was refused, and what went wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """The `Log` port; `errors` are events that an operator would be told of."""

    commands: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def info(self, event: str, **fields: str | int | float) -> None:
        if event != "command_done":
            return
        self.commands[str(fields["command"])] += 1
        outcome = str(fields["outcome"])
        if outcome.startswith("refused_"):
            self.refused[outcome.removeprefix("refused_")] += 1

    def warning(self, event: str, **_fields: str | int | float) -> None:
        self.warnings[event] += 1

    def error(self, event: str, **fields: str | int | float) -> None:
        self.errors[f"{event} {fields.get('error', '')}".strip()] += 1
