"""Time from a service's call to our 200, which comes after the commit: Telegram p99 < 100 ms, Slack p99 < 500 ms.

The real `hilum serve` takes calls at /hooks/<channel> over loopback, each with the service's own proof of where it
comes from. The arrivals are open-loop and random, so that a slow answer holds up none of the following. With Slack,
studies go through the de-identifier meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from bench._client import Client
from bench._databases import Databases, Look, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._mortal import Mortal, found_reachable
from bench._people import SERVICES, People, SlackPeople, TelegramPeople, people_at
from bench._report import Row, Target, Targets, arguments, percentiles, report
from bench._serving import token_of
from bench._words import question
from deidentify.samples import thorax_ct
from domain.member import Member
from tests.peers.demo import free_port
from tests.peers.slack.signing import signed_headers

LOST = Target(figure="lost", limit=1, unit="of all calls that were answered with 200")
TARGETS = {
    name: Targets((Target(figure="p99_ms", limit=limit, unit="ms"), LOST))
    for name, limit in (("telegram", 100), ("slack", 500))
}
SECRET = "a-word-of-the-benchmark-1"  # noqa: S105 - of no real bot
STUDY_SLICES, STUDY_EDGE = 12, 256
WARM_WITHIN_SECONDS = 20.0
"""So long the first messages take at the most, for which models and words are loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    channel: str
    rate: float
    seconds: float
    members: int
    seed: int


class Caller(Protocol):
    def call(self, number: int, text: str) -> tuple[bytes, Mapping[str, str]]:
        """Return the body and the headers of one call: somebody has written something."""


@dataclass(slots=True)
class TelegramCaller:
    people: TelegramPeople
    made: int = 0

    def call(self, number: int, text: str) -> tuple[bytes, Mapping[str, str]]:
        self.made += 1
        user = self.people.people[number].user.model_dump(mode="json", by_alias=True, exclude_none=True)
        chat = {"id": user["id"], "type": "private", "first_name": user["first_name"]}
        message = {"message_id": self.made, "date": int(time.time()), "chat": chat, "from": user, "text": text}
        body = json.dumps({"update_id": 10_000_000 + self.made, "message": message}).encode()
        return body, {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}


@dataclass(slots=True)
class SlackCaller:
    people: SlackPeople
    conversations: Sequence[str]
    made: int = 0

    def call(self, number: int, text: str) -> tuple[bytes, Mapping[str, str]]:
        self.made += 1
        app = self.people.slack.installation
        stamp = f"{time.time():.0f}.{self.made:06}"
        event = {"type": "message", "channel_type": "im", "channel": self.conversations[number], "text": text}
        event |= {"user": self.people.ids[number], "ts": stamp, "event_ts": stamp, "team": app.team_id}
        body = json.dumps(self.people.slack.workspace.events.envelope(event)).encode()
        kind = "application/json"
        return body, signed_headers(body, secret=app.signing_secret, at=time.time(), content_type=kind)


async def _caller(people: People) -> Caller:
    if isinstance(people, TelegramPeople):
        for person in people.people:
            person.room.is_open = True
        return TelegramCaller(people)
    assert isinstance(people, SlackPeople)
    return SlackCaller(people, [await person.direct_messages() for person in people.people])


def _settings(load: Load, people: People, port: int) -> dict[str, str]:
    """Return what the program is told, so that the service calls it."""
    if load.channel == "slack":
        return {name: value for name, value in people.settings.items() if not name.endswith("APP_TOKEN")}
    return {
        **people.settings,
        "HILUM_CHANNELS__TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/hooks/telegram",
        "HILUM_CHANNELS__TELEGRAM__WEBHOOK_SECRET": SECRET,
    }


async def _send(caller: Caller, address: str, load: Load) -> list[float]:
    """Call at random instants; return the seconds from when each call was due to its answer."""
    chance = random.Random(load.seed)
    loop = asyncio.get_running_loop()
    due, end = loop.time(), loop.time() + load.seconds
    waiting: list[asyncio.Task[float]] = []
    async with aiohttp.ClientSession() as session:
        while (due := due + chance.expovariate(load.rate)) < end:
            body, headers = caller.call(chance.randrange(load.members), question(chance))
            await asyncio.sleep(max(0.0, due - loop.time()))
            waiting.append(asyncio.create_task(_timed(session, address, body=body, headers=headers, due=due)))
        return await asyncio.gather(*waiting)


async def _timed(
    session: aiohttp.ClientSession, address: str, *, body: bytes, headers: Mapping[str, str], due: float
) -> float:
    async with session.post(address, data=body, headers=headers) as answer:
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {(await answer.text())[:200]}")
    return asyncio.get_running_loop().time() - due


async def _keep_cleaning(client: Client, session: str) -> None:
    """Send one study after another, so that the de-identifier has always something to do."""
    files = list(thorax_ct(STUDY_SLICES, edge=STUDY_EDGE))
    while True:
        wanted = {"files": [{"client_id": secrets.token_hex(8), "size": len(file)} for file in files]}
        announced = (await client.post("/api/uploads", wanted, session=session)).json()["uploads"]
        for upload, data in zip(announced, files, strict=True):
            await client.request("PUT", f"/api/uploads/{upload['id']}?offset=0", body=data, session=session)
        message = {"client_id": secrets.token_hex(8), "text": "PE?", "uploads": [each["id"] for each in announced]}
        await client.post("/api/messages", message, session=session)
        await asyncio.sleep(1.0)


async def _figures(program: Mortal, caller: Caller, load: Load, *, member: Member) -> dict[str, float | int]:
    client, look = Client(program.address), Look(program.url)
    address = f"{program.address}/hooks/{load.channel}"
    cleaning = None
    if load.channel == "slack":
        cleaning = asyncio.create_task(_keep_cleaning(client, token_of(member)))
    try:
        await _send(caller, address, Load(channel="", rate=5, seconds=1, members=load.members, seed=0))
        await look.until_idle(within=WARM_WITHIN_SECONDS)
        before = look.messages(load.channel)
        times = await _send(caller, address, load)
        lost = len(times) - (look.messages(load.channel) - before)
    finally:
        if cleaning is not None:
            cleaning.cancel()
            with suppress(asyncio.CancelledError):
                await cleaning
        await client.close()
        look.close()
    return {"calls": len(times), "lost": lost, **percentiles(times)}


async def _measure(databases: Databases, name: str, load: Load) -> Row:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folder, port = Path(made), free_port()
        url = databases.fresh(name, folder)
        async with people_at(load.channel, load.members) as people:
            members = await found_reachable(folder, url, channel=load.channel, ids=people.ids)
            program = Mortal(folder=folder, url=url, port=port, settings=_settings(load, people, port))
            program.start()
            try:
                await program.until_healthy()
                figures = await _figures(program, await _caller(people), load, member=members[0])
            finally:
                program.end()
    return {"channel": load.channel, "database": name, "rate_per_s": load.rate, **figures}


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--channel", choices=SERVICES, default="telegram")
    parser.add_argument("--rate", type=float, default=50.0, help="calls per second")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--members", type=int, default=200, help="among whom the messages are spread")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    load = Load(
        channel=chosen.channel, rate=chosen.rate, seconds=chosen.seconds, members=chosen.members, seed=chosen.seed
    )
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows = [asyncio.run(_measure(databases, name, load)) for name in databases.names]
    report("webhook", rows, target=TARGETS[load.channel], machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
