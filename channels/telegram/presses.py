"""What a button of ours carries to Telegram and back: at most 64 bytes, and nothing that says anything to others."""

from __future__ import annotations

import re

from domain.delivery import OfferedChoice, OutgoingMessage
from domain.ids import QuestionId
from domain.messages import Action, Press

LONGEST_BYTES = 64
"""Source: Bot API, InlineKeyboardButton, callback_data: "1-64 bytes"."""

_ACTIONS = {action.value: action for action in Action}
_DATA = re.compile(r"(?P<kind>[tq])\.(?P<id>[A-Za-z0-9_-]{1,64})\.(?P<action>[a-z_]{1,40})")


def data_of(message: OutgoingMessage, choice: OfferedChoice) -> str | None:
    """Return what a button carries: the choice's token, or else its question; None where neither fits."""
    kind, about = ("t", message.token) if message.token else ("q", message.question_id)
    data = f"{kind}.{about}.{choice.action.value}"
    return data if about and len(data.encode()) <= LONGEST_BYTES else None


def press_in(data: str) -> Press | None:
    """Return what was pressed; None for what no button of ours carries."""
    found = _DATA.fullmatch(data)
    action = None if found is None else _ACTIONS.get(found["action"])
    if found is None or action is None:
        return None
    if found["kind"] == "t":
        return Press(action=action, token=found["id"])
    return Press(action=action, question_id=QuestionId(found["id"]))
