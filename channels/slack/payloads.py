"""Reading what Slack sends without believing a word of it: any part may be missing, or of another kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Payload = Mapping[str, object]
_NOTHING: Payload = {}


class UnreadableError(ValueError):
    """Slack sent something of a known kind that lacks what it needs; `reason` is a fixed word that may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_at(payload: object, *path: str) -> str:
    """Return the text at a path; empty where there is none."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return _sound(payload) if isinstance(payload, str) else ""


def part_at(payload: object, *path: str) -> Payload:
    """Return the object at a path; an empty one where there is none."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload if isinstance(payload, Mapping) else _NOTHING


def parts_at(payload: object, *path: str) -> Sequence[Payload]:
    """Return the objects of the list at a path; what else is in it is left out."""
    found = part_at(payload, *path[:-1]).get(path[-1])
    return [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []


def size_at(payload: object, *path: str) -> int | None:
    """Return the count of bytes at a path; None where Slack did not say."""
    found = part_at(payload, *path[:-1]).get(path[-1])
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def needed(payload: object, *path: str) -> str:
    """Return the text at a path.

    Raises:
        UnreadableError: there is none.
    """
    found = text_at(payload, *path)
    if not found:
        raise UnreadableError(f"no_{path[-1]}")
    return found


def _sound(text: str) -> str:
    """Return a text that can be stored: half of a character, which JSON may hold, becomes a question mark."""
    return text if text.isascii() else text.encode(errors="replace").decode()
