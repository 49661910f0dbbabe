"""What happens between a person and the app in a modal or Home: presses, submissions, and what the app answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.peers.slack import payloads
from tests.peers.slack.blocks import faults_of_view, with_ids
from tests.peers.slack.courier import Delivery, Kind
from tests.peers.slack.forms import filled
from tests.peers.slack.payloads import Actor
from tests.peers.slack.pressing import action_of
from tests.peers.slack.workspace import Workspace


async def press_in(workspace: Workspace, actor: Actor, view: Mapping[str, Any], name: str, *, option: str) -> Delivery:
    action = action_of(view["blocks"], name, option=option)
    return await workspace.bring(Kind.INTERACTION, payloads.press_in_view(actor, action=action, view=view))


async def submit(workspace: Workspace, actor: Actor, view: Mapping[str, Any], entries: Mapping[str, Any]) -> Delivery:
    values = filled(view["blocks"], entries)
    return await workspace.bring(Kind.INTERACTION, payloads.submission(actor, view=view, values=values))


async def answer_submission(workspace: Workspace, actor: Actor, view: Mapping[str, Any], delivery: Delivery) -> None:
    """Do on the screen what the app answered.

    Source: Slack, *Modals*, section on responding to submissions: within three seconds, an empty answer closes the
    view; `response_action` is `errors` (shown at blocks of the view), `update`, `push` or `clear`. Not answered in
    time, the view stays, with a sentence that something went wrong.

    Raises:
        AssertionError: Slack does not take this answer.
    """
    if not delivery.is_acknowledged:
        return
    modals = workspace.screens.by_user[actor.user_id].modals
    answer = delivery.answer or {}
    action = answer.get("response_action", "close")
    if action == "close":
        modals[:] = [shown for shown in modals if shown["id"] != view["id"]]
    elif action == "clear":
        modals.clear()
    elif action == "errors":
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        assert answer["errors"], "errors must not be empty"
        assert set(answer["errors"]) <= inputs, "errors belong to the view's input blocks"
    else:
        await _show(workspace, actor, view, answer)


async def _show(workspace: Workspace, actor: Actor, view: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    assert answer["response_action"] in {"update", "push"}, answer
    faults = faults_of_view(answer["view"])
    assert not faults, faults
    shown = {**answer["view"], "blocks": with_ids(answer["view"]["blocks"])}
    method = f"views.{answer['response_action']}"
    known_by = {"view_id": view["id"]} if method == "views.update" else {"trigger_id": actor.trigger_id}
    token = workspace.installation.bot_token
    done = await workspace.emulated.forward(method, {**known_by, "view": shown}, token)
    result = json.loads(done.body)
    assert result["ok"], result
    workspace.screens.note(method, known_by, result)
