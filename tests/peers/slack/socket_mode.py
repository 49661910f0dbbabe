"""Socket Mode: the address an app asks for, and the WebSocket it then holds open. emulate has nothing of it."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


class NotConnectedError(Exception):
    """No connection of the app is open."""


@dataclass(slots=True)
class SocketMode:
    app_id: str
    connections: list[web.WebSocketResponse] = field(default_factory=list)
    arrivals: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    """Gets the number of each connection that is ready."""
    opened: int = 0
    _tickets: set[str] = field(default_factory=set)
    _waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _turn: itertools.count[int] = field(default_factory=itertools.count)

    def ticket(self) -> str:
        """Return a path with a ticket that opens one connection.

        Source: Slack, *apps.connections.open*: generates a temporary Socket Mode WebSocket URL.
        """
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"/link/?ticket={ticket}&app_id={self.app_id}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Greet a connection, and read its acknowledgements until it closes.

        Source: Slack, *Socket Mode implementation*: right after connecting comes a `hello` with the app's id and the
        number of open connections; each later envelope is acknowledged by sending back its `envelope_id`, with a
        payload where `accepts_response_payload` says so.
        """
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.connections.append(connection)
        self.opened += 1
        try:
            await connection.send_json(self._hello())
            self.arrivals.put_nowait(self.opened)
            async for message in connection:
                if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                    self._acknowledged(message.json())
        finally:
            self.connections.remove(connection)
        return connection

    async def deliver(
        self, kind: str, payload: Mapping[str, Any], *, attempt: int = 0, reason: str = "", within: float
    ) -> Any:
        """Send an envelope over one of the connections, and return what came with its acknowledgement.

        Source: Slack, *Socket Mode implementation*: with several connections open, a payload goes to any one of them.

        Raises:
            NotConnectedError: there is none, or it closed before it was acknowledged.
            TimeoutError: it was not acknowledged in time.
        """
        if not self.connections:
            raise NotConnectedError
        connection = self.connections[next(self._turn) % len(self.connections)]
        envelope_id = secrets.token_hex(16)
        self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        envelope: dict[str, Any] = {"payload": payload, "envelope_id": envelope_id, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        try:
            await connection.send_json(envelope)
            return await asyncio.wait_for(self._waiting[envelope_id], within)
        except ConnectionError as error:
            raise NotConnectedError from error
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be renewed, and close it.

        Source: Slack, *Socket Mode implementation*, section on disconnecting: the reason is `warning` some ten seconds
        before, `refresh_requested` when the connection ends, `link_disabled` when Socket Mode is turned off.
        """
        for connection in list(self.connections):
            await connection.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "peer"}})
            if reason != "warning":
                await connection.close()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.close()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "peer", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    def _acknowledged(self, message: Mapping[str, Any]) -> None:
        waiting = self._waiting.get(str(message.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload"))
