"""Fixtures of the peer's own tests: the peer, and python-telegram-bot's Bot that reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from tests.peers.telegram.peer import TelegramPeer
from tests.peers.telegram.people import Person
from tests.peers.telegram.reader import bot_of


@pytest.fixture(autouse=True)
def spans_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-telegram-bot speak of time in timedeltas: without it every RetryAfter warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer


@pytest.fixture
async def bot(peer: TelegramPeer) -> AsyncIterator[Bot]:
    async with bot_of(peer) as bot:
        yield bot


@pytest.fixture
def ana(peer: TelegramPeer) -> Person:
    """Somebody whose private chat is open and whose /start is confirmed."""
    ana = peer.person("Ana", username="ana_prueba", language_code="ko")
    ana.starts()
    peer.updates.drop_all()
    return ana
