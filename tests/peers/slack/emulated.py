"""Asks emulate: Slack's own methods by their names, and the few things its launcher adds under /peer/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.peers.slack.emulator import Emulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    content_type: str
    body: bytes


@dataclass(slots=True, kw_only=True)
class Emulated:
    """A workspace in emulate, whose answers name our own address where emulate named its."""

    emulator: Emulator
    session: aiohttp.ClientSession
    own_url: str

    async def begin(self, *, events_to: str, seed: Mapping[str, Any]) -> None:
        await self._peer("/peer/begin", {"events_to": events_to, "seed": seed})

    async def add(self, seed: Mapping[str, Any]) -> dict[str, str]:
        """Add people and tokens; return everybody's id by name."""
        names: dict[str, str] = await self._peer("/peer/seed", seed)
        return names

    async def set_scopes(self, token: str, scopes: tuple[str, ...]) -> None:
        await self._peer("/peer/scopes", {"token": token, "scopes": list(scopes)})

    async def channel(self, channel_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self._peer(f"/peer/channels/{channel_id}")
        return found

    async def has_thread(self, timestamp: str) -> bool:
        """Return whether a message is there, or any reply to it."""
        return bool(await self._peer(f"/peer/threads/{timestamp}"))

    async def call(self, method: str, arguments: Mapping[str, Any], token: str) -> dict[str, Any]:
        """Call a method of the Web API that must succeed."""
        answer: dict[str, Any] = json.loads((await self.forward(method, arguments, token)).body)
        assert answer["ok"], f"{method}: {answer}"
        return answer

    async def forward(self, method: str, arguments: Mapping[str, Any], token: str) -> Answer:
        return await self.request("POST", f"/api/{method}", token=token, data=json.dumps(arguments).encode())

    async def request(
        self, verb: str, path: str, *, token: str = "", data: bytes = b"", content_type: str = "application/json"
    ) -> Answer:
        headers = {"Content-Type": content_type} if data else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(verb, self._at(path), data=data or None, headers=headers) as response:
            body = await response.read()
            if response.content_type == "application/json":
                body = self.localized(body)
            return Answer(status=response.status, content_type=response.content_type, body=body)

    def localized(self, body: bytes) -> bytes:
        return body.replace(self.emulator.url.encode(), self.own_url.encode())

    async def _peer(self, path: str, value: object = None) -> Any:
        verb = "GET" if value is None else "POST"
        async with self.session.request(verb, self._at(path), json=value) as response:
            response.raise_for_status()
            return json.loads(self.localized(await response.read()))

    def _at(self, path: str) -> str:
        return self.emulator.url.replace("localhost", "127.0.0.1") + path
