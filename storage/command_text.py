"""Commands as stored in jobs: a name, JSON of ids and times, and the key that names the work for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_type_hints

from domain.commands import Command
from domain.errors import PermanentError

_CLASSES: Mapping[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
_TIMES: Mapping[str, frozenset[str]] = {
    name: frozenset(field for field, hint in get_type_hints(kind).items() if hint is datetime)
    for name, kind in _CLASSES.items()
}

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

_OF_EARLIER = frozenset({"round"})
"""What some commands of earlier versions carried as well: they were noted anew each time that they had to wait."""

Arguments = dict[str, str | int]


def pack_command(command: Command) -> tuple[str, Arguments]:
    """Return a command's name and its arguments as JSON holds them."""
    kind: Any = type(command)
    return kind.__name__, {name: _plain(getattr(command, name)) for name in _fields_of(kind)}


def unpack_command(name: str, arguments: Arguments) -> Command:
    """Return the command again.

    Raises:
        PermanentError("command_unknown"): this version of the program does not know it.
    """
    kind: Any = _CLASSES.get(name)
    if kind is None:
        raise PermanentError("command_unknown")
    times, dropped = _TIMES[name], _OF_EARLIER.difference(_fields_of(kind))
    given = {key: value for key, value in arguments.items() if key not in dropped}
    try:
        return kind(  # type: ignore[no-any-return]  # the class comes from the union of all commands
            **{key: datetime.fromisoformat(str(value)) if key in times else value for key, value in given.items()}
        )
    except TypeError as error:
        raise PermanentError("command_unknown") from error


def key_of(name: str, arguments: Arguments) -> str:
    """Return the hash under which the same work is never noted twice."""
    return hashlib.sha256(_canonical([name, arguments]).encode()).hexdigest()


@cache
def _fields_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> str | int:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (str, int)):
        return value
    raise TypeError("commands carry ids, numbers and times only")
