"""Raw dictionaries of the Bot API, read without the library's classes: absent is fine, wrong is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


class UntranslatableError(Exception):
    """An update says something in a form that the Bot API does not have; `code` names the place, never the content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Raw:
    """One object of the Bot API; `path` says where it stands."""

    fields: Mapping[str, object]
    path: str = "update"

    def has(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def text(self, name: str) -> str:
        """Return a text, in which half characters are replaced; empty where there is none."""
        value = self.fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name)
        return whole(value)

    def number(self, name: str) -> int | None:
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name)
        return value

    def needed_number(self, name: str) -> int:
        value = self.number(name)
        if value is None:
            raise self.wrong(name)
        return value

    def is_set(self, name: str) -> bool:
        return self.fields.get(name) is True

    def inside(self, name: str) -> Self | None:
        value = self.fields.get(name)
        return None if value is None else self._object(name, value)

    def needed(self, name: str) -> Self:
        value = self.inside(name)
        if value is None:
            raise self.wrong(name)
        return value

    def several(self, name: str) -> tuple[Self, ...]:
        value = self.fields.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.wrong(name)
        return tuple(self._object(name, each) for each in value)

    def wrong(self, name: str) -> UntranslatableError:
        return UntranslatableError(f"{self.path}.{name}")

    def _object(self, name: str, value: object) -> Self:
        if not isinstance(value, dict):
            raise self.wrong(name)
        return type(self)(value, f"{self.path}.{name}")


def whole(text: str) -> str:
    """Return a text in which half characters, which nothing can store, are replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
