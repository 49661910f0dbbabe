"""Lines of a member's conversation, and the events of the stream."""

from __future__ import annotations

from domain.ports.store import Transaction
from domain.question import Entry
from domain.web import JsonValue, WebLine
from web.views.entries import moment

_PARTS: dict[str, JsonValue] = {
    "key": "",
    "text": "",
    "quoted": None,
    "images": [],
    "choices": [],
    "token": None,
    "link": None,
}


def line_view(transaction: Transaction, line: WebLine) -> dict[str, JsonValue]:
    """Return a line as it was sent, with the choice that was taken since."""
    parts = {name: line.payload.get(name, missing) for name, missing in _PARTS.items()}
    return {
        "id": line.id,
        "direction": line.direction.value,
        "at": moment(line.at),
        "question_id": line.question_id,
        **parts,
        "taken": _taken(transaction, parts["token"]),
    }


def change_view(entry: Entry) -> dict[str, JsonValue]:
    """Return the news that something happened to a question; the page fetches what."""
    return {"entry": entry.id, "question_id": entry.question_id, "kind": entry.kind.value}


def _taken(transaction: Transaction, token: JsonValue) -> str | None:
    if not isinstance(token, str):
        return None
    choice = transaction.choices.get(token)
    return None if choice is None or choice.taken is None else choice.taken.value
