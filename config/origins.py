"""Where a setting was written: a line of the file, a variable, the command line; and what a misspelt one may mean."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

PREFIX = "HILUM_"

Path = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'\- ]+?)\s*=")
_PLACE = re.compile(r"(.*) \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """What was read, kept to say where a problem stands."""

    file: str
    text: str
    variables: Mapping[Path, tuple[str, str]]
    command_line: Mapping[str, Any]

    def of(self, path: Path) -> str:
        """Return the place of a setting: "hilum.toml:12", "HILUM_WEB__PORT" or who else set it."""
        if path and _reaches(self.command_line, path):
            return "command line"
        for length in range(len(path), 0, -1):
            start = path[:length]
            for end in (start, (*start[:-1], f"{start[-1]}_file")):
                if end in self.variables:
                    return self.variables[end][0]
                if line := line_of(end, self.text):
                    return f"{self.file}:{line}"
        below = sorted(name for known, (name, _) in self.variables.items() if known[: len(path)] == path)
        return ", ".join(below) if below and path else "not set"


def line_of(path: Path, text: str) -> int | None:
    """Return the line, from 1, where a TOML text first sets a key or something in a table; None where it does not."""
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            if table[: len(path)] == path:
                return number
        elif (key := _KEY.match(line)) and (*table, *_parts(key[1]))[: len(path)] == path:
            return number
    return None


def toml_problem(file: str, error: tomllib.TOMLDecodeError) -> str:
    """Return what is wrong with the writing of a TOML file, its line first."""
    found = _PLACE.match(str(error))
    return f"{file}:{found[2]}: {found[1]}" if found else f"{file}: {error}"


def known_settings(model: type[BaseModel]) -> dict[Path, Any]:
    """Return every setting of a model, those of its tables included, with its type."""
    found: dict[Path, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= {(name, *path): below for path, below in known_settings(kind).items()}
        else:
            found[(name,)] = kind
    return found


def did_you_mean(path: Path, model: type[BaseModel]) -> str:
    """Return "; did you mean …?" with the setting that a misspelt one is nearest to, or nothing."""
    names = {".".join(known): known for known in known_settings(model)}
    tables = {".".join(known[:length]) for known in names.values() for length in range(1, len(known))}
    near = difflib.get_close_matches(".".join(path), [*names, *tables], n=1, cutoff=0.7)
    if not near:
        near = [name for name, known in names.items() if known[-1] == path[-1]][:1]
    return f"; did you mean {near[0]}?" if near else ""


def _reaches(tree: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(tree, Mapping) or part not in tree:
            return False
        tree = tree[part]
    return True


def _parts(written: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in written.split("."))
