"""Words of command, for channels without forms: "mask 2" blanks a corner, "mask 1 2" that of the first series."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from domain.errors import UserError
from domain.messages import Action, InboundMessage, Press
from domain.ports.store import Transaction
from domain.study import Preset
from domain.text import IdentifiableText
from handlers.inbound import Received

_MASK = re.compile(r"(?:mask|가리기)(?:\s+(?P<digits>\d(?:\s+\d)?))?", re.IGNORECASE)
_PRESETS = tuple(Preset)
_COMMANDS = {"/surge": Action.SURGE, "/surge on": Action.SURGE, "/surge off": Action.END_SURGE}


def spoken_press(transaction: Transaction, received: Received) -> Press | None:
    """Return what the words of a message ask for, about its sender's draft or the question it replies to.

    Raises:
        UserError("mask_where"): the word alone, or a place that there is not.
    """
    command = _command(received.message)
    if command is not None:
        return Press(action=command)
    if _match(received.message) is None:
        return None
    if not spoken_fields(received.message):
        raise UserError("mask_where")
    draft = transaction.questions.draft_of(received.sender.id)
    replied = received.message.in_reply_to
    question_id = replied if replied is not None or draft is None else draft.id
    return Press(action=Action.MASK_MORE, question_id=question_id)


def spoken_fields(message: InboundMessage) -> Mapping[str, IdentifiableText]:
    """Return the form that the words of a message fill in; nothing where they are no command, or say no place."""
    match = _match(message)
    digits = "" if match is None else unicodedata.normalize("NFKC", match["digits"] or "")
    *series, place = digits.split() or ["0"]
    if not 1 <= int(place) <= len(_PRESETS) or "0" in series:
        return {}
    fields = {"preset": IdentifiableText(_PRESETS[int(place) - 1].value)}
    return {**fields, "number": IdentifiableText(series[0])} if series else fields


def is_spoken(message: InboundMessage) -> bool:
    return _match(message) is not None or _command(message) is not None


def _match(message: InboundMessage) -> re.Match[str] | None:
    if message.text is None or message.press or message.uploads:
        return None
    return _MASK.fullmatch(message.text.value.strip())


def _command(message: InboundMessage) -> Action | None:
    if message.text is None or message.press or message.uploads:
        return None
    return _COMMANDS.get(" ".join(unicodedata.normalize("NFKC", message.text.value).casefold().split()))
