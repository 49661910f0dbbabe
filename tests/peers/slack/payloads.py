"""The shapes of what people's commands, presses and submissions send to an app."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.peers.slack.installation import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, with the trigger and the response URL it gives the app."""

    installation: Installation
    user_id: str
    name: str
    trigger_id: str
    response_url: str = ""

    def interaction(self, kind: str) -> dict[str, Any]:
        """Return what every interaction has."""
        app = self.installation
        payload: dict[str, Any] = {
            "type": kind,
            "user": {"id": self.user_id, "username": self.name, "name": self.name, "team_id": app.team_id},
            "api_app_id": app.app_id,
            "token": app.verification_token,
            "team": {"id": app.team_id, "domain": app.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.trigger_id,
        }
        return payload | ({"response_url": self.response_url} if self.response_url else {})


def command(actor: Actor, *, name: str, text: str, channel: Mapping[str, str]) -> dict[str, str]:
    """Source: Slack, *Slash commands*, section on the payload."""
    app = actor.installation
    return {
        "token": app.verification_token,
        "team_id": app.team_id,
        "team_domain": app.team_domain,
        "channel_id": channel["id"],
        "channel_name": channel["name"],
        "user_id": actor.user_id,
        "user_name": actor.name,
        "command": name,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "false",
        "response_url": actor.response_url,
        "trigger_id": actor.trigger_id,
    }


def message_shortcut(
    actor: Actor, *, callback_id: str, channel: Mapping[str, str], message: Mapping[str, Any]
) -> dict[str, Any]:
    """Source: Slack, *Shortcuts interaction payload*, message shortcuts: type `message_action`."""
    return {
        **actor.interaction("message_action"),
        "callback_id": callback_id,
        "action_ts": _now(),
        "channel": dict(channel),
        "message_ts": message["ts"],
        "message": dict(message),
    }


def press_on_message(
    actor: Actor, *, action: Mapping[str, Any], channel: Mapping[str, str], message: Mapping[str, Any]
) -> dict[str, Any]:
    """Source: Slack, *block_actions payload*: `container`, `channel`, `actions`; `message` is there only for a
    message that others see too.
    """
    is_ephemeral = bool(message.get("is_ephemeral"))
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel["id"]}
    payload = {
        **actor.interaction("block_actions"),
        "container": {**container, "is_ephemeral": is_ephemeral, **_thread(message)},
        "channel": dict(channel),
        "state": {"values": {}},
        "actions": [{**action, "action_ts": _now()}],
    }
    return payload if is_ephemeral else {**payload, "message": dict(message)}


def press_in_view(actor: Actor, *, action: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
    """Source: Slack, *block_actions payload*: pressed in a view, it has `view` and no `channel` or `message`."""
    return {
        **actor.interaction("block_actions"),
        "container": {"type": "view", "view_id": view["id"]},
        "view": dict(view),
        "actions": [{**action, "action_ts": _now()}],
    }


def submission(actor: Actor, *, view: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Source: Slack, *View interaction payloads*, `view_submission`: the answers stand in `view.state.values`, by
    block and action.
    """
    shown = {**view, "state": {"values": dict(values)}}
    return {**actor.interaction("view_submission"), "view": shown, "response_urls": []}


def closing(actor: Actor, *, view: Mapping[str, Any], all_of_them: bool) -> dict[str, Any]:
    """Source: Slack, *View interaction payloads*, `view_closed`: sent only where the view has `notify_on_close`."""
    payload = {**actor.interaction("view_closed"), "view": dict(view), "is_cleared": all_of_them}
    del payload["trigger_id"]
    return payload


def _thread(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}


def _now() -> str:
    return f"{time.time():.6f}"
