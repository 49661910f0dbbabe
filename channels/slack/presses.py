"""What a button carries and how it is read again: an action, and the choice or the question that it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.slack.payloads import Payload, UnreadableError, needed, part_at, parts_at, text_at
from channels.slack.references import message_reference
from domain.ids import QuestionId
from domain.messages import Action, Origin, Press

PRESS = "press"
"""Begins the action id of every button that is a press."""
SAY = "say"
"""Of buttons that stand for words which could have been typed."""
ASK = "ask"
"""Opens the form of a question."""
_VALUE = re.compile(r"(?P<action>[a-z_]{1,40}):(?P<token>[A-Za-z0-9_-]{0,64}):(?P<question>[A-Za-z0-9_-]{0,64})")
_ACTIONS = frozenset(action.value for action in Action)
_DIRECT = "D"
"""Ids of conversations with one person begin with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What somebody asks for by a button or its form: the press, what was filled in, and where it stood."""

    press: Press
    fields: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A press of a button of ours, with who pressed it and where it stands."""

    user: str
    trigger: str
    kind: str
    value: str
    origin: Origin

    @property
    def press(self) -> Press:
        return press_of(self.value)


def value_of(press: Press) -> str:
    """Return what a button holds; short enough for an entry of a menu, which takes 150 characters."""
    return f"{press.action.value}:{press.token or ''}:{press.question_id or ''}"


def press_of(value: str) -> Press:
    """Return what `value_of` wrote.

    Raises:
        UnreadableError: it is none of ours.
    """
    found = _VALUE.fullmatch(value)
    if found is None or found["action"] not in _ACTIONS:
        raise UnreadableError("no_action")
    question_id = QuestionId(found["question"]) if found["question"] else None
    return Press(action=Action(found["action"]), token=found["token"] or None, question_id=question_id)


def pressed_in(body: Payload) -> Pressed | None:
    """Return the press of an interaction; None where what was pressed only opens a page.

    Raises:
        UnreadableError: it lacks what a press has.
    """
    actions = parts_at(body, "actions")
    if not actions:
        raise UnreadableError("no_actions")
    kind = needed(actions[0], "action_id").partition(":")[0]
    if kind not in {PRESS, SAY, ASK}:
        return None
    value = text_at(actions[0], "value") or text_at(actions[0], "selected_option", "value")
    return Pressed(
        user=needed(body, "user", "id"),
        trigger=needed(body, "trigger_id"),
        kind=kind,
        value=value,
        origin=origin_of_press(body),
    )


def origin_of_press(body: Payload) -> Origin:
    """Return where a button stood: in a room's thread; nowhere where only one person sees it."""
    channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
    if not channel or is_direct(channel):
        return Origin()
    container = part_at(body, "container")
    thread = text_at(container, "thread_ts") or text_at(container, "message_ts")
    return Origin(room=channel, thread=message_reference(channel, thread))


def is_direct(channel: str) -> bool:
    """Return whether a conversation is with one person alone."""
    return channel.startswith(_DIRECT)
