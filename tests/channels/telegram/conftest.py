"""The peer, a channel that speaks to it, and somebody whose private chat is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from channels.telegram.channel import TelegramChannel
from channels.telegram.client import Client
from channels.telegram.listening import Pace
from channels.telegram.options import TelegramOptions
from domain.messages import Address
from tests.fakes.telegram_world import TelegramWorld
from tests.peers.telegram.peer import TelegramPeer
from tests.peers.telegram.people import Person
from tests.peers.telegram.pictures import jpeg

_MOMENT = timedelta(milliseconds=10)
FAST = Pace(
    poll=timedelta(seconds=1),
    first_wait=_MOMENT,
    longest_wait=_MOMENT,
    beside=_MOMENT,
    between=_MOMENT,
    lease=timedelta(seconds=12),
)


@pytest.fixture(autouse=True)
def spans_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library speak of time in timedeltas, as our client has it do, and undo that afterwards."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as running:
        yield running


@pytest.fixture
def world() -> TelegramWorld:
    return TelegramWorld()


@pytest.fixture
def options(peer: TelegramPeer) -> TelegramOptions:
    return TelegramOptions(token=peer.token, api_url=peer.url)


@pytest.fixture
async def client(options: TelegramOptions) -> AsyncIterator[Client]:
    client = Client(options)
    yield client
    await client.close()


@pytest.fixture
async def channel(options: TelegramOptions, world: TelegramWorld) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(options, world.services(), pace=FAST)
    yield channel
    await channel.close()


@pytest.fixture
def ana(peer: TelegramPeer) -> Person:
    """Somebody whose /start is confirmed."""
    ana = peer.person("Ana", language_code="ko")
    ana.starts()
    peer.updates.drop_all()
    return ana


@pytest.fixture
def hers(ana: Person) -> Address:
    return Address(channel="telegram", external_id=str(ana.id))


@pytest.fixture(scope="session")
def picture() -> bytes:
    return jpeg(160, 120)
