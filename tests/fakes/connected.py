"""A society that is reached at services: its real channels as the program builds them, its people's addresses there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - as a type
from typing import Any, cast

import pytest

from bot.image_work import PooledDeidentifier, PooledRenderer
from bot.service_channels import service_channels
from bot.supervisor import make_server
from config.channels import Channels
from domain.member import Language, Member
from domain.messages import Address
from domain.ports.listening import ChannelServices, ListeningChannel
from domain.ports.store import Transaction
from storage.migrate import prepare
from tests.fakes.society import CATALOGUE, Society
from tests.fakes.society_web import ORIGIN, SocietyWeb
from tests.peers.postgres import PostgresServer

Say = Callable[[str, str], str]
"""The words of the language that is played: English, Korean."""
COMBINATIONS = tuple(product(Language, ("sqlite", "postgres")))
"""Each language on each database."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a script is played."""

    language: Language
    folder: Path
    url: str


def fresh_database(request: pytest.FixtureRequest, folder: Path, *, kind: str) -> str:
    """Return the URL of a new database with all tables."""
    if kind == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.fresh_database()
    url = f"sqlite:///{folder}/data/hilum.db"
    prepare(url)
    return url


def connect(society: Society, **tables: Mapping[str, Any]) -> Mapping[str, ListeningChannel]:
    """Give a society the channels that these tables of the settings turn on."""
    door = cast(PooledDeidentifier, society.services.deidentifier)
    given = ChannelServices(
        store=society.services.store,
        intake=society.intake,
        renderer=PooledRenderer(pool=door.pool, places=door.places),
        wording=CATALOGUE,
        clock=society.clock,
        log=society.services.log,
        owner="journey",
        page_address=ORIGIN,
    )
    found = service_channels(Channels.model_validate(tables), given)
    rules = replace(society.services.rules, page_address=ORIGIN)
    channels = {**society.services.channels, **found}
    society.services = replace(society.services, channels=channels, rules=rules)
    return found


@asynccontextmanager
async def served(society: Society, channel: ListeningChannel, socket: Socket) -> AsyncIterator[None]:
    """Serve the pages with a channel's webhook."""
    assert channel.webhook is not None
    pages = SocietyWeb(society, {channel.name: channel.webhook})
    server = make_server(pages.app)
    serving = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        yield
    finally:
        pages.close()
        server.should_exit = True
        await serving


def address_of(socket: Socket) -> str:
    return f"http://127.0.0.1:{socket.getsockname()[1]}"


async def reach(society: Society, people: Mapping[Member, Address]) -> None:
    """Give people an address that they are reached at first, beside those that they have."""

    def link(transaction: Transaction) -> None:
        for member, address in people.items():
            known = transaction.members.get(member.id)
            transaction.members.save(replace(known, addresses=(address, *known.addresses)))

    await society.change(link)


def unsaid(expected: Sequence[str], said: Sequence[str]) -> list[str]:
    """Return which of these words do not stand in what was said, one behind the other."""
    whole, place, lost = "\n".join(said), 0, []
    for words in expected:
        found = whole.find(words, place)
        if found < 0:
            lost.append(words)
        else:
            place = found + len(words)
    return lost
