"""The connection to the Bot API: python-telegram-bot's `Bot`, and the raw calls that its classes stay out of."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from channels.telegram.errors import translated
from channels.telegram.options import TelegramOptions
from domain.errors import PermanentError, TransientError, UserError
from domain.messages import Attachment
from domain.tries import SHORTEST_NAMED, wait_named

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_MEDIA_SECONDS = 60.0
_GONE = frozenset({404, 410})
_LATER = frozenset({401, 429})
"""A token that is refused is an operator's matter: the file waits for it."""
_SERVER_FAULTS = 500
_FILE_CODES = frozenset({"file_too_large_here", "file_gone"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SPANS = "PTB_TIMEDELTA"
_INVALID = "Invalid server response"
_WAIT = "retry_after"


class Client:
    """One bot's connection; `bot` is for everything that is sent."""

    def __init__(self, options: TelegramOptions) -> None:
        # The library's own switch: without it each "retry after" is a number of seconds, and a warning.
        os.environ.setdefault(_SPANS, "true")
        # A proxy of this machine is for the world, not for a server on the same machine.
        place = urlsplit(options.api_url)
        wire: dict[str, Any] = {"trust_env": (place.hostname or "") not in _LOOPBACK, "verify": place.scheme == "https"}
        self._options = options
        self._files = httpx.AsyncClient(timeout=_timeout(), **wire)
        self._requests = (_request(wire), _request(wire))
        self.bot = Bot(
            options.token,
            base_url=options.base_url,
            base_file_url=options.base_file_url,
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    @property
    def bot_id(self) -> int:
        """Who we are there: a token begins with it, so that nobody has to be asked."""
        return int(self._options.token.partition(":")[0])

    async def close(self) -> None:
        await self._files.aclose()
        for request in self._requests:
            await request.shutdown()

    async def call(self, method: str, parameters: Mapping[str, object], *, patience: timedelta | None = None) -> object:
        """Call a method and return what it answers as it came, read by no class of the library.

        Args:
            method: its name with a stroke after the first word, such as "get_Updates": the library warns of names
                that are methods of its own, and puts this one right.
            patience: how long the service may think, beyond the usual.
        """
        longer = 0.0 if patience is None else patience.total_seconds()
        async with translated():
            found: object = await self.bot.do_api_request(
                method, api_kwargs=dict(parameters), read_timeout=_READ_SECONDS + longer
            )
            return found

    async def updates(self, offset: int | None, *, kinds: Sequence[str], wait: timedelta) -> list[object]:
        """Return what nobody has confirmed yet, as raw values; what is before `offset` is confirmed by asking.

        Source: Bot API, getUpdates: "An update is considered confirmed as soon as getUpdates is called with an offset
        higher than its update_id".
        """
        asked: dict[str, object] = {"timeout": int(wait.total_seconds()), "allowed_updates": list(kinds)}
        if offset is not None:
            asked["offset"] = offset
        found = await self.call("get_Updates", asked, patience=wait)
        return list(found) if isinstance(found, list | tuple) else []

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Stream a file; see `FetchingChannel`."""
        async with _file_errors():
            address = await self._file_address(attachment.reference)
            async with self._files.stream("GET", address) as answer:
                _check(answer)
                async for chunk in answer.aiter_bytes():
                    yield chunk

    async def _file_address(self, reference: str) -> str:
        """Source: Bot API, getFile: "The file can then be downloaded via the link …/file/bot<token>/<file_path>"."""
        found = await self.call("get_File", {"file_id": reference})
        path = found.get("file_path") if isinstance(found, Mapping) else None
        if not isinstance(path, str) or path.startswith("/") or ".." in path:
            # A local Bot API server in local mode names a path on its own disk, which is not handed out.
            raise UserError("file_not_given")
        return f"{self._options.base_file_url}{self._options.token}/{quote(path)}"


class _file_errors:  # noqa: N801 - read as a statement
    """Turns what goes wrong with a file into what its sender can do about it."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermanentError) and error.code != "telegram_token":
            raise UserError(error.code if error.code in _FILE_CODES else "file_not_given") from error
        if isinstance(error, PermanentError | httpx.HTTPError):
            raise TransientError("telegram_away") from error


def _check(answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.OK:
        return
    if answer.status_code in _GONE:
        raise UserError("file_gone")
    if answer.status_code in _LATER or answer.status_code >= _SERVER_FAULTS:
        raise TransientError("telegram_away")
    raise UserError("file_not_given")


class _Request(HTTPXRequest):
    """Reads as an answer only what is one: a proxy's refusal may be JSON too, and the library looks at the status."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Source: Bot API, Making requests: "a JSON object, which always has a Boolean field 'ok'"."""
        try:
            found: Any = HTTPXRequest.parse_json_payload(payload)
        except RecursionError as error:
            raise TelegramError(_INVALID) from error
        if not (isinstance(found, dict) and isinstance(found.get("ok"), bool)):
            raise TelegramError(_INVALID)
        asked = found.get("parameters")
        if isinstance(asked, dict) and _WAIT in asked:
            # The library counts with it before anybody else can look at it.
            asked[_WAIT] = int((wait_named(asked[_WAIT]) or SHORTEST_NAMED).total_seconds())
        return found


def _request(wire: dict[str, Any]) -> HTTPXRequest:
    return _Request(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        write_timeout=_READ_SECONDS,
        media_write_timeout=_MEDIA_SECONDS,
        pool_timeout=_CONNECT_SECONDS,
        httpx_kwargs=dict(wire),
    )


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
