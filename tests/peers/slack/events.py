"""Makes of emulate's events what Slack's Events API sends: emulate leaves out fields, and knows no subscriptions."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.peers.slack.emulated import Emulated
from tests.peers.slack.installation import Installation

_NAMES_OF_MESSAGES = {
    "im": "message.im",
    "mpim": "message.mpim",
    "group": "message.groups",
    "channel": "message.channels",
}


@dataclass(slots=True, kw_only=True)
class Events:
    installation: Installation
    emulated: Emulated
    shared_channels: set[str] = field(default_factory=set)
    """Channels shared with another organization over Slack Connect."""
    external_files: dict[str, str] = field(default_factory=dict)
    """Addresses at other hosts by the names of files that only seem to be Slack's."""

    async def completed(self, envelope: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an event as the app gets it; None where the app gets none.

        Source: Slack, *Events API*: events come from the conversations that the app is in; *message.channels*,
        *message.groups*, *message.im*: the event's type is `message`, told apart by `channel_type`.
        """
        event = dict(envelope["event"])
        channel = await self._channel_of(event)
        name = str(event["type"])
        if channel is not None:
            if self.installation.bot_user not in channel["members"] and event.get("user") != self.installation.bot_user:
                return None
            kind = _kind(channel)
            if name == "message":
                event |= {"channel_type": kind, "team": self.installation.team_id}
                name = _NAMES_OF_MESSAGES[kind]
                self._fill_message(event)
        if not self.installation.may_receive(name):
            return None
        event.setdefault("event_ts", event.get("ts") or _now())
        return self.envelope(event, event_id=envelope["event_id"])

    def envelope(self, event: Mapping[str, Any], *, event_id: str = "") -> dict[str, Any]:
        """Return what an event is sent in.

        Source: Slack, *Events API*, section on the event's outer JSON: token, team_id, api_app_id, event, type
        `event_callback`, authorizations, an event_id that is unique over all workspaces, event_context, event_time.
        """
        app = self.installation
        authorization = {"enterprise_id": None, "team_id": app.team_id, "user_id": app.bot_user, "is_bot": True}
        return {
            "token": app.verification_token,
            "team_id": app.team_id,
            "api_app_id": app.app_id,
            "event": dict(event),
            "type": "event_callback",
            "event_id": event_id or f"Ev{secrets.token_hex(8).upper()}",
            "event_time": int(time.time()),
            "authorizations": [{**authorization, "is_enterprise_install": False}],
            "is_ext_shared_channel": event.get("channel") in self.shared_channels,
            "event_context": f"4-{secrets.token_hex(12)}",
        }

    async def _channel_of(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        channel = event.get("channel")
        return await self.emulated.channel(channel) if isinstance(channel, str) else None

    def _fill_message(self, event: dict[str, Any]) -> None:
        if "subtype" not in event and event.get("user") != self.installation.bot_user:
            event.setdefault("client_msg_id", secrets.token_hex(16))
        if event["channel"] in self.shared_channels and event.get("files"):
            event["files"] = [_to_be_checked(file) for file in event["files"]]
        for file in event.get("files", ()):
            if url := self.external_files.get(file.get("name", "")):
                file.update(_external(url))


def _to_be_checked(file: Mapping[str, Any]) -> dict[str, Any]:
    """Source: Slack, *Using Slack Connect*, section on files: in shared channels a file may come without its
    details, with `file_access` set to `check_file_info`; `files.info` then gives the whole file object.
    """
    return {
        "id": file["id"], "created": 0, "timestamp": 0, "user": "", "user_team": file.get("user_team", ""),
        "mode": "file_access", "file_access": "check_file_info",
    }  # fmt: skip


def _external(url: str) -> dict[str, Any]:
    """Source: Slack, *File object*: a file kept elsewhere has `is_external`, mode `external`, and its own address."""
    return {"is_external": True, "external_type": "gdrive", "mode": "external", "url_private": url}


def _kind(channel: Mapping[str, Any]) -> str:
    if channel.get("is_im") or channel.get("is_mpim"):
        return "im" if channel["is_im"] else "mpim"
    return "group" if channel["is_private"] else "channel"


def _now() -> str:
    return f"{time.time():.6f}"
