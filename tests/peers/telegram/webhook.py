"""The webhook: set, removed, asked about, and updates brought to it, again where they were not taken."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import aiohttp
from aiogram.methods import DeleteWebhook, GetWebhookInfo, SetWebhook
from aiogram.types import WebhookInfo

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.refusals import bad_request, conflict
from tests.peers.telegram.updates import Waiting

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

_LOCAL = re.compile(r"http://127\.0\.0\.1(:\d+)?/\S*")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(slots=True)
class Webhook:
    """What is set, and how patient the service is: the real one waits a second first, and longer each time."""

    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    failed_at: datetime | None = None
    attempts: int = 20
    first_wait_seconds: float = 0.02


@dataclass(slots=True)
class Courier:
    """Brings updates to the webhook, those of one line one after another.

    Source: setWebhook: "Whenever there is an update for the bot, we will send an HTTPS POST request to the specified
    URL, containing a JSON-serialized Update. In case of an unsuccessful request (a request with response HTTP status
    code different from 2XY), we will repeat the request and give up after a reasonable amount of attempts".
    """

    service: Service
    _rounds: dict[tuple[str, int], asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        news = self.service.updates.news
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
                while True:
                    await news.wait()
                    news.clear()
                    self._set_out(session)
        finally:
            for each in list(self._rounds.values()):
                each.cancel()

    def _set_out(self, session: aiohttp.ClientSession) -> None:
        if not self.service.updates.webhook_url:
            return
        waiting = {each.line for each in self.service.updates.pending()} - self._rounds.keys()
        for line in sorted(waiting)[: self.service.webhook.max_connections - len(self._rounds)]:
            self._rounds[line] = asyncio.create_task(self._round(session, line))

    async def _round(self, session: aiohttp.ClientSession, line: tuple[str, int]) -> None:
        updates = self.service.updates
        try:
            while updates.webhook_url and (first := self._first(line)) is not None:
                await self._bring(session, first)
        finally:
            del self._rounds[line]
            updates.news.set()

    def _first(self, line: tuple[str, int]) -> Waiting | None:
        return next((each for each in self.service.updates.pending() if each.line == line), None)

    async def _bring(self, session: aiohttp.ClientSession, update: Waiting) -> None:
        updates, webhook = self.service.updates, self.service.webhook
        wait = webhook.first_wait_seconds
        for _ in range(webhook.attempts):
            if not updates.webhook_url or await self._taken(session, update):
                break
            await asyncio.sleep(wait)
            wait = min(wait * 2, 1.0)
        if updates.webhook_url:
            updates.confirm(update.update_id)

    async def _taken(self, session: aiohttp.ClientSession, update: Waiting) -> bool:
        """Source: setWebhook: "If specified, the request will contain a header 'X-Telegram-Bot-Api-Secret-Token'
        with the secret token as content".
        """
        webhook = self.service.webhook
        headers = {_SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            async with session.post(self.service.updates.webhook_url, json=update.body, headers=headers) as answer:
                if answer.ok:
                    return True
                webhook.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError):
            webhook.last_error = "Connection refused"
        webhook.failed_at = self.service.clock.second()
        return False


def set_webhook(service: Service, call: SetWebhook) -> bool:
    """Set the webhook, as a local server does: on this machine, without TLS.

    Source: setWebhook, url: "HTTPS URL to send updates to. Use an empty string to remove webhook integration";
    secret_token: "1-256 characters. Only characters A-Z, a-z, 0-9, _ and - are allowed"; max_connections: "1-100.
    Defaults to 40"; Using a Local Bot API Server: "Use an HTTP URL for the webhook", "Use any local IP address for
    the webhook", "Use any port for the webhook".
    """
    if call.url and not _LOCAL.fullmatch(call.url):
        raise bad_request("bad webhook: this peer brings updates to http://127.0.0.1 only")
    if call.secret_token is not None and not _SECRET.fullmatch(call.secret_token):
        raise bad_request("secret token contains unallowed characters")
    if call.drop_pending_updates:
        service.updates.drop_all()
    service.updates.allow(call.allowed_updates)
    service.updates.webhook_url = call.url
    service.webhook = Webhook(
        secret=call.secret_token or "",
        max_connections=min(max(call.max_connections or 40, 1), 100),
        attempts=service.webhook.attempts,
        first_wait_seconds=service.webhook.first_wait_seconds,
    )
    if call.url:
        service.updates.end_poll(conflict("terminated by setWebhook request"))
    service.updates.news.set()
    return True


def delete_webhook(service: Service, call: DeleteWebhook) -> bool:
    """Source: deleteWebhook: "Use this method to remove webhook integration if you decide to switch back to
    getUpdates"; drop_pending_updates: "Pass True to drop all pending updates".
    """
    return set_webhook(service, SetWebhook(url="", drop_pending_updates=call.drop_pending_updates))


def get_info(service: Service, _: GetWebhookInfo) -> WebhookInfo:
    """Source: getWebhookInfo: "If the bot is using getUpdates, will return an object with the url field empty"."""
    webhook, updates = service.webhook, service.updates
    return WebhookInfo(
        url=updates.webhook_url,
        has_custom_certificate=False,
        pending_update_count=len(updates.pending()),
        last_error_date=webhook.failed_at,
        last_error_message=webhook.last_error or None,
        max_connections=webhook.max_connections if updates.webhook_url else None,
        allowed_updates=list(updates.allowed) or None,
    )


HANDLERS: Handlers = {
    SetWebhook: set_webhook,
    DeleteWebhook: delete_webhook,
    GetWebhookInfo: get_info,
}
