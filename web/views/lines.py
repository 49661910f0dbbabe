"""Lines of a member's conversation, and the events of the stream."""

from __future__ import annotations

import re

from domain.access import may_see
from domain.ports.store import Transaction
from domain.question import Entry
from domain.web import JsonValue, WebLine
from web.views.entries import moment
from web.views.withheld import Withheld

_LISTS = ("find.found", "draft.related")
_LABEL = re.compile(r"^Q\d{1,9}\b", re.ASCII | re.MULTILINE)
_PARTS: dict[str, JsonValue] = {
    "key": "",
    "text": "",
    "quoted": None,
    "images": [],
    "choices": [],
    "token": None,
    "link": None,
    "closing": "",
    "shape": "buttons",
    "taken_down": False,
}


def line_view(transaction: Transaction, line: WebLine, withheld: Withheld) -> dict[str, JsonValue]:
    """Return a line as it was sent, with the choice that was taken since, and without what was flagged."""
    parts = {name: line.payload.get(name, missing) for name, missing in _PARTS.items()}
    parts = withheld.from_line(line, parts)
    if str(parts["key"]).startswith(_LISTS):
        parts["links"] = _links(transaction, line, parts["quoted"])
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


def _links(transaction: Transaction, line: WebLine, quoted: JsonValue) -> dict[str, JsonValue]:
    """Return the questions that a list names and its reader may (still) see, by their labels."""
    text = str(quoted.get("value", "")) if isinstance(quoted, dict) else ""
    reader = transaction.members.get(line.member_id)
    links: dict[str, JsonValue] = {}
    for label in dict.fromkeys(_LABEL.findall(text)):
        question = transaction.questions.by_number(int(label[1:]))
        if question is not None and may_see(reader, question):
            links[label] = question.id
    return links


def _taken(transaction: Transaction, token: JsonValue) -> str | None:
    if not isinstance(token, str):
        return None
    choice = transaction.choices.get(token)
    return None if choice is None or choice.taken is None else choice.taken.value
