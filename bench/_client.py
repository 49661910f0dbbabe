"""A small HTTP client: it must cost little beside the server that it measures, and keep the connections open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_KEPT_SECONDS = 3.0
"""uvicorn closes a connection that has been idle for five seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: Any


@dataclass(slots=True)
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used_at: float = 0.0


@dataclass(slots=True)
class Client:
    """One server's client for many members: each request names its session."""

    origin: str
    _idle: list[Connection] = field(default_factory=list)
    _all: list[Connection] = field(default_factory=list)

    async def get(self, path: str, *, session: str | None = None) -> Answer:
        return await self.request("GET", path, session=session)

    async def post(self, path: str, value: object, *, session: str | None = None) -> Answer:
        """Send JSON; raise where it is not taken."""
        body = json.dumps(value).encode()
        answer = await self.request("POST", path, body=body, session=session)
        if answer.status >= 400:
            raise RuntimeError(f"POST {path.partition('?')[0]}: {answer.status} {answer.body[:200]!r}")
        return answer

    async def request(self, method: str, path: str, *, body: bytes = b"", session: str | None = None) -> Answer:
        """Send a request on a connection that is free, or a new one."""
        connection = self._fresh() or await self._connect()
        kind = "application/octet-stream" if method == "PUT" else "application/json"
        self._write(connection, f"{method} {path}", session=session, body=body, kind=kind)
        await connection.writer.drain()
        answer = await _answer(connection.reader)
        connection.used_at = asyncio.get_running_loop().time()
        self._idle.append(connection)
        return answer

    @asynccontextmanager
    async def events(self, path: str, *, session: str) -> AsyncIterator[AsyncIterator[Event]]:
        """Follow a stream of server-sent events on a connection of its own, pings left out."""
        connection = await self._connect()
        self._write(connection, f"GET {path}", session=session)
        status, headers = await _head(connection.reader)
        if status != 200 or headers.get("transfer-encoding") != "chunked":
            raise RuntimeError(f"no stream: {status}")
        try:
            yield _events(connection.reader)
        finally:
            connection.writer.close()

    async def close(self) -> None:
        for connection in self._all:
            connection.writer.close()

    def _fresh(self) -> Connection | None:
        """Return the connection used last, unless the server may be about to close it for idleness."""
        if not self._idle or asyncio.get_running_loop().time() - self._idle[-1].used_at > _KEPT_SECONDS:
            self._idle.clear()
            return None
        return self._idle.pop()

    async def _connect(self) -> Connection:
        parts = urlsplit(self.origin)
        connection = Connection(*await asyncio.open_connection(parts.hostname, parts.port))
        self._all.append(connection)
        return connection

    def _write(
        self,
        connection: Connection,
        what: str,
        *,
        session: str | None,
        body: bytes = b"",
        kind: str = "application/json",
    ) -> None:
        head = [f"{what} HTTP/1.1", f"Host: {urlsplit(self.origin).netloc}", f"Origin: {self.origin}"]
        head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        if session is not None:
            head.append(f"Cookie: hilum_session={session}")
        connection.writer.write("\r\n".join([*head, "", ""]).encode() + body)


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return int(lines[0].split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def _answer(reader: asyncio.StreamReader) -> Answer:
    status, headers = await _head(reader)
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join([chunk async for chunk in _chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readline(), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readline()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[Event]:
    text = ""
    async for chunk in _chunks(reader):
        *blocks, text = (text + chunk.decode()).split("\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields.get("event", "ping") != "ping":
                yield Event(fields["event"], json.loads(fields["data"]))
