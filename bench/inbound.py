"""Time from a web message to its acknowledgement, which comes after the commit: p99 < 100 ms at 50/s on 2 cores.

The real `hilum serve` (pages, worker and schedule in one process) takes POST
/api/messages over loopback from this process. The arrivals are open-loop and
random: a slow answer holds up none of the following, and a time counts from the
instant at which the message was due. Meanwhile the worker routes what came:
each message is sealed, routed, gathered into a draft, previewed and echoed.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench._client import Client
from bench._databases import Databases, Look, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._report import Row, Target, arguments, median_row, percentiles, report
from bench._serving import Serving, serving
from bench._words import question

TARGET = Target(figure="p99_ms", limit=100, unit="ms")
DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    rate: float
    seconds: float
    members: int
    seed: int


async def _send(client: Client, server: Serving, load: Load) -> list[float]:
    """Send messages at random instants, whether or not earlier ones were answered; return the times to answers."""
    chance = random.Random(load.seed)
    loop = asyncio.get_running_loop()
    due, end = loop.time(), loop.time() + load.seconds
    waiting: list[asyncio.Task[float]] = []
    while (due := due + chance.expovariate(load.rate)) < end:
        message = {"client_id": f"{chance.getrandbits(64):x}", "text": question(chance)}
        session = chance.choice(server.askers)
        await asyncio.sleep(max(0.0, due - loop.time()))
        waiting.append(asyncio.create_task(_timed(client, message, session=session, due=due)))
    return await asyncio.gather(*waiting)


async def _timed(client: Client, message: dict[str, str], *, session: str, due: float) -> float:
    answer = await client.post("/api/messages", message, session=session)
    assert answer.status == 202
    return asyncio.get_running_loop().time() - due


async def _warm_up(client: Client, server: Serving) -> None:
    texts = ({"client_id": f"warm-up-{number}", "text": "58M. PE?"} for number in range(8))
    await asyncio.gather(*(client.post("/api/messages", text, session=server.askers[0]) for text in texts))


async def _measure(server: Serving, look: Look, load: Load) -> dict[str, float | int]:
    client = Client(server.url)
    await _warm_up(client, server)
    await look.until_idle(within=DRAIN_SECONDS)
    before, jobs_before = look.messages(), look.jobs_done()
    started = asyncio.get_running_loop().time()
    times = await _send(client, server, load)
    behind = look.unfinished_messages()
    drained = await look.until_idle(within=DRAIN_SECONDS)
    spent = asyncio.get_running_loop().time() - started
    await client.close()
    return {
        "sent": len(times),
        **percentiles(times),
        "lost": len(times) - (look.messages() - before),
        "behind": behind,
        "caught_up_s": round(drained, 1),
        "jobs_per_s": round((look.jobs_done() - jobs_before) / spent, 1),
    }


def _round(databases: Databases, name: str, load: Load) -> Row:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folder = Path(made)
        url = databases.fresh(name, folder)
        with serving(folder, url, askers=load.members) as server:
            look = Look(url)
            figures = asyncio.run(_measure(server, look, load))
            look.close()
    return {"database": name, "rate_per_s": load.rate, **figures}


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--rate", type=float, default=50.0, help="messages per second")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--members", type=int, default=200, help="among whom the messages are spread")
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds are shown")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    load = Load(rate=chosen.rate, seconds=chosen.seconds, members=chosen.members, seed=chosen.seed)
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [median_row([_round(databases, name, load) for _ in range(chosen.rounds)]) for name in databases.names]
    report("inbound", rows, target=TARGET, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
