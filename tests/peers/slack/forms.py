"""A person fills in a modal: what they enter becomes the state that Slack sends, or Slack's client lets it not pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TEXTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
_ONE_OF = ("static_select", "radio_buttons")
_SOME_OF = ("multi_static_select", "checkboxes")
_PLAIN = {
    "datepicker": "selected_date", "timepicker": "selected_time", "users_select": "selected_user",
    "conversations_select": "selected_conversation", "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
}  # fmt: skip


def filled(blocks: Sequence[Mapping[str, Any]], entries: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the state of a view by block and action.

    Args:
        blocks: the view's blocks, as the app gave them.
        entries: what is entered, by action id or block id: a text, an option's value or label, several of them,
            or file objects. What is not named keeps its initial value.

    Raises:
        ValueError: Slack's client would not let this be submitted.
    """
    inputs = [block for block in blocks if block["type"] == "input"]
    known = {name for block in inputs for name in (block["element"]["action_id"], block.get("block_id"))}
    if unknown := set(entries) - known:
        raise ValueError(f"there is nothing to fill in called {', '.join(sorted(unknown))}")
    state: dict[str, dict[str, Any]] = {}
    for block in inputs:
        element = block["element"]
        names = [name for name in (str(element["action_id"]), str(block["block_id"])) if name in entries]
        value = _state(element, entries[names[0]]) if names else _initial(element)
        if _is_empty(value) and not block.get("optional"):
            raise ValueError(f"{block['label']['text']} must be filled in")
        state.setdefault(str(block["block_id"]), {})[element["action_id"]] = value
    return state


def chosen(element: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    """Return the option of a menu that has this value or this label."""
    options = [*element.get("options", ()), *(o for g in element.get("option_groups", ()) for o in g["options"])]
    for option in options:
        if wanted in (option.get("value"), option["text"]["text"]):
            return dict(option)
    raise ValueError(f"there is no {wanted} to choose")


def _state(element: Mapping[str, Any], entry: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind in _TEXTS:
        _measure(element, entry)
        return {"type": kind, "value": entry}
    if kind in _ONE_OF:
        return {"type": kind, "selected_option": chosen(element, entry)}
    if kind in _SOME_OF:
        return {"type": kind, "selected_options": [chosen(element, one) for one in entry]}
    if kind == "file_input":
        _count(element, entry)
        return {"type": kind, "files": list(entry)}
    return {"type": kind, _PLAIN[kind]: entry}


def _measure(element: Mapping[str, Any], entry: str) -> None:
    """Source: Slack, *Plain-text input element*: `min_length` and `max_length`, at most 3,000 characters."""
    if not element.get("min_length", 0) <= len(entry) <= element.get("max_length", 3000):
        raise ValueError(f"{len(entry)} characters are too few or too many for {element['action_id']}")


def _count(element: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> None:
    """Source: Slack, *File input element*: `max_files` of 1 to 10, 10 by default; `filetypes` that it accepts."""
    if len(files) > element.get("max_files", 10):
        raise ValueError(f"{len(files)} files are too many")
    kinds = element.get("filetypes")
    if kinds and (wrong := [file["name"] for file in files if file["name"].rsplit(".", 1)[-1].lower() not in kinds]):
        raise ValueError(f"{wrong} are not of {kinds}")


def _initial(element: Mapping[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    if kind in _TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in _ONE_OF:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _SOME_OF:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "file_input":
        return {"type": kind, "files": []}
    name = _PLAIN[kind]
    return {"type": kind, name: element.get(name.replace("selected", "initial"))}


def _is_empty(state: Mapping[str, Any]) -> bool:
    return not any(value for name, value in state.items() if name != "type")
