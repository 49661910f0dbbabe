"""Which buttons are followed by a message of ours that asks for their words, and the keys that such messages have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from domain.messages import Action

FRESH = timedelta(minutes=10)
"""So long words that are no reply may still be meant for the message that asked for some."""
_ASKED_AS: Mapping[Action, Action] = {
    **{
        action: action
        for action in (
            *(Action.ASK_BACK, Action.ANSWER, Action.OPINION),
            *(Action.ADD_INFORMATION, Action.ASK_MORE, Action.CONSENT_RESEARCH),
        )
    },
    Action.DRAFT_ANSWER: Action.ANSWER,
}
_TYPED_AS: Mapping[Action, Action] = {
    Action.ASK_MORE: Action.ADD_INFORMATION,
    Action.DRAFT_ANSWER: Action.ANSWER,
}
"""What is typed by the word of another action, which does the same."""


def prompt_key(action: Action) -> str | None:
    """Return the key of the sentence that asks for an action's words; None where none does."""
    asked = _ASKED_AS.get(action)
    return None if asked is None else f"prompt.{asked.value}"


def prompted_action(key: str) -> Action | None:
    """Return for which action a message with this key asks; None for any other message."""
    return next((action for action in _ASKED_AS if prompt_key(action) == key), None)


def typed_action(action: Action) -> Action:
    """Return the action by whose word it is typed."""
    return _TYPED_AS.get(action, action)
