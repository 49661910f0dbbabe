"""The project's own files as the architecture tests read them."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: tuple[str, ...] = tuple(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
_NOT_OURS = {".venv", ".git", ".tool", ".node", ".demo", ".demo-keys", "artifacts", "dist", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Module:
    path: str
    lines: int
    tree: ast.Module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Sequence[tuple[str, ast.Call]]:
        """Every call with what is called, as it is written: "datetime.now"."""
        return _calls(self.tree)


@cache
def files() -> tuple[str, ...]:
    """Every file of the project, whether committed yet or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return tuple(sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()))
    walked = (path for path in ROOT.rglob("*") if path.is_file())
    names = (path.relative_to(ROOT) for path in walked)
    return tuple(sorted(name.as_posix() for name in names if not _NOT_OURS.intersection(name.parts)))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    return tuple(
        _read(name) for name in files() if name.endswith(".py") and any(name.startswith(f"{top}/") for top in folders)
    )


def _read(name: str) -> Module:
    text = (ROOT / name).read_text(encoding="utf-8")
    return Module(name, len(text.splitlines()), ast.parse(text))


def forget() -> None:
    """Let go of the trees: while they are kept, every round of the garbage collector walks them too."""
    modules.cache_clear()
    _calls.cache_clear()


def place(module: Module, node: ast.stmt | ast.expr | ast.ExceptHandler) -> str:
    return f"{module.path}:{node.lineno}"


@cache
def _calls(tree: ast.Module) -> Sequence[tuple[str, ast.Call]]:
    return tuple((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))
