"""Carries what Slack has to say to the app, signed, and again where that is Slack's way; writes down how it went."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp

from tests.peers.slack.signing import signed_headers
from tests.peers.slack.socket_mode import NotConnectedError, SocketMode

_FORM = "application/x-www-form-urlencoded"


class Kind(StrEnum):
    """As Socket Mode calls them."""

    EVENT = "events_api"
    INTERACTION = "interactive"
    COMMAND = "slash_commands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time something was brought; `failure` is Slack's reason for a retry, empty where it was acknowledged."""

    number: int
    seconds: float
    failure: str = ""
    status: int = 0
    answer: Any = None
    no_retry: bool = False


@dataclass(slots=True, kw_only=True)
class Delivery:
    kind: Kind
    payload: Mapping[str, Any]
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.attempts) and not self.attempts[-1].failure

    @property
    def seconds(self) -> float:
        """How long the last attempt took to be answered."""
        return self.attempts[-1].seconds

    @property
    def answer(self) -> Any:
        """What the app said with its acknowledgement."""
        return self.attempts[-1].answer

    @property
    def event(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.payload["event"]
        return found


@dataclass(slots=True, kw_only=True)
class Courier:
    """Brings things to `address`, where there is one, and over Socket Mode otherwise.

    `within` and `pauses` are in seconds; Slack's own pauses are 0, 60 and 300.
    """

    session: aiohttp.ClientSession
    socket: SocketMode
    secret: str
    address: str = ""
    within: float = 3.0
    pauses: tuple[float, ...] = (0.0, 0.05, 0.1)
    patience: float = 30.0
    """How long to wait until all is settled."""
    clock: Callable[[], float] = time.time
    deliveries: list[Delivery] = field(default_factory=list)
    _under_way: set[asyncio.Task[Delivery]] = field(default_factory=set)

    async def bring(self, kind: Kind, payload: Mapping[str, Any]) -> Delivery:
        """Bring something to the app, and return how that went.

        Source: Slack, *Events API*, sections on errors and retries: an event is to be answered with HTTP 2xx within
        three seconds, or it is sent up to three times more, at once, after a minute and after five, with the headers
        X-Slack-Retry-Num and X-Slack-Retry-Reason; an answer with X-Slack-No-Retry: 1 ends that. *Interactivity*: an
        interaction or a command is to be acknowledged within three seconds, and is never sent again.
        """
        delivery = Delivery(kind=kind, payload=payload)
        self.deliveries.append(delivery)
        anybody = self.address or self.socket.opened
        pauses = self.pauses if kind is Kind.EVENT and anybody else ()
        for number in range(len(pauses) + 1):
            reason = delivery.attempts[-1].failure if number else ""
            if number:
                await asyncio.sleep(pauses[number - 1])
            attempt = await self._attempt(delivery, number, reason)
            delivery.attempts.append(attempt)
            if not attempt.failure or attempt.no_retry:
                break
        return delivery

    def bring_later(self, kind: Kind, payload: Mapping[str, Any]) -> None:
        task = asyncio.create_task(self.bring(kind, payload))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Wait until all that is under way was acknowledged or given up."""
        async with asyncio.timeout(self.patience):
            while self._under_way:
                await asyncio.gather(*self._under_way)

    async def stop(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Post anything to the app's address, as anybody could; return the status and the text of the answer."""
        timeout = aiohttp.ClientTimeout(total=self.within)
        async with self.session.post(self.address, data=body, headers=headers, timeout=timeout) as response:
            return response.status, await response.text()

    async def _attempt(self, delivery: Delivery, number: int, reason: str) -> Attempt:
        began = time.monotonic()
        attempt = await (self._by_post if self.address else self._by_socket)(delivery, number, reason)
        return Attempt(**{**attempt, "number": number, "seconds": time.monotonic() - began})

    async def _by_socket(self, delivery: Delivery, number: int, reason: str) -> dict[str, Any]:
        try:
            answer = await self.socket.deliver(
                delivery.kind, delivery.payload, attempt=number, reason=reason, within=self.within
            )
        except TimeoutError:
            return {"failure": "timeout"}
        except NotConnectedError:
            return {"failure": "connection_failed"}
        return {"answer": answer}

    async def _by_post(self, delivery: Delivery, number: int, reason: str) -> dict[str, Any]:
        body, content_type = _body(delivery)
        headers = signed_headers(body, secret=self.secret, at=self.clock(), content_type=content_type)
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        timeout = aiohttp.ClientTimeout(total=self.within)
        try:
            async with self.session.post(self.address, data=body, headers=headers, timeout=timeout) as response:
                text = await response.text()
        except TimeoutError:
            return {"failure": "http_timeout"}
        except aiohttp.ClientError:
            return {"failure": "connection_failed"}
        return {
            "failure": "" if response.ok else "http_error",
            "status": response.status,
            "answer": _read(text),
            "no_retry": response.headers.get("X-Slack-No-Retry") == "1",
        }


def _body(delivery: Delivery) -> tuple[bytes, str]:
    """Source: Slack: events are posted as JSON, commands as a form, interactions as JSON in a form's `payload`."""
    if delivery.kind is Kind.EVENT:
        return json.dumps(delivery.payload).encode(), "application/json"
    if delivery.kind is Kind.COMMAND:
        return urllib.parse.urlencode(delivery.payload).encode(), _FORM
    return urllib.parse.urlencode({"payload": json.dumps(delivery.payload)}).encode(), _FORM


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
