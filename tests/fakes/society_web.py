"""The real pages over a society: its store, its intake, its door; browsers speak to it in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from bot.image_work import PooledDeidentifier, PooledRenderer
from domain.member import Language, Member
from domain.ports.webhook import Webhook
from domain.web import SignInLink, hash_token
from handlers.auditing import verify_audit
from rota.writing import write_calendar
from tests.fakes.society import CATALOGUE, Society
from web.app import create_app
from web.services import WebOptions, WebServices

HOST = "hilum.test"
ORIGIN = f"https://{HOST}"


@dataclass(slots=True)
class SocietyWeb:
    """`browser` is a member who has signed in by a link, with the language they read."""

    society: Society
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    """Where services call, on this machine."""
    app: Starlette = field(init=False)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.app = create_app(self._services())

    def stranger(self, language: str = "en") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, client=("203.0.113.7", 4711), raise_app_exceptions=False)
        headers = {"origin": ORIGIN, "accept-language": language}
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    async def link(self, member: Member) -> str:
        """Return the token of a fresh sign-in link."""
        token = f"sign-in-token-{next(self._numbers):032d}"
        expires_at = self.society.now + timedelta(minutes=15)
        made = SignInLink(token_hash=hash_token(token), member_id=member.id, expires_at=expires_at)
        await self.society.change(lambda transaction: transaction.web.add_sign_in_link(made))
        return token

    async def browser(self, member: Member, language: Language = Language.ENGLISH) -> httpx.AsyncClient:
        saved = replace(member, language=language)
        await self.society.change(lambda transaction: transaction.members.save(saved))
        browser = self.stranger(language.value)
        answer = await browser.post(f"/sign-in/{await self.link(member)}")
        assert answer.status_code == 303, answer.text
        return browser

    async def upload(self, browser: httpx.AsyncClient, data: bytes, *, name: str | None = None) -> str:
        """Send a file as the page does: announced, then streamed."""
        client_id = name or f"upload-{next(self._numbers)}"
        announced = {"files": [{"client_id": client_id, "size": len(data)}]}
        answer = await browser.post("/api/uploads", json=announced)
        assert answer.status_code == 200, answer.text
        upload_id = str(answer.json()["uploads"][0]["id"])
        sent = await browser.put(f"/api/uploads/{upload_id}?offset=0", content=data)
        assert sent.status_code == 200, sent.text
        return upload_id

    async def say(self, browser: httpx.AsyncClient, text: str | None, **more: object) -> httpx.Response:
        """Write a message; `client_id`, `uploads` and `in_reply_to` may be given."""
        body = {"client_id": f"message-{next(self._numbers)}", "text": text, **more}
        answer = await browser.post("/api/messages", json=body)
        if answer.is_success:
            await self.society.work()
        return answer

    async def act(self, browser: httpx.AsyncClient, action: str, question_id: str | None, **fields: str) -> int:
        body = {"client_id": f"act-{next(self._numbers)}", "action": action, "question_id": question_id}
        answer = await browser.post("/api/actions", json={**body, "fields": fields} if fields else body)
        await self.society.work()
        return answer.status_code

    async def texts(self, browser: httpx.AsyncClient) -> list[str]:
        """Return what the conversation says, oldest first."""
        lines = (await browser.get("/api/lines")).json()["lines"]
        return [line["text"] for line in lines]

    def close(self) -> None:
        self.app.state.close_streams()

    def _services(self) -> WebServices:
        society = self.society
        door = cast(PooledDeidentifier, society.services.deidentifier)

        async def health() -> Mapping[str, bool | str]:
            return {"database": True}

        return WebServices(
            store=society.services.store,
            intake=society.intake,
            renderer=PooledRenderer(pool=door.pool, places=door.places),
            wording=CATALOGUE,
            clock=society.clock,
            log=society.services.log,
            new_token=lambda: f"session-token-{next(self._numbers):032d}",
            health=health,
            write_calendar=write_calendar,
            verify_audit=partial(verify_audit, society.services.store),
            webhooks=self.webhooks,
            options=WebOptions(base_url=ORIGIN, allowed_hosts=(HOST, "127.0.0.1") if self.webhooks else ()),
        )


async def in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
