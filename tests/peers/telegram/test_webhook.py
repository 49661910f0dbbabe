"""The webhook: brought in order, again until taken, with its secret."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict


@dataclass
class Receiver:
    """A web server of the bot's: `refusals` says how often it fails first."""

    url: str = ""
    refusals: int = 0
    refuses_words: bool = False
    bodies: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=500)
        body = await request.json()
        if self.refuses_words and "message" in body:
            return web.Response(status=500)
        self.bodies.append(body)
        return web.Response()

    def texts(self) -> list[str]:
        return [body["message"]["text"] for body in self.bodies]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/telegram", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield receiver
    await runner.cleanup()


async def test_updates_are_brought_in_order_with_the_secret(peer, bot, ana, receiver):
    ana.writes("one")
    await bot.set_webhook(receiver.url, secret_token="hidden-1")
    ana.writes("two")

    await peer.until(lambda: not peer.updates.pending())

    assert receiver.texts() == ["one", "two"]
    assert set(receiver.secrets) == {"hidden-1"}


async def test_refused_update_is_brought_again(peer, bot, ana, receiver):
    receiver.refusals = 2
    await bot.set_webhook(receiver.url)
    ana.writes("one")
    ana.writes("two")

    await peer.until(lambda: not peer.updates.pending())

    info = await bot.get_webhook_info()
    assert receiver.texts() == ["one", "two"]
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert info.last_error_date is not None


async def test_press_waits_for_no_words(peer, bot, ana, receiver):
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Claim", callback_data="c")]])
    sent = await bot.send_message(ana.id, "card", reply_markup=buttons)
    receiver.refuses_words = True
    await bot.set_webhook(receiver.url)
    ana.writes("one")
    ana.presses(sent.message_id, "Claim")

    await peer.until(lambda: receiver.bodies)
    receiver.refuses_words = False
    await peer.until(lambda: not peer.updates.pending())

    assert ["callback_query" in body for body in receiver.bodies] == [True, False]


async def test_polling_and_webhook_exclude_each_other(bot, ana, receiver):
    await bot.set_webhook(receiver.url, allowed_updates=["message"], max_connections=5)

    info = await bot.get_webhook_info()
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()

    assert (info.url, info.max_connections, info.allowed_updates) == (receiver.url, 5, ("message",))
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.get_updates() == ()


async def test_webhook_that_cannot_be_reached_loses_nothing(peer, bot, ana, receiver):
    await bot.set_webhook("http://127.0.0.1:9/nobody")
    ana.writes("one")
    await peer.until(lambda: peer.service.webhook.failed_at)

    await bot.set_webhook(receiver.url)
    await peer.until(lambda: not peer.updates.pending())

    assert receiver.texts() == ["one"]


async def test_webhook_ends_a_poll_that_waits(peer, bot, receiver):
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await peer.until(lambda: peer.updates.is_polled)

    await bot.set_webhook(receiver.url)

    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll


async def test_what_came_while_the_peer_was_away_is_brought(peer, bot, ana, receiver):
    await bot.set_webhook(receiver.url)
    await peer.stop()
    ana.writes("meanwhile")
    await peer.start()

    await peer.until(lambda: not peer.updates.pending())

    assert receiver.texts() == ["meanwhile"]


async def test_pending_updates_are_dropped_when_asked(bot, ana):
    ana.writes("one")

    await bot.delete_webhook(drop_pending_updates=True)

    assert (await bot.get_webhook_info()).pending_update_count == 0


@pytest.mark.parametrize(("url", "secret"), [("http://example.org/x", None), ("http://127.0.0.1:9/x", "a b")])
async def test_wrong_address_or_secret_is_refused(bot, url, secret):
    with pytest.raises(BadRequest):
        await bot.set_webhook(url, secret_token=secret)
