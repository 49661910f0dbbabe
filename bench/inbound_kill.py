"""The whole program under kill -9 while updates stream in from a service: none lost, no question created twice.

The real `hilum serve` listens to the peer of Telegram or Slack in this process. Everybody writes one question. The
program is killed at random points, some of them while it is still starting, and started again on the same data, until
all was brought; then every member's questions are counted in the database, and how often their words stand in them.
Slack waits up to five minutes between its tries, so that a run with it takes some ten; what it has given up by then is
found by reading back, or counts as lost.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench._databases import Databases, Look, chosen_databases
from bench._machine import machine_facts
from bench._mortal import Mortal, found_reachable
from bench._people import SERVICES, People, people_at
from bench._report import Row, Target, Targets, arguments, report
from bench._serving import storage_of
from domain.member import Member
from domain.ports.store import Transaction
from domain.question import Question
from storage.compose import open_storage

TARGETS = Targets(tuple(Target(figure=figure, limit=1, unit="of all that was sent") for figure in ("lost", "twice")))
SENTENCE = "Reversed halo on CT on day 8, O2 2->5L today. OP pattern or PE?"
MARK = "Reversed halo"
EARLY = 0.25
"""So many of the kills strike at any time after the start, the others once something was taken in."""
TAKEN_WITHIN_SECONDS = 30.0
DRAIN_SECONDS = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    channel: str
    updates: int
    kills: int
    seed: int
    pace: float = 1.0
    """Of Slack's pauses: 1 is Slack's own."""


@dataclass(slots=True, kw_only=True)
class Round:
    plan: Plan
    people: People
    program: Mortal
    look: Look
    chance: random.Random
    sent: int = 0
    kills: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Let everybody write while the program dies again and again; then let it do what is left."""
        self.program.start()
        await self.program.until_healthy()
        await self.people.heard()
        writing = asyncio.create_task(self._write())
        while self.kills < self.plan.kills:
            await self._wait_for_a_bad_moment()
            self.program.kill()
            self.kills += 1
            self._news.set()
            self.program.start()
        await self.program.until_healthy()
        await writing
        await self.people.settled()
        if self.people.reads_back:
            await self.program.until_logged(self.people.reads_back, within=DRAIN_SECONDS)
        await self.look.until_handled(within=DRAIN_SECONDS)

    async def _write(self) -> None:
        """Write at random instants, so many between two kills, so that all of them strike in the stream."""
        while self.sent < self.plan.updates:
            if self.sent >= self.plan.updates * (self.kills + 1) // (self.plan.kills + 1):
                self._news.clear()
                await self._news.wait()
                continue
            await self.people.write(self.sent, SENTENCE)
            self.sent += 1
            await asyncio.sleep(self.chance.expovariate(20.0))

    async def _wait_for_a_bad_moment(self) -> None:
        if self.chance.random() < EARLY:
            await asyncio.sleep(self.chance.uniform(0.0, 4.0))
            return
        before = self.look.messages()
        await self.program.until_healthy()
        loop = asyncio.get_running_loop()
        end = loop.time() + TAKEN_WITHIN_SECONDS
        while self.look.messages() == before and loop.time() < end:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.chance.uniform(0.0, 1.5))


async def _figures(folder: Path, url: str, members: Sequence[Member]) -> tuple[int, int]:
    """Return how many members have no question of what they wrote, and how many have it twice."""
    storage = open_storage(storage_of(folder, url))

    def count(transaction: Transaction) -> tuple[int, int]:
        lost = twice = 0
        for member in members:
            texts = [question.text.value for question in _questions(transaction, member)]
            found = sum(text.count(MARK) for text in texts)
            lost += not found
            twice += found > 1 or len(texts) > 1
        return lost, twice

    try:
        return await storage.store.read(count)
    finally:
        storage.close()


def _questions(transaction: Transaction, member: Member) -> list[Question]:
    draft = transaction.questions.draft_of(member.id)
    found = {question.id: question for question in transaction.questions.of_asker(member.id)}
    return list((found | ({} if draft is None else {draft.id: draft})).values())


async def _measure(databases: Databases, name: str, plan: Plan) -> Row:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folder = Path(made)
        url = databases.fresh(name, folder)
        async with people_at(plan.channel, plan.updates, pace=plan.pace) as people:
            members = await found_reachable(folder, url, channel=plan.channel, ids=people.ids)
            settings = {"HILUM_WORKER__LEASE": "5s", **people.settings}
            program = Mortal(folder=folder, url=url, settings=settings)
            look = Look(url)
            chance = random.Random(plan.seed)
            played = Round(plan=plan, people=people, program=program, look=look, chance=chance)
            try:
                await played.run()
            finally:
                program.end()
                look.close()
            lost, twice = await _figures(folder, url, members)
            return _row(name, played, lost=lost, twice=twice)


def _row(name: str, played: Round, *, lost: int, twice: int) -> Row:
    return {
        "channel": played.plan.channel,
        "database": name,
        "sent": played.sent,
        "lost": lost,
        "twice": twice,
        "resent": played.people.resent,
        "given_up": len(played.people.given_up),
        "kills": played.kills,
    }


def _parser() -> ArgumentParser:
    parser = arguments(__doc__)
    parser.add_argument("--channel", choices=SERVICES, default="telegram")
    parser.add_argument("--database", choices=("sqlite", "postgres", "postgresql", "both"), default="sqlite")
    parser.add_argument("--updates", type=int, default=400)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1.0, help="of Slack's pauses between its tries; 1 is Slack's own")
    return parser


def main(given: Sequence[str] | None = None) -> None:
    chosen = _parser().parse_args(given)
    plan = Plan(channel=chosen.channel, updates=chosen.updates, kills=chosen.kills, seed=chosen.seed, pace=chosen.pace)
    with chosen_databases("postgresql" if chosen.database == "postgres" else chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [asyncio.run(_measure(databases, name, plan)) for name in databases.names]
    report("inbound_kill", rows, target=TARGETS, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
