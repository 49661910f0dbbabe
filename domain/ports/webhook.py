"""Where a service calls us: plain bytes, status and headers; no channel knows the web server, and it no channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """What a service posted to /hooks/<channel>; names of headers in small letters."""

    body: bytes
    headers: Mapping[str, str]
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Webhook(Protocol):
    async def __call__(self, request: HookRequest) -> HookAnswer:
        """Take a call in; what is answered with 2xx is durable.

        Raises:
            TransientError: it is answered with 503, so that the service calls again.
        """
