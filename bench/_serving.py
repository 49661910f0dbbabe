"""The real `hilum serve` as a process of its own, on a society of fictional members who are signed in already."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import utc_now
from bot.demo_people import MEMBER, PANEL, PANELIST, PEOPLE, tested_phones
from domain.ids import MemberId
from domain.member import Language, Member
from domain.messages import Address
from domain.ports.store import Transaction
from domain.web import WebSession, hash_token
from storage.compose import StorageOptions, open_storage
from storage.keyring import create_keys
from tests.peers.demo import HILUM, free_port, stop, wait_until_healthy

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A running server; `askers` and `panelist` are the tokens of their sessions."""

    url: str
    pid: int
    askers: tuple[str, ...]
    panelist: str


def storage_of(folder: Path, url: str) -> StorageOptions:
    """Return where a benchmark's data lies in its folder, keys apart from data."""
    return StorageOptions(
        database_url=url,
        linkage_url=f"sqlite:///{folder}/data/linkage.db",
        data_folder=folder / "data",
        keys_folder=folder / "keys",
        clock=utc_now,
    )


def fictional_askers(count: int) -> list[Member]:
    """Return so many members who ask, Korean and English in turn."""
    return [_asker(number) for number in range(count)]


@contextmanager
def serving(folder: Path, url: str, *, askers: int) -> Iterator[Serving]:
    """Found the society, start the server, and stop it by its pid."""
    members = fictional_askers(askers)
    asyncio.run(found_society(storage_of(folder, url), members))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "serve.log").open("wb") as log:
        command = [*HILUM, "serve"]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment_of(folder, url, port))
        try:
            wait_until_healthy(address, process)
            tokens = tuple(token_of(member) for member in members)
            yield Serving(url=address, pid=process.pid, askers=tokens, panelist=token_of(PANELIST))
        finally:
            stop(process)


def _asker(number: int) -> Member:
    name = MemberId(f"asker-{number}")
    return replace(
        MEMBER,
        id=name,
        display_name=f"Dr Fictus {number}",
        alias=f"Member-{number}",
        language=Language.KOREAN if number % 2 else Language.ENGLISH,
        addresses=(Address(channel="web", external_id=name),),
    )


async def found_society(options: StorageOptions, members: list[Member]) -> None:
    create_keys(options.keys_folder)
    storage = open_storage(options)
    now = utc_now()

    def found(transaction: Transaction) -> None:
        for member in (*PEOPLE, *members):
            transaction.members.save(member)
            transaction.web.add_session(_session(member, now))
        transaction.panels.save(PANEL)
        for page in tested_phones(now):
            transaction.phones.add(page)

    await storage.store.write(found)
    storage.close()


def token_of(member: Member) -> str:
    return f"{member.id}-is-signed-in-for-the-benchmark"


def _session(member: Member, now: datetime) -> WebSession:
    return WebSession(
        token_hash=hash_token(token_of(member)),
        member_id=member.id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=12),
    )


def environment_of(folder: Path, url: str, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HILUM_")}
    options = storage_of(folder, url)
    return kept | {
        "HILUM_DATA": str(options.data_folder),
        "HILUM_KEYS": str(options.keys_folder),
        "HILUM_DATABASE_URL": url,
        "HILUM_WEB__PORT": str(port),
        # The server stands in the benchmark's folder, so that no settings file of this one is read.
        "PYTHONPATH": str(_ROOT),
    }
