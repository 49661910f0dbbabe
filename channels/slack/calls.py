"""Calls of Slack's Web API: which scope each needs, when it may be called again, and its errors in Hilum's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from channels.slack.failures import failure
from channels.slack.hosts import is_own
from channels.slack.options import SlackOptions
from channels.slack.payloads import text_at
from domain.errors import HilumError, TransientError
from domain.ports.services import Log
from domain.tries import wait_named

SCOPES: Mapping[str, str] = {
    "apps.connections.open": "",
    "auth.test": "",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    # Of a conversation with a member im:history, of a public channel channels:history.
    "conversations.history": "groups:history",
    "conversations.info": "groups:read",
    "conversations.members": "groups:read",
    "conversations.open": "im:write",
    "conversations.replies": "groups:history",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "views.open": "",
    "views.publish": "",
}
"""By method; the manifest asks for these, and for what the events need."""
_COUNTED_BY_CHANNEL = frozenset({"chat.postMessage", "chat.postEphemeral"})
"""Source: Slack, *Rate limits*: posting is limited in each channel, every other method for the workspace."""
UNREADABLE = "slack_unreadable"
Ask = Callable[..., Awaitable[Mapping[str, Any]]]
"""Calls a method of the Web API: `Calls` itself, or what waits where that says "later"."""
_MOST_PAGES = 500
_SECONDS = 30
_A_DAY = timedelta(days=1)
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Behind any other error Slack may have done what was asked, and only its answer did not arrive."""
_UNREAD = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""How the library meets a page, a line of plain text or a riddle of JSON where an answer should be."""


class Calls:
    """One app's way to the Web API; the connections are made at the first call, in the running loop."""

    def __init__(self, options: SlackOptions, *, clock: Callable[[], datetime], log: Log) -> None:
        self._options = options
        self._clock = clock
        self._log = log
        self._free_at: dict[tuple[str, str], datetime] = {}
        self._told: datetime | None = None
        # Slack's own word for "later" is kept here and by the queue: a library that waits would hold up everything.
        self.client = AsyncWebClient(token=options.bot_token, base_url=options.api_url, retry_handlers=[])

    @property
    def now(self) -> datetime:
        """What time it was for Slack when it answered last, since messages are dated by its clock; else ours."""
        return self._told or self._clock()

    def session(self) -> aiohttp.ClientSession:
        """Return the connections of this app, made where there are none yet; they follow no redirect elsewhere."""
        if self.client.session is None or self.client.session.closed:
            guard = aiohttp.TraceConfig()
            guard.on_request_redirect.append(self._stay_at_home)
            timeout = aiohttp.ClientTimeout(total=_SECONDS)
            self.client.session = aiohttp.ClientSession(timeout=timeout, trace_configs=[guard])
        return self.client.session

    async def __call__(self, method: str, /, *, room: str = "", **arguments: object) -> Mapping[str, Any]:
        """Call a method and return its answer.

        Args:
            method: one of `SCOPES`.
            room: the room that this is about, whose errors mean something else than a person's.
            arguments: without those that are None; `token` in the place of the bot's own.

        Raises:
            TransientError: later it may work; `retry_after` is Slack's own word. "channel_cut_off" where the app was
                removed or its token is refused: an operator has to mend that first.
            PermanentError: "address_blocked", "message_gone", "scope_missing"; of a room "thread_gone", "room_gone",
                "room_rights"; "file_gone", "not_deletable"; else "slack_refused".
        """
        assert method in SCOPES, method
        key = (method, str(arguments.get("channel", "")) if method in _COUNTED_BY_CHANNEL else "")
        self._wait_for(key)
        self.session()
        given = {name: _written(value) for name, value in arguments.items() if value is not None}
        token = given.pop("token", None)
        try:
            # Taken out of these and put into the header, in the place of the app's own.
            answer = await self.client.api_call(method, data=given, params={"token": token} if token else None)
        except SlackApiError as error:
            raise self._failure(error, key, in_room=bool(room)) from error
        except (aiohttp.ClientError, SlackClientError, TimeoutError, *_UNREAD) as error:
            raise TransientError("slack_away", is_unsure=not isinstance(error, _NEVER_SENT)) from error
        self._told = time_told(answer.headers, about=self._clock()) or self._told
        found = answer.data
        return found if isinstance(found, dict) else {}

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()

    def _wait_for(self, key: tuple[str, str]) -> None:
        """Do not ask before the time that Slack named is over: it would count against us."""
        free_at = self._free_at.get(key)
        if free_at is None:
            return
        left = free_at - self._clock()
        if left > timedelta(0):
            raise TransientError("slack_busy", retry_after=left, is_local=True)
        del self._free_at[key]

    def _failure(self, error: SlackApiError, key: tuple[str, str], *, in_room: bool) -> HilumError:
        response = error.response
        status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
        data = getattr(response, "data", None)
        code = str(data.get("error", "")) if isinstance(data, dict) else ""
        retry_after = _retry_after(getattr(response, "headers", None) or {})
        if not code and status != 429:
            # No answer of Slack's: the page of some proxy on the way.
            status = max(status, 500)
        found = failure(code, status=status, retry_after=retry_after, in_room=in_room)
        if isinstance(found, TransientError) and found.code == "slack_busy" and found.retry_after is not None:
            self._free_at[key] = self._clock() + found.retry_after
        self._log.warning("slack_call_failed", error=found.code, reason=code or "none", status=status)
        return found

    async def _stay_at_home(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams
    ) -> None:
        """Follow no redirect away from Slack: what was asked with a token is asked of nobody else."""
        target = urljoin(str(params.url), params.response.headers.get("Location", ""))
        if not is_own(target, api_url=self._options.api_url):
            raise ForeignHostError


async def pages(ask: Ask, method: str, /, **asked: object) -> AsyncIterator[Mapping[str, Any]]:
    """Ask for a list page by page; its end is a page that names none behind it.

    Raises:
        TransientError: it names ever new pages, or one that was there already: that is not Slack, or not well, and
            what was read until then may be less than all.
    """
    cursor, known = "", set[str]()
    while cursor not in known and len(known) < _MOST_PAGES:
        known.add(cursor)
        answer = await ask(method, cursor=cursor or None, **asked)
        yield answer
        cursor = text_at(answer, "response_metadata", "next_cursor")
        if not cursor:
            return
    raise TransientError(UNREADABLE)


class ForeignHostError(aiohttp.ClientError):
    """A redirect leads away from Slack."""


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    return wait_named(headers.get("Retry-After"))


def time_told(headers: Mapping[str, str], *, about: datetime) -> datetime | None:
    """Return what time an answer names; None where something on the way names another day."""
    try:
        told = parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None
    return told if abs(told - about) < _A_DAY else None


def _written(value: object) -> str:
    """Write an argument as Slack reads it in a form: structured ones as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
