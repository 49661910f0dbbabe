"""A browser's EventSource, as far as tests need one: reads an endless answer of an ASGI application."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: Any


class EventReader:
    """Opens a stream; `next` gives one event after another, pings left out."""

    def __init__(self, app: ASGIApp, url: str, *, headers: dict[str, str]) -> None:
        self._app = app
        self._url = urlsplit(url)
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._rest = ""
        self.status = 0

    async def __aenter__(self) -> EventReader:
        self._started = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._started.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._task

    async def next(self) -> Event:
        event = await self._take_event()
        assert event is not None, "the stream has ended"
        return event

    async def has_ended(self) -> bool:
        """Return whether the end comes next, and nothing before it."""
        return await self._take_event() is None

    async def _take_event(self) -> Event | None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._events.get()

    async def _run(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": self._url.scheme,
            "path": self._url.path,
            "raw_path": self._url.path.encode(),
            "root_path": "",
            "query_string": self._url.query.encode(),
            "headers": [(b"host", self._url.netloc.encode()), *self._headers],
            "client": ("203.0.113.7", 4711),
            "server": ("127.0.0.1", 8080),
            "state": {},
        }
        await self._app(scope, self._receive, self._take)
        self._events.put_nowait(None)

    async def _receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._started.set()
        elif message["type"] == "http.response.body":
            self._parse(message.get("body", b"").decode())

    def _parse(self, text: str) -> None:
        *blocks, self._rest = (self._rest + text).split("\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields.get("event") not in (None, "ping"):
                event = Event(name=fields["event"], id=fields.get("id", ""), data=json.loads(fields["data"]))
                self._events.put_nowait(event)
