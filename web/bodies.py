"""Reading what pages send: JSON of a bounded size, field by field."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from domain.web import JsonValue
from web.problems import ProblemError

_DRAINED_BYTES = 8 * 1024 * 1024
_DRAINED_SECONDS = 30
_ID_CHARACTERS = 100


async def read_json(request: Request, *, limit_bytes: int) -> Fields:
    """Return the fields of a JSON object.

    Raises:
        ProblemError: 413 "request_too_large", 415 "not_json", 422 "field_invalid".
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        await drain(request)
        raise ProblemError(415, "not_json")
    body = await read_bytes(request, limit_bytes=limit_bytes)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(422, "not_json") from error
    if not isinstance(value, dict):
        raise ProblemError(422, "not_json")
    return Fields(value)


async def read_form(request: Request, *, limit_bytes: int) -> Mapping[str, str]:
    """Return the fields of a form that works without script; of a field that comes twice, the last.

    Raises:
        ProblemError: 413 "request_too_large", 415 "not_json", 422 "field_invalid".
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        await drain(request)
        raise ProblemError(415, "not_json")
    body = await read_bytes(request, limit_bytes=limit_bytes)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise invalid("form") from error
    if not all(_is_unicode(value) for _, value in pairs):
        raise invalid("form")
    return dict(pairs)


async def read_bytes(request: Request, *, limit_bytes: int) -> bytes:
    """Return a body as it came.

    Raises:
        ProblemError: 413 "request_too_large", 400 "not_json" where the sender goes away.
    """
    body = bytearray()
    seen = 0
    try:
        async for chunk in request.stream():
            seen += len(chunk)
            if seen <= limit_bytes:
                body += chunk
            if seen > _DRAINED_BYTES:
                break
    except ClientDisconnect as error:
        raise ProblemError(400, "not_json") from error
    if seen > limit_bytes:
        raise ProblemError(413, "request_too_large", values={"kilobytes": limit_bytes // 1024})
    return bytes(body)


async def drain(request: Request) -> None:
    """Read on and throw away, within bounds: a refusal sent in mid-body reaches no browser."""
    seen = 0
    try:
        async with asyncio.timeout(_DRAINED_SECONDS):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen > _DRAINED_BYTES:
                    return
    except (ClientDisconnect, RuntimeError, TimeoutError):
        # Gone, read before, or silent: nothing is left that could be in the way.
        return


class Fields:
    """A JSON object; what is missing or of another type is the problem "field_invalid"."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def text(self, name: str, *, limit: int = _ID_CHARACTERS) -> str:
        value = self.optional_text(name, limit=limit)
        if not value:
            raise invalid(name)
        return value

    def optional_text(self, name: str, *, limit: int | None = _ID_CHARACTERS) -> str | None:
        """Return a text or None; None for `limit` leaves its length to the caller."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or (limit is not None and len(value) > limit) or not _is_unicode(value):
            raise invalid(name)
        return value

    def number(self, name: str) -> int:
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(name)
        return value

    def texts(self, name: str, *, limit: int) -> tuple[str, ...]:
        """Return a list of ids, each once; empty where there is none."""
        values = self._values.get(name) or []
        if not isinstance(values, list) or len(values) > limit:
            raise invalid(name)
        return tuple(dict.fromkeys(Fields({name: value}).text(name) for value in values))

    def objects(self, name: str, *, limit: int) -> tuple[Fields, ...]:
        values = self._values.get(name)
        if not isinstance(values, list) or not values or len(values) > limit:
            raise invalid(name)
        if not all(isinstance(value, dict) for value in values):
            raise invalid(name)
        return tuple(Fields(value) for value in values if isinstance(value, dict))

    def mapping(self, name: str) -> Mapping[str, str]:
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise invalid(name)
        fields = Fields(value)
        return {str(key): fields.optional_text(key, limit=None) or "" for key in value}


def invalid(name: str) -> ProblemError:
    return ProblemError(422, "field_invalid", details={"field": name})


def _is_unicode(text: str) -> bool:
    """A lone surrogate is JSON but no text; a NUL is text but no database takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
