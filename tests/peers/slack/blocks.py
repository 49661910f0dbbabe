"""Whether Slack would take these blocks: judged by the models of slack_sdk, and by the rules those leave out."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

MOST_BLOCKS_OF_A_MESSAGE = 50
_MOST_CHARACTERS = 13_000
_ONLY_IN_MODALS = {"file_input"}
_FIELDS_OF_A_VIEW = {
    "type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
    "notify_on_close", "external_id", "submit_disabled",
}  # fmt: skip


def faults_of_message(blocks: Any) -> list[str]:
    """Return why Slack answers `invalid_blocks` to these blocks of a message; empty where it takes them.

    Source: Slack, *Blocks*: up to 50 blocks in each message, and 100 in modals and Home tabs.
    """
    if not _is_list_of_objects(blocks):
        return ["blocks must be a list of objects"]
    faults = [] if len(blocks) <= MOST_BLOCKS_OF_A_MESSAGE else [f"no more than {MOST_BLOCKS_OF_A_MESSAGE} items"]
    return faults + _faults_of_blocks(blocks) + _out_of_place(blocks)


def faults_of_view(view: Any) -> list[str]:
    """Return why Slack answers `invalid_arguments` to this view.

    Source: Slack, *Views*: submit is required where an input block is among the blocks; a title has at most 24
    characters, private_metadata 3,000.
    """
    if not isinstance(view, dict) or not _is_list_of_objects(view.get("blocks")):
        return ["view must be an object with blocks"]
    faults = [f"unknown field of a view: {name}" for name in view if name not in _FIELDS_OF_A_VIEW]
    if view.get("type") == "modal":
        faults += [] if view.get("title") else ["a modal needs a title"]
        has_input = any(block.get("type") == "input" for block in view["blocks"])
        faults += ["submit is required when there is an input block"] if has_input and not view.get("submit") else []
    else:
        faults += _out_of_place(view["blocks"])
    known = {name: value for name, value in view.items() if name in _FIELDS_OF_A_VIEW - {"submit_disabled"}}
    return faults + _faults_of_blocks(view["blocks"]) + _refusal(lambda: View(**known).to_dict())


def is_too_long(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether Slack answers `msg_blocks_too_long`, of which its reference says nothing.

    Source: github.com/slackapi/bolt-js, issues 2509 and 2867: refused from about 13,200 characters on, over all blocks
    and with their marks. Menus of a hundred entries are taken.
    """
    said = [block for block in blocks if block.get("type") != "actions"]
    return len(json.dumps(said, ensure_ascii=False)) > _MOST_CHARACTERS


def with_ids(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks as Slack keeps them.

    Source: Slack, *Blocks*, `block_id`: where none is given, one is generated.
    """
    return [{"block_id": secrets.token_hex(3), **block} for block in blocks]


def elements_of(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through everything that can be pressed or filled in, with the id of its block."""
    for block in blocks:
        candidates = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield str(block.get("block_id", "")), element


def _faults_of_blocks(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    faults = []
    for block in blocks:
        faults += _refusal(partial(_parsed, block))
    names = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    faults += [f"block_id {name} already exists" for name, times in names.items() if times > 1]
    for block in blocks:
        ids = Counter(element["action_id"] for _, element in elements_of([block]))
        faults += [f"action_id {name} already exists" for name, times in ids.items() if times > 1]
    return faults


def _parsed(block: Mapping[str, Any]) -> None:
    model = Block.parse(dict(block))
    if model is None or "type" not in block:
        raise SlackObjectFormationError(f"unsupported type: {block.get('type')}")
    lost = _lost(block, model.to_dict())
    if lost:
        raise SlackObjectFormationError(f"unknown field {lost} in a block of type {block['type']}")


def _lost(given: Any, kept: Any) -> str:
    """Return the first field that the models do not know, or a text where an object should be: Slack takes neither."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            if value is None or value is False:
                continue
            if name not in kept or (isinstance(value, str) and isinstance(kept[name], dict)):
                return str(name)
            if inner := _lost(value, kept[name]):
                return inner
    if isinstance(given, list) and isinstance(kept, list):
        return next((inner for one, other in zip(given, kept, strict=False) if (inner := _lost(one, other))), "")
    return ""


def _out_of_place(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Source: Slack, *File input element*: it works in input blocks, and is available in modals."""
    return [
        f"{element['type']} stands only in modals"
        for _, element in elements_of(blocks)
        if element.get("type") in _ONLY_IN_MODALS
    ]


def _refusal(build: Callable[[], object]) -> list[str]:
    try:
        build()
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError, ValueError) as error:
        return [str(error) or type(error).__name__]
    return []


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
