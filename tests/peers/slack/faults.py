"""Trouble that a test orders beforehand: too many requests, a broken Slack, a line that drops."""

from __future__ import annotations

import json
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web


@dataclass(slots=True, kw_only=True)
class Fault:
    """What befalls the next calls of a method, in one channel or in all.

    `status` 0 drops the connection. `after_effect` lets Slack do what was asked before it fails to say so.
    """

    method: str
    channel: str | None
    times: int
    status: int
    retry_after: int | str | None = None
    after_effect: bool = False
    refusal: str = ""
    """Slack's own word for what it will not do."""
    page: tuple[str, str] = ("", "")
    """What somebody on the way says instead, and its content type."""

    def answer(self, request: web.Request) -> web.Response:
        """Return Slack's answer, or close the connection, after which none is sent."""
        if self.status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.page[0]:
            return web.Response(text=self.page[0], content_type=self.page[1])
        if self.refusal:
            return web.json_response({"ok": False, "error": self.refusal})
        if self.status == 429:
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(self.retry_after)}
            )
        return web.Response(status=self.status, text="upstream connect error", content_type="text/plain")

    @property
    def error(self) -> str:
        return self.refusal or ("ratelimited" if self.status == 429 else "fault")


@dataclass(slots=True, kw_only=True)
class Limit:
    """So many calls of a method in any second, of each channel or of all; what is refused does not count.

    Source: Slack, *Rate limits*, section on posting messages: one message a second in each channel, and some hundreds a
    minute in a workspace.
    """

    per_second: int
    per_channel: bool = True
    retry_after: int = 1
    window: float = 1.0
    """Seconds, where a test wants others."""
    _passed: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def lets_pass(self, channel: str) -> bool:
        now, passed = monotonic(), self._passed[channel if self.per_channel else ""]
        while passed and now - passed[0] >= self.window:
            passed.popleft()
        if len(passed) >= self.per_second:
            return False
        passed.append(now)
        return True


@dataclass(slots=True, kw_only=True)
class Weather:
    """Trouble by chance, for benchmarks: shares of the calls of some methods that get 429 or 503."""

    methods: frozenset[str]
    too_many: float
    broken: float
    seed: int
    retry_after: int = 1
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def next(self, method: str) -> Fault | None:
        if method not in self.methods:
            return None
        rolled = self._dice.random()
        if rolled < self.too_many:
            return _too_many(method, self.retry_after)
        if rolled < self.too_many + self.broken:
            return Fault(method=method, channel=None, times=1, status=503)
        return None


@dataclass(slots=True)
class Faults:
    planned: list[Fault] = field(default_factory=list)
    weather: Weather | None = None
    limits: dict[str, Limit] = field(default_factory=dict)
    """By method."""

    def rate_limit(
        self, method: str, *, channel: str | None = None, times: int = 1, retry_after: int | str = 1
    ) -> None:
        """Answer 429 to the next calls.

        Source: Slack, *Rate limits*: over a limit, Slack answers HTTP 429 Too Many Requests with a Retry-After
        header of the seconds to wait; limits are counted for each method and workspace, and posting for each
        channel besides, about one message a second.
        """
        self.planned.append(Fault(method=method, channel=channel, times=times, status=429, retry_after=retry_after))

    def fail(
        self, method: str, *, channel: str | None = None, times: int = 1, status: int = 503, after_effect: bool = False
    ) -> None:
        """Answer 5xx in plain text, as a proxy before Slack does.

        Source: Slack, *chat.postMessage*, errors `fatal_error` and `internal_error`: part of the operation may have
        been done before the error was raised.
        """
        self.planned.append(
            Fault(method=method, channel=channel, times=times, status=status, after_effect=after_effect)
        )

    def refuse(self, method: str, refusal: str, *, channel: str | None = None, times: int = 1) -> None:
        """Answer with an error of Slack's own.

        Source: Slack, *Using the Slack Web API*: what is refused is answered with HTTP 200, `ok` false and `error`.
        """
        self.planned.append(Fault(method=method, channel=channel, times=times, status=200, refusal=refusal))

    def stand_in(self, method: str, *, text: str, content_type: str, times: int = 1) -> None:
        """Answer with a page of some proxy on the way, as if all were well."""
        page = (text, content_type)
        self.planned.append(Fault(method=method, channel=None, times=times, status=200, page=page))

    def drop(self, method: str, *, channel: str | None = None, times: int = 1, after_effect: bool = True) -> None:
        """Close the connection without an answer; what was asked has happened, unless told otherwise."""
        self.planned.append(Fault(method=method, channel=channel, times=times, status=0, after_effect=after_effect))

    def next(self, method: str, channel: str) -> Fault | None:
        """Take the fault that is due, if there is one."""
        for fault in self.planned:
            if fault.method == method and fault.channel in (None, channel):
                fault.times -= 1
                if fault.times == 0:
                    self.planned.remove(fault)
                return fault
        if (limit := self.limits.get(method)) and not limit.lets_pass(channel):
            return _too_many(method, limit.retry_after)
        return self.weather.next(method) if self.weather else None


def _too_many(method: str, retry_after: int) -> Fault:
    return Fault(method=method, channel=None, times=1, status=429, retry_after=retry_after)


def error_of(body: bytes) -> str:
    """Return the error that an answer of the Web API names, or nothing."""
    try:
        answer = json.loads(body)
    except ValueError:
        return "not_json"
    return "" if answer.get("ok") else str(answer.get("error", "unknown"))
