"""What commands print: JSON for scripts, plain lines for people, errors on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)


def fail(*sentences: str, code: int) -> NoReturn:
    for sentence in sentences:
        sys.stderr.write(f"hilum: {sentence}\n")
    raise SystemExit(code)


def show_rows(rows: Sequence[Mapping[str, object]], *, as_json: bool, empty: str) -> None:
    """Print rows as a table, or as JSON lines."""
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        return
    if not rows:
        console.print(empty)
        return
    table = Table(*rows[0].keys(), box=None, header_style="bold")
    for row in rows:
        table.add_row(*("" if value is None else Text(str(value)) for value in row.values()))
    console.print(table)
