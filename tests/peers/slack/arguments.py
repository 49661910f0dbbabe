"""Adapts what slack_sdk sends to what emulate reads: emulate takes POST with JSON or a form, and little of GET."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

_STRUCTURED = ("blocks", "attachments", "metadata", "view", "files")


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """Return a call's arguments from query string, form or JSON, the body's before the query's.

    Source: Slack, *Using the Slack Web API*, section on basics: arguments may be GET query-string parameters, POST
    parameters as application/x-www-form-urlencoded, or a mix of both; methods that write take JSON too. Structured
    arguments in a query or form are JSON in a string.
    """
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        arguments |= json.loads(body) if body else {}
    elif request.can_read_body:
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return {name: _structured(name, value) for name, value in arguments.items()}


def token_of(request: web.Request, arguments: dict[str, Any]) -> str:
    """Return the token a call carries, and take it out of the arguments.

    Source: Slack, *Using the Slack Web API*, section on authentication: a token is a bearer token in the HTTP
    Authorization header, or a POST parameter.
    """
    in_arguments = str(arguments.pop("token", ""))
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or in_arguments


def _structured(name: str, value: Any) -> Any:
    if name not in _STRUCTURED or not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
