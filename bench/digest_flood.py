"""1,000 digest messages to as many people, at a service that takes 30 a second and often refuses: all come, at ≥ 25/s.

The real queue, worker, handlers and Telegram channel send to the peer of Telegram in this process, which enforces
30/s and answers 5 % of the calls with 429 and 2 % with 502. In the middle an urgent message is put in. What is asked
of the peer within any second is judged (`most_asked`), since it takes no more than 30 whatever is asked.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bench._databases import Databases, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._report import Row, Target, Targets, arguments, report
from bench._serving import fictional_askers, storage_of
from bot.compose import Parts, compose, make_worker
from bot.logs import configure_logs
from config.settings import Settings
from domain.delivery import Priority, Value
from domain.member import Member
from domain.messages import Address
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.outbox import Notice, tell
from storage.keyring import create_keys
from tests.peers.telegram.journal import Call
from tests.peers.telegram.peer import TelegramPeer

MOST_PER_SECOND = 30
TARGETS = Targets(
    (
        Target(figure="lost", limit=1, unit="of all messages"),
        Target(figure="twice", limit=1, unit="of all messages"),
        Target(figure="average_per_s", limit=25, unit="/s", at_least=True),
        Target(figure="most_asked", limit=MOST_PER_SECOND + 1, unit="in any second"),
        Target(figure="urgent_s", limit=1, unit="s"),
    )
)
PATIENCE_SECONDS = 600.0


@dataclass(slots=True, kw_only=True)
class Flood:
    """What is sent, and what the peer took of it."""

    peer: TelegramPeer
    parts: Parts
    members: Sequence[Member]

    @property
    def taken(self) -> list[Call]:
        return [call for call in self.peer.journal.calls("sendMessage") if call.status == 200]

    async def run(self) -> float:
        """Send everything; return the seconds until the urgent message was there."""
        await self.parts.services.store.write(self._plan)
        worker = make_worker(self.parts)
        running = asyncio.create_task(worker.run())
        try:
            await self.peer.until(lambda: len(self.taken) >= len(self.members) // 2, seconds=PATIENCE_SECONDS)
            waited = await self._urgent()
            everybody = {int(self._chat(member)) for member in self.members}
            await self.peer.until(lambda: everybody <= self._reached(), seconds=PATIENCE_SECONDS)
        finally:
            worker.stop()
            await running
        return waited

    def _plan(self, transaction: Transaction) -> None:
        for number, member in enumerate(self.members):
            transaction.members.save(member)
            if number:
                self._tell(transaction, member, priority=Priority.DIGEST)

    async def _urgent(self) -> float:
        """Tell the first member, who gets no digest, something urgent."""
        first = self.members[0]
        began = asyncio.get_running_loop().time()
        await self.parts.services.store.write(
            lambda transaction: self._tell(transaction, first, priority=Priority.URGENT)
        )
        await self.peer.until(lambda: int(self._chat(first)) in self._reached(), seconds=PATIENCE_SECONDS)
        return asyncio.get_running_loop().time() - began

    def _tell(self, transaction: Transaction, member: Member, *, priority: Priority) -> None:
        text = DeidentifiedText(value="OP pattern is favoured; PE is not excluded: CTPA today.")
        values: dict[str, Value] = {"label": "Q417", "text": text}
        notice = Notice(key="panel.information", values=values, priority=priority)
        tell(self.parts.services, transaction, member, cause=f"flood-{member.id}", notice=notice)

    def _reached(self) -> set[int]:
        return {int(call.chat_id or 0) for call in self.taken}

    def _chat(self, member: Member) -> str:
        return member.addresses[0].external_id


def _parts(folder: Path, url: str, peer: TelegramPeer) -> Parts:
    options = storage_of(folder, url)
    create_keys(options.keys_folder)
    settings = {
        "data": options.data_folder,
        "keys": options.keys_folder,
        "database_url": url,
        "channels": {"telegram": {"token": peer.token, "api_url": peer.url}},
    }
    return compose(Settings.model_validate(settings))


def _members(peer: TelegramPeer, count: int) -> list[Member]:
    """Return so many members, each with a private chat that is open."""
    found = []
    for number, asker in enumerate(fictional_askers(count)):
        person = peer.person(f"Fictus {number}")
        person.starts()
        found.append(replace(asker, addresses=(Address(channel="telegram", external_id=str(person.id)),)))
    return found


async def _measure(folder: Path, url: str, *, messages: int, seed: int) -> dict[str, float | int]:
    async with TelegramPeer() as peer:
        peer.limits.per_second = MOST_PER_SECOND
        peer.faults.by_chance(seed=seed, busy=0.05, broken=0.02, method="sendMessage")
        configure_logs("error", sys.stderr)
        parts = _parts(folder, url, peer)
        flood = Flood(peer=peer, parts=parts, members=_members(peer, messages))
        try:
            waited = await flood.run()
        finally:
            for listener in parts.listeners:
                await listener.close()
            parts.close()
        return _figures(flood, waited)


def _figures(flood: Flood, waited: float) -> dict[str, float | int]:
    times = sorted(call.at for call in flood.taken)
    asked = flood.peer.journal.calls("sendMessage")
    spent = max((times[-1] - times[0]).total_seconds(), 0.001)
    chats = [call.chat_id for call in flood.taken]
    return {
        "messages": len(flood.members),
        "delivered": len(set(chats)),
        "lost": len(flood.members) - len(set(chats)),
        "twice": len(chats) - len(set(chats)),
        "average_per_s": round(len(times) / spent, 1),
        "busiest_second": _busiest(times),
        "most_asked": _busiest(sorted(call.at for call in asked)),
        "urgent_s": round(waited, 2),
        "busy": sum(call.status == 429 for call in asked),
        "broken": sum(call.status == 502 for call in asked),
    }


def _busiest(times: Sequence[datetime]) -> int:
    """Return the most calls within any one second."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def _round(databases: Databases, name: str, *, messages: int, seed: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folder = Path(made)
        (folder / "data").mkdir(mode=0o700)
        figures = asyncio.run(_measure(folder, databases.fresh(name, folder), messages=messages, seed=seed))
    return {"database": name, **figures}


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [_round(databases, name, messages=chosen.messages, seed=chosen.seed) for name in databases.names]
    report("digest_flood", rows, target=TARGETS, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
