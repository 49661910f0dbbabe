"""Mentions that mean something: a command said to the app by its name, a colleague named in one."""

from __future__ import annotations

import re

from channels.slack.payloads import Payload, parts_at, text_at
from domain.directed import directed
from domain.requests import asked_in
from domain.room import panel_named_in

_MENTION = re.compile(r"\s*<@(?P<who>[A-Z0-9]{2,32})(?:\|[^<>]*)?>\s*[:,]?\s*[/／]?\s*")

_TO_COLLEAGUE = re.compile(r"(?P<words>[^<>]{1,40}) ?<@(?P<who>[A-Z0-9]{2,32})(?:\|[^<>]{0,80})?>")
_LONGEST_COMMAND = 200


def said_to_app(body: Payload, text: str) -> str:
    """Return a message that calls the app by its name before a word of command, with a stroke in the name's place.

    What is no such word stays as it is: "@Hilum, thank you" is said to people.

    Args:
        body: what the message came in; it names the app.
        text: as Slack writes it.
    """
    found = _MENTION.match(text)
    if found is None or found["who"] != _own_name(body):
        return text
    command = f"/{text[found.end() :]}"
    asked = asked_in(command)
    is_request = asked is not None and asked.request is not None
    return command if is_request or panel_named_in(command) or directed(command) is not None else text


def with_colleague(text: str) -> str:
    """Return a command that names a colleague by a mention with the person's id in letters: "second @U012AB".

    Anything else stays as it is, and its mentions are made plain like everybody's.
    """
    found = _TO_COLLEAGUE.fullmatch(text.strip()) if len(text) <= _LONGEST_COMMAND else None
    asked = None if found is None else directed(f"{found['words'].strip()} @{found['who']}")
    if found is None or asked is None or asked.field != "colleague":
        return text
    return f"{found['words'].strip()} @{found['who']}"


def _own_name(body: Payload) -> str:
    """Source: Slack, *Events API*, authorizations: the installation for which the event came, `user_id` its bot."""
    return next((text_at(each, "user_id") for each in parts_at(body, "authorizations") if each.get("is_bot")), "")
