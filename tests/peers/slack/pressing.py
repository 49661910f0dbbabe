"""Finds what is pressed among blocks, and says it as Slack does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.peers.slack.blocks import elements_of
from tests.peers.slack.forms import chosen

_COPIED = ("action_id", "type", "text", "value", "style", "confirm", "placeholder")


def action_of(blocks: Sequence[Mapping[str, Any]], name: str, *, option: str = "") -> dict[str, Any]:
    """Return the action of pressing what has this action id or label, choosing an option where it is a menu.

    Source: Slack, *block_actions payload*, `actions`: the element's action_id, block_id, type, text and value; for a
    menu the `selected_option`.

    Raises:
        LookupError: nothing of that name is there to be pressed.
    """
    for block_id, element in elements_of(blocks):
        if name in (element["action_id"], element.get("text", {}).get("text")):
            action = {field: element[field] for field in _COPIED if field in element}
            action["block_id"] = block_id
            return action | ({"selected_option": chosen(element, option)} if option else {})
    raise LookupError(f"there is nothing called {name} to press")
