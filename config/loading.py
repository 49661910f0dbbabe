"""Reads the settings from outside: defaults < TOML file < environment < command line.

What is wrong is said all at once, each with the place where it is written;
a value is never repeated, since it may be a secret.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from config.origins import PREFIX, Origins, did_you_mean, known_settings, toml_problem
from config.settings import Settings

FILE_NAME = "hilum.toml"
_TEST_PREFIX = "HILUM_TEST_"


class SettingsError(Exception):
    """What is wrong with the settings: one sentence for each problem, with its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def find_settings_file(folder: Path) -> Path | None:
    """Return the `hilum.toml` of a folder, None where it has none."""
    file = folder / FILE_NAME
    return file if file.is_file() else None


def load_settings(
    file: Path | None,
    *,
    environment: Mapping[str, str],
    command_line: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings of this process.

    Args:
        file: a TOML file; None for defaults and environment alone.
        environment: variables; those that begin with HILUM_ are settings, except HILUM_TEST_….
        command_line: settings that override all, as tables: `{"web": {"port": 8091}}`.
    Raises:
        SettingsError: tell the operator every sentence of `problems`.
    """
    text = _read(file) if file else ""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((toml_problem(str(file), error),)) from error
    variables = _variables(environment)
    layers = (dict(command_line or {}), _tree(variables), tables)
    origins = Origins(file=str(file), text=text, variables=variables, command_line=layers[0])
    problems = [problem for layer in layers[1:] for problem in _open_secret_files(layer, origins=origins)]
    if problems:
        raise SettingsError(tuple(problems))
    return _build(layers, origins)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{file}: cannot be read ({type(error).__name__})",)) from error


def _variables(environment: Mapping[str, str]) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return path → (name, value) of every variable that is a setting."""
    return {
        tuple(name[len(PREFIX) :].lower().split("__")): (name, value)
        for name, value in environment.items()
        if name.startswith(PREFIX) and not name.startswith(_TEST_PREFIX)
    }


def _tree(variables: Mapping[tuple[str, ...], tuple[str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, (name, value) in sorted(variables.items()):
        table = tree
        for part in path[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise SettingsError((f"{name}: {part} is a setting, not a table",))
        table[path[-1]] = value
    return tree


def _open_secret_files(layer: dict[str, Any], *, origins: Origins) -> list[str]:
    """Put the content of `<secret>_file` in place of its name, for every secret setting."""
    problems = []
    for secret in _secrets():
        table: Any = layer
        for part in secret[:-1]:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        key = f"{secret[-1]}_file"
        if not isinstance(table, dict) or not isinstance(table.get(key), str):
            continue
        where = origins.of((*secret[:-1], key))
        if secret[-1] in table:
            problems.append(f"{where}: {'.'.join(secret)} is given as well; give one of the two")
        try:
            table[secret[-1]] = Path(table.pop(key)).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError, RuntimeError) as error:
            problems.append(f"{where}: the file cannot be read ({type(error).__name__})")
    return problems


def _secrets() -> list[tuple[str, ...]]:
    return [path for path, kind in known_settings(Settings).items() if kind is SecretStr]


def _build(layers: tuple[dict[str, Any], ...], origins: Origins) -> Settings:
    try:
        return Settings(**reduce(_over, layers))
    except ValidationError as error:
        raise SettingsError(_sentences(error, origins)) from None


def _over(above: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Return two trees of tables as one, in which what is above wins."""
    both = {name for name in above.keys() & below.keys() if isinstance(above[name], dict)}
    merged = {name: _over(above[name], below[name]) for name in both if isinstance(below[name], dict)}
    return {**below, **above, **merged}


def _sentences(error: ValidationError, origins: Origins) -> tuple[str, ...]:
    sentences = []
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        path = tuple(str(part) for part in problem["loc"])
        name = ".".join(path)
        if problem["type"] == "extra_forbidden":
            sentences.append(f"{origins.of(path)}: unknown setting {name}{did_you_mean(path, Settings)}")
        elif problem["type"] != "default_factory_not_called":
            said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
            sentences.append(f"{origins.of(path)}: {name or 'settings'}: {said}")
    return tuple(sentences)
