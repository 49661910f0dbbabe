"""The webhook: an update that Telegram brings is committed before it is answered."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

from channels.telegram.reception import Reception
from domain.ports.webhook import HookAnswer, HookRequest

_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class TelegramHook:
    """The `Webhook` port."""

    reception: Reception
    secret: str

    async def __call__(self, request: HookRequest) -> HookAnswer:
        """Take an update in.

        Source: Bot API, setWebhook, secret_token: "a header 'X-Telegram-Bot-Api-Secret-Token' in every webhook
        request", by which one knows "that the request comes from a webhook set by you".
        """
        given = request.headers.get(_SECRET, "")
        if not (self.secret and hmac.compare_digest(given.encode(), self.secret.encode())):
            return HookAnswer(status=_FORBIDDEN)
        try:
            update = json.loads(request.body)
        except (ValueError, RecursionError):
            # Refused, it would be brought again and again, before everything that comes after it.
            await self.reception.park_body(request.body)
        else:
            await self.reception.take(update)
        return HookAnswer()
