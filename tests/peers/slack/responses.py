"""Response URLs: where an app answers a command or a press without a token. emulate has none."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.peers.slack.blocks import faults_of_message
from tests.peers.slack.emulated import Emulated
from tests.peers.slack.installation import Installation
from tests.peers.slack.screens import Screens

MOST_USES = 5


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    channel: str
    user: str
    message_ts: str = ""
    """The message that was acted on, empty for a command and for what only one person sees."""
    ephemeral_ts: str = ""
    uses: int = 0


@dataclass(slots=True, kw_only=True)
class Responses:
    emulated: Emulated
    installation: Installation
    screens: Screens
    taken: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[str, ResponseUrl] = field(default_factory=dict)

    def url(self, about: ResponseUrl) -> str:
        name = secrets.token_hex(12)
        self._known[name] = about
        return f"{self.emulated.own_url}/response/{name}"

    async def take(self, request: web.Request) -> web.Response:
        """Do what a response asks for.

        Source: Slack, *Handling user interaction*, section on message responses: a `response_url` works up to five
        times within 30 minutes; a response is `ephemeral` unless it says `in_channel`; `replace_original` and
        `delete_original` concern the message that was acted on.
        """
        about = self._known.get(request.match_info["name"])
        if about is None or about.uses >= MOST_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        about.uses += 1
        message = await request.json()
        if faults := faults_of_message(message.get("blocks", [])):
            return web.json_response({"ok": False, "error": "invalid_blocks", "errors": faults}, status=400)
        self.taken.append(message)
        await self.show(about, message)
        return web.Response(text="ok")

    async def show(self, about: ResponseUrl, message: dict[str, Any]) -> None:
        content: dict[str, Any] = {name: message[name] for name in ("text", "blocks", "thread_ts") if name in message}
        shown = self.screens.by_user[about.user].ephemerals
        if message.get("delete_original") or message.get("replace_original"):
            shown[:] = [one for one in shown if one["ts"] != about.ephemeral_ts]
        if about.message_ts and message.get("delete_original"):
            await self._call("chat.delete", {"channel": about.channel, "ts": about.message_ts})
        elif about.message_ts and message.get("replace_original"):
            await self._call("chat.update", {"channel": about.channel, "ts": about.message_ts, **content})
        elif message.get("response_type") == "in_channel":
            await self._call("chat.postMessage", {"channel": about.channel, **content})
        elif content:
            shown.append({"channel": about.channel, **content, "ts": secrets.token_hex(4), "is_ephemeral": True})

    async def _call(self, method: str, arguments: dict[str, Any]) -> None:
        await self.emulated.call(method, arguments, self.installation.bot_token)
