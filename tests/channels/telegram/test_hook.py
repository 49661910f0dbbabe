"""The webhook: set with its secret, set again, refused; an update that it brings is answered once it is committed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.telegram.channel import TelegramChannel
from channels.telegram.inbound import UPDATE_KINDS
from domain.errors import TransientError
from domain.ports.webhook import HookRequest
from tests.channels.telegram.conftest import FAST
from tests.channels.telegram.test_listening import listening

SECRET = "a-word-of-our-own-123"


@pytest.fixture
async def hooked(options, world):
    address = {"webhook_url": "http://127.0.0.1:9/hooks/telegram", "webhook_secret": SECRET}
    channel = TelegramChannel(replace(options, **address), world.services(), pace=FAST)
    yield channel
    await channel.close()


async def test_webhook_is_set_with_its_secret(peer, hooked):
    async with listening(hooked):
        await peer.until(lambda: peer.service.profile.buttons)

    (set_up,) = peer.journal.requests("setWebhook")
    assert (set_up.url, set_up.secret_token) == ("http://127.0.0.1:9/hooks/telegram", SECRET)
    assert tuple(set_up.allowed_updates) == UPDATE_KINDS
    assert peer.journal.calls("getUpdates") == []


def posted(body: bytes, secret: str = SECRET) -> HookRequest:
    return HookRequest(body=body, headers={"x-telegram-bot-api-secret-token": secret})


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (b'{"update_id": 1}', SECRET, 200),
        (b'{"update_id": 1}', "another", 403),
        (b'{"update_id": 1}', "é", 403),
        (b"{", SECRET, 200),
        (b"[" * 100_000, SECRET, 200),
        (b"\xff", SECRET, 200),
        (b"[]", SECRET, 200),
    ],
)
async def test_webhook_answers(hooked, world, body, secret, status):
    answer = await hooked.webhook(posted(body, secret))

    assert answer.status == status
    assert len(world.intake.parked) == (body != b'{"update_id": 1}')


async def test_webhook_is_set_at_each_start_since_its_secret_may_be_new(peer, hooked):
    peer.updates.webhook_url = "http://127.0.0.1:9/hooks/telegram"

    async with listening(hooked):
        await peer.until(lambda: peer.service.profile.buttons)

    assert peer.service.webhook.secret == SECRET


async def test_address_that_telegram_refuses_is_shown_and_offered_seldom(peer, options, world):
    refused = replace(options, webhook_url="https://nowhere.example/hooks/telegram", webhook_secret=SECRET)
    pace = replace(FAST, longest_wait=timedelta(seconds=0.2))
    channel = TelegramChannel(refused, world.services(), pace=pace)
    began = asyncio.get_running_loop().time()

    async with listening(channel):
        for each in range(4):
            await peer.until(lambda count=each + 1: world.log.events.count("telegram_refused") >= count, seconds=5)
            world.advance(timedelta(minutes=2))
    spent = asyncio.get_running_loop().time() - began
    await channel.close()

    assert (channel.trouble, spent > 3 * 0.2) == ("webhook_refused", True)


async def test_webhook_that_was_taken_off_is_set_again(peer, hooked):
    async with listening(hooked):
        await peer.until(lambda: peer.service.profile.buttons)
        peer.updates.webhook_url = "http://127.0.0.1:9/elsewhere"
        await peer.until(lambda: peer.updates.webhook_url == "http://127.0.0.1:9/hooks/telegram")

    assert [each.secret_token for each in peer.journal.requests("setWebhook")] == [SECRET, SECRET]


async def test_webhook_answers_after_the_commit(peer, hooked, world, ana):
    ana.writes("one")
    body = peer.updates.pending()[0].body
    raw = json.dumps(body).encode()
    world.intake.failures = [TransientError("database_away")]

    with pytest.raises(TransientError):
        await hooked.webhook(posted(raw))
    await hooked.webhook(posted(raw))

    assert world.intake.texts() == ["one"]
