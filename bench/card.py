"""Time from a confirmed question to its card on the panel's desk: p99 < 500 ms.

A member presses "send, urgent" (POST /api/actions). The panelist's page, played
here, follows its event stream; at every event about the question it fetches
/api/desk, as the real page does. The card is there when the stream has brought
its line and the desk shows it. `event_ms` is the first event of any kind.
With --load other members write to the bot meanwhile, so many messages a second.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench._client import Client, Event
from bench._databases import Databases, Look, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._report import Row, Target, arguments, median_row, percentiles, report
from bench._serving import Serving, serving
from bench._words import question

TARGET = Target(figure="p99_ms", limit=500, unit="ms")
PATIENCE_SECONDS = 30.0
WRITERS = 40


@dataclass(slots=True)
class Card:
    """What the desk learnt of one question, as seconds since the press."""

    pressed_at: float
    event: float | None = None
    line: float | None = None
    desk: float | None = None
    is_there: asyncio.Event = field(default_factory=asyncio.Event)

    def note_desk(self, now: float) -> None:
        """Several looks may be under way; the first that shows the card counts."""
        self.desk = self.desk or now - self.pressed_at

    @property
    def seconds(self) -> float:
        assert self.line is not None
        assert self.desk is not None
        return max(self.line, self.desk)


@dataclass(slots=True)
class Desk:
    """The panelist's page."""

    client: Client
    session: str
    cards: dict[str, Card] = field(default_factory=dict)

    async def follow(self, events: AsyncIterator[Event]) -> None:
        fetching: set[asyncio.Task[None]] = set()
        async for event in events:
            card = self.cards.get(event.data["question_id"])
            if card is None:
                continue
            now = asyncio.get_running_loop().time() - card.pressed_at
            card.event = card.event or now
            if event.name == "line" and event.data["key"].startswith("panel.card"):
                card.line = now
            task = asyncio.create_task(self._look(event.data["question_id"], card))
            fetching.add(task)
            task.add_done_callback(fetching.discard)

    async def _look(self, question_id: str, card: Card) -> None:
        if card.desk is None:
            shown = (await self.client.get("/api/desk", session=self.session)).json()["questions"]
            if any(question["id"] == question_id for question in shown):
                card.note_desk(asyncio.get_running_loop().time())
        if card.desk is not None and card.line is not None:
            card.is_there.set()


async def _draft(client: Client, session: str, chance: random.Random) -> str:
    """Write a question and wait for its preview, as its asker does; return the draft's id."""
    text = question(chance)
    await client.post("/api/messages", {"client_id": f"{chance.getrandbits(64):x}", "text": text}, session=session)
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_SECONDS
    while loop.time() < end:
        lines = (await client.get("/api/lines", session=session)).json()
        if any(line["key"] == "draft.preview" for line in lines["lines"]):
            return str(lines["draft_id"])
        await asyncio.sleep(0.1)
    raise TimeoutError("no preview came")


async def _confirm(desk: Desk, draft: str, session: str) -> Card:
    card = desk.cards[draft] = Card(pressed_at=asyncio.get_running_loop().time())
    press = {"client_id": f"send-{draft}", "action": "send_urgent", "question_id": draft}
    await desk.client.post("/api/actions", press, session=session)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await card.is_there.wait()
    except TimeoutError as error:
        raise RuntimeError(f"no card: event {card.event}, line {card.line}, desk {card.desk}") from error
    return card


async def _keep_writing(client: Client, sessions: Sequence[str], *, rate: float, chance: random.Random) -> None:
    sending: set[asyncio.Task[object]] = set()
    while rate > 0:
        await asyncio.sleep(chance.expovariate(rate))
        message = {"client_id": f"{chance.getrandbits(64):x}", "text": question(chance)}
        task: asyncio.Task[object] = asyncio.create_task(
            client.post("/api/messages", message, session=chance.choice(sessions))
        )
        sending.add(task)
        task.add_done_callback(sending.discard)


async def _measure(server: Serving, look: Look, *, count: int, load: float, seed: int) -> list[Card]:
    chance = random.Random(seed)
    client = Client(server.url)
    desk = Desk(client, server.panelist)
    askers, writers = server.askers[:count], server.askers[count:]
    drafts = [await _draft(client, session, chance) for session in askers]
    await look.until_idle(within=PATIENCE_SECONDS)
    mark = (await client.get("/api/lines", session=server.panelist)).json()
    stream = f"/api/stream?line={mark['last_line']}&entry={mark['last_entry']}"
    cards: list[Card] = []
    async with client.events(stream, session=server.panelist) as events:
        others = [
            asyncio.create_task(desk.follow(events)),
            asyncio.create_task(_keep_writing(client, writers, rate=load, chance=chance)),
        ]
        for draft, session in zip(drafts, askers, strict=True):
            # Presses come at any moment of the program's waiting.
            await asyncio.sleep(chance.uniform(0.02, 0.3))
            cards.append(await _confirm(desk, draft, session))
        for other in others:
            other.cancel()
            with suppress(asyncio.CancelledError):
                await other
    await client.close()
    return cards


def _round(databases: Databases, name: str, *, count: int, load: float, seed: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folder = Path(made)
        url = databases.fresh(name, folder)
        with serving(folder, url, askers=count + WRITERS) as server:
            look = Look(url)
            cards = asyncio.run(_measure(server, look, count=count, load=load, seed=seed))
            look.close()
    times = {part: [getattr(card, part) for card in cards] for part in ("event", "line", "desk")}
    return {
        "database": name,
        "load_per_s": load,
        "questions": len(cards),
        "event_p50_ms": percentiles(times["event"])["p50_ms"],
        "line_p50_ms": percentiles(times["line"])["p50_ms"],
        "desk_p50_ms": percentiles(times["desk"])["p50_ms"],
        **percentiles([card.seconds for card in cards]),
    }


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--questions", type=int, default=25)
    parser.add_argument("--load", type=float, nargs="*", default=[0.0], help="other messages per second; one row each")
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds are shown")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [
            median_row(
                [
                    _round(databases, name, count=chosen.questions, load=load, seed=chosen.seed + number)
                    for number in range(chosen.rounds)
                ]
            )
            for name in databases.names
            for load in chosen.load
        ]
    report("card", rows, target=TARGET, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
