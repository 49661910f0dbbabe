"""The address the app takes for Slack: hands calls on to emulate, after what emulate does not look at."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.peers.slack.arguments import read_arguments, token_of
from tests.peers.slack.blocks import faults_of_message, faults_of_view, is_too_long, with_ids
from tests.peers.slack.emulated import Answer
from tests.peers.slack.faults import Faults, error_of
from tests.peers.slack.reading import METHODS, Reading
from tests.peers.slack.record import Call, Record, Sighting, channel_of
from tests.peers.slack.socket_mode import SocketMode
from tests.peers.slack.workspace import Workspace

_MOST_BYTES = 64 * 1024 * 1024
_WRITES = ("chat.postMessage", "chat.postEphemeral", "chat.update")
_REPLIES = ("chat.postMessage", "files.completeUploadExternal")
_VIEWS = ("views.open", "views.publish", "views.push", "views.update")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Front:
    workspace: Workspace
    record: Record
    faults: Faults
    socket: SocketMode

    def application(self) -> web.Application:
        made = web.Application(client_max_size=_MOST_BYTES, middlewares=[self._note_authorization])
        made.router.add_route("*", "/api/{method}", self._call)
        made.router.add_post("/peer/event", self._event)
        made.router.add_get("/link/", self.socket.connect)
        made.router.add_get("/files-pri/{file_id}/{name}", self.workspace.downloads.serve)
        made.router.add_post("/upload/v1/{file_id}", self.workspace.downloads.receive)
        made.router.add_post("/response/{name}", self.workspace.responses.take)
        made.router.add_get("/", self.workspace.downloads.sign_in)
        made.router.add_get("/elsewhere/{tail:.*}", self._elsewhere)
        return made

    @web.middleware
    async def _note_authorization(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if authorization := request.headers.get("Authorization"):
            sighting = Sighting(host=request.host, path=request.path, authorization=authorization)
            self.record.sightings.append(sighting)
        return await handler(request)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await read_arguments(request)
        token = token_of(request, arguments)
        fault = self.faults.next(method, channel_of(arguments))
        done = _json({}) if fault and not fault.after_effect else await self._answer(method, arguments, token)
        status, error = (fault.status, fault.error) if fault else (done.status, error_of(done.body))
        self.record.calls.append(Call(method=method, arguments=arguments, token=token, status=status, error=error))
        if fault:
            return fault.answer(request)
        headers = self._headers(token)
        return web.Response(status=done.status, body=done.body, content_type=done.content_type, headers=headers)

    async def _answer(self, method: str, arguments: dict[str, Any], token: str) -> Answer:
        workspace = self.workspace
        if error := workspace.installation.error_of(token, method):
            return _refusal(error)
        if method == "apps.connections.open":
            own_url = workspace.emulated.own_url.replace("http", "ws", 1)
            return _json({"ok": True, "url": own_url + self.socket.ticket()})
        if refusal := _judged(method, arguments) or await self._left_out(method, arguments, token):
            return refusal
        if method in METHODS:
            return await Reading(emulated=workspace.emulated).answer(method, arguments, token)
        arguments = await self._placed(method, _with_ids(self._as_the_app(method, arguments, token)))
        if method == "files.info":
            token = workspace.downloads.reader(str(arguments.get("file", "")), token)
        answer = await workspace.emulated.forward(method, arguments, token)
        if not error_of(answer.body) and await self._is_shown(method, arguments, token):
            workspace.screens.note(method, arguments, json.loads(answer.body))
        return answer

    async def _is_shown(self, method: str, arguments: Mapping[str, Any], token: str) -> bool:
        """Source: Slack, *chat.postEphemeral*, `thread_ts`: "Ephemeral messages in threads are only shown if there is
        already an active thread." The call is answered with ok all the same.
        """
        thread = arguments.get("thread_ts")
        if method != "chat.postEphemeral" or not thread:
            return True
        asked = {"channel": channel_of(arguments), "ts": thread}
        found = await self.workspace.emulated.forward("conversations.replies", asked, token)
        return len(json.loads(found.body).get("messages", ())) > 1

    async def _left_out(self, method: str, arguments: Mapping[str, Any], token: str) -> Answer | None:
        """Source: Slack, *chat.postMessage*, errors: `not_in_channel`; a private channel that the app is not in is as
        if it were not there, `channel_not_found`. emulate lets an app write into any public channel.
        """
        app = self.workspace.installation
        if method not in _WRITES or token != app.bot_token:
            return None
        channel = await self.workspace.emulated.channel(channel_of(arguments) or "-")
        if channel is None or app.bot_user in channel["members"]:
            return None
        return _refusal("channel_not_found" if channel["is_private"] else "not_in_channel")

    async def _placed(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Source: slack-go/slack, issues 1571 and 1572: a reply to a message that was deleted before it had any is
        posted outside of the thread, and the answer is ok; of files nothing is written down, and it is taken to be the
        same. emulate keeps it in a thread that nobody sees.
        """
        thread = str(arguments.get("thread_ts") or "")
        if method not in _REPLIES or not thread or await self.workspace.emulated.has_thread(thread):
            return arguments
        return {name: value for name, value in arguments.items() if name not in {"thread_ts", "reply_broadcast"}}

    def _as_the_app(self, method: str, arguments: dict[str, Any], token: str) -> dict[str, Any]:
        """Source: Slack, *Message event*, subtypes: what an app posts carries its `bot_id`, and `app_id`."""
        app = self.workspace.installation
        if method not in _WRITES or token != app.bot_token:
            return arguments
        return {**arguments, "bot_id": app.bot_id, "app_id": app.app_id}

    def _headers(self, token: str) -> dict[str, str]:
        """Source: Slack, *Installing with OAuth*, section on scopes: every answer's header X-OAuth-Scopes lists the
        scopes the token has.
        """
        app = self.workspace.installation
        return {"X-OAuth-Scopes": ",".join(app.scopes)} if token == app.bot_token else {}

    async def _event(self, request: web.Request) -> web.Response:
        """Take an event from emulate, which waits for the answer before it answers who caused it."""
        await self.workspace.relay(json.loads(self.workspace.emulated.localized(await request.read())))
        return web.Response()

    async def _elsewhere(self, request: web.Request) -> web.Response:
        """Answer as any other host does; what matters is what was sent to it."""
        return web.Response(body=b"not Slack's", content_type="application/octet-stream")


def _judged(method: str, arguments: Mapping[str, Any]) -> Answer | None:
    if method in _WRITES and arguments.get("blocks"):
        faults = faults_of_message(arguments["blocks"])
        if faults:
            return _refusal("invalid_blocks", faults)
        return _refusal("msg_blocks_too_long") if is_too_long(arguments["blocks"]) else None
    if method in _VIEWS:
        faults = faults_of_view(arguments.get("view"))
        return _refusal("invalid_arguments", faults) if faults else None
    return None


def _with_ids(arguments: dict[str, Any]) -> dict[str, Any]:
    if isinstance(arguments.get("view"), dict):
        return {**arguments, "view": _with_ids(arguments["view"])}
    return {**arguments, "blocks": with_ids(arguments["blocks"])} if arguments.get("blocks") else arguments


def _refusal(error: str, faults: list[str] | None = None) -> Answer:
    answer: dict[str, Any] = {"ok": False, "error": error}
    if faults:
        answer["response_metadata"] = {"messages": [f"[ERROR] {fault}" for fault in faults]}
    return _json(answer)


def _json(value: object) -> Answer:
    return Answer(status=200, content_type="application/json", body=json.dumps(value).encode())
