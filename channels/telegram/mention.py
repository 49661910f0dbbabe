"""A colleague whom a command names by Telegram's own completion; all other words stay as they are.

Only a person without a username is named with an id; a username says nothing of who it is.
"""

from __future__ import annotations

import re

from channels.telegram.fields import Raw
from domain.directed import directed

_TO_A_BOT = re.compile(r"(?<=\w)@\w{1,64}")


def with_colleague(message: Raw) -> str:
    """Return a message's words; where they are a command that names a colleague, with the person's id: "/second @77".

    Source: Bot API, MessageEntity, type: "text_mention" (for users without usernames); offset: "in UTF-16 code units".
    """
    kind, entities = ("text", "entities") if message.text("text") else ("caption", "caption_entities")
    text = message.text(kind)
    named = [each for each in message.several(entities) if each.text("type") == "text_mention"]
    if len(named) != 1:
        return text
    units, begin = text.encode("utf-16-le"), 2 * named[0].needed_number("offset")
    before, behind = _words(units[:begin]), _words(units[begin + 2 * named[0].needed_number("length") :])
    command = f"{before.rstrip(' @')} @{named[0].needed('user').needed_number('id')}"
    asked = directed(_TO_A_BOT.sub("", command, count=1))
    return command if asked is not None and asked.field == "colleague" and not behind.strip() else text


def _words(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")
