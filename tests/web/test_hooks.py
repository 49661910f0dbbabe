"""Where services call: bytes in, bytes out, no browser's rules, nothing for whoever calls no channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import httpx
import pytest

from domain.errors import TransientError
from domain.ports.webhook import HookAnswer, HookRequest
from tests.fakes.web_world import HOST, WebWorld
from web.app import create_app
from web.services import WebOptions


@dataclass
class Hook:
    """Remembers what it was called with."""

    calls: list[HookRequest] = field(default_factory=list)
    trouble: Exception | None = None

    async def __call__(self, request: HookRequest) -> HookAnswer:
        if self.trouble is not None:
            raise self.trouble
        self.calls.append(request)
        return HookAnswer(status=201, body=b"taken", headers={"x-seen": "yes"})


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def service(world: WebWorld, hook: Hook) -> httpx.AsyncClient:
    """A service that calls, as no browser does."""
    services = replace(world._services(), webhooks={"chat": hook}, options=WebOptions(base_url=f"https://{HOST}"))
    transport = httpx.ASGITransport(app=create_app(services), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}")


async def test_call_is_handed_over_byte_by_byte(service: httpx.AsyncClient, hook: Hook) -> None:
    answer = await service.post("/hooks/chat?a=1", content=b"\x00raw", headers={"X-Signature": "s"})

    assert (answer.status_code, answer.content, answer.headers["x-seen"]) == (201, b"taken", "yes")
    (call,) = hook.calls
    assert (call.body, call.query, call.headers["x-signature"]) == (b"\x00raw", "a=1", "s")


async def test_database_that_is_away_lets_the_service_call_again(service: httpx.AsyncClient, hook: Hook) -> None:
    hook.trouble = TransientError("database_unavailable")

    assert (await service.post("/hooks/chat", content=b"{}")).status_code == 503


@pytest.mark.parametrize(("path", "method", "status"), [("/hooks/other", "POST", 404), ("/hooks/chat", "GET", 405)])
async def test_nobody_else_is_called(service: httpx.AsyncClient, path: str, method: str, status: int) -> None:
    assert (await service.request(method, path)).status_code == status


async def test_call_that_is_too_long_is_refused(service: httpx.AsyncClient, hook: Hook) -> None:
    answer = await service.post("/hooks/chat", content=b"x" * (1024 * 1024 + 1))

    assert (answer.status_code, hook.calls) == (413, [])
