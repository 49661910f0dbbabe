"""Deliveries per second through the real queue, worker and handler, `sending` and outcome committed for each: ≥ 150/s.

The worker claims jobs and runs `handlers/deliver`; the channel is a stub that
does nothing, then once the real web channel, which commits a line. The peer is
the plainest loop there is: the same four changes of each delivery, one SQL
statement after another, each in a commit of its own, on the same database with
the same durability. `ratio` is ours to the peer's, measured in the same run.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import sqlalchemy as sa

from bench._databases import Databases, add_database_option, chosen_databases
from bench._machine import machine_facts
from bench._report import Row, Target, arguments, median_row, report
from bench._serving import fictional_askers, storage_of
from bot.compose import Parts, compose, make_worker
from bot.logs import configure_logs
from channels.web.channel import WebChannel
from config.settings import Settings
from domain.commands import SweepInbox
from domain.delivery import DeliveryState, OutgoingMessage, SendingGate
from domain.member import Member
from domain.messages import Action, Address
from domain.ports.channel import Capabilities, Channel
from domain.ports.jobs import JobQueue
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.outbox import Notice, tell
from storage.engines import open_engine
from storage.keyring import create_keys

TARGET = Target(figure="deliveries_per_s", limit=150, unit="/s", at_least=True)
LEASE = timedelta(seconds=60)


@dataclass(slots=True)
class SilentChannel:
    """Takes every message and does nothing with it."""

    sent: int = 0

    @property
    def name(self) -> str:
        return "web"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=4000, has_buttons=True, has_images=True, shows_own_messages=True, repeats_are_harmless=False
        )

    @property
    def gate(self) -> SendingGate | None:
        return None

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        self.sent += 1
        return message.delivery_id


def _parts(folder: Path, url: str, *, concurrency: int) -> Parts:
    options = storage_of(folder, url)
    settings = Settings.model_validate(
        {
            "data": options.data_folder,
            "keys": options.keys_folder,
            "database_url": url,
            "worker": {"concurrency": concurrency},
        }
    )
    return compose(settings)


def _plan(parts: Parts, transaction: Transaction, *, members: Sequence[Member], count: int) -> None:
    """Plan deliveries as handlers do, to many members about many questions."""
    text = DeidentifiedText(value="OP pattern is favoured; PE is not excluded: CTPA today.")
    for number in range(count):
        notice = Notice(
            key="panel.information",
            values={"label": f"Q{number}", "text": text},
            choices=(Action.CLAIM,),
        )
        tell(parts.services, transaction, members[number % len(members)], cause=f"bench-{number}", notice=notice)


async def _deliver_all(parts: Parts, count: int) -> tuple[float, float]:
    """Plan deliveries, let the worker run until the last is sent; return seconds passed and processor seconds used."""
    members = fictional_askers(50)

    def found(transaction: Transaction) -> None:
        for member in members:
            transaction.members.save(member)
        _plan(parts, transaction, members=members, count=count)

    await parts.services.store.write(found)
    worker = make_worker(parts)
    started, used = perf_counter(), process_time()
    running = asyncio.create_task(worker.run())
    while await parts.storage.queue.next_due() is not None:
        await parts.services.store.changed(within=1.0)
        await asyncio.sleep(0.05)
    worker.stop()
    await running
    spent, used = perf_counter() - started, process_time() - used
    left = [state for state in DeliveryState if state is not DeliveryState.SENT]
    for state in left:
        assert not await parts.services.store.read(lambda transaction, s=state: transaction.deliveries.in_state(s))  # type: ignore[misc]  # a default argument binds the loop's value
    return spent, used


async def _jobs_per_second(parts: Parts, count: int, *, together: int) -> float:
    """Claim and finish jobs that have no handler to run."""
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    commands = [SweepInbox(at=instant + timedelta(hours=number)) for number in range(count)]

    def note(transaction: Transaction) -> None:
        for command in commands:
            transaction.jobs.add(command)

    await parts.services.store.write(note)
    started = perf_counter()
    await _claim_and_finish(parts.storage.queue, together)
    return count / (perf_counter() - started)


async def _claim_and_finish(queue: JobQueue, together: int) -> None:
    while jobs := await queue.claim(datetime.now(UTC), owner="bench", limit=together, lease=LEASE):
        await asyncio.gather(*(queue.finish(job.id, owner="bench") for job in jobs))


def _naive_per_second(url: str, count: int) -> float:
    """Claim, mark, settle and finish, one committed statement after another."""
    rows = sa.Table(
        "naive",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("job", sa.Text),
        sa.Column("delivery", sa.Text),
    )
    changes = [{"job": "leased"}, {"delivery": "sending"}, {"delivery": "sent"}, {"job": "done"}]
    engine = open_engine(url, size=1)
    with engine.begin() as connection:
        rows.create(connection)
        connection.execute(sa.insert(rows), [{"id": number, "job": "ready"} for number in range(count)])
    started = perf_counter()
    for number in range(count):
        for change in changes:
            with engine.begin() as connection:
                connection.execute(sa.update(rows).where(rows.c.id == number).values(change))
    spent = perf_counter() - started
    engine.dispose()
    return count / spent


def _with_channel(parts: Parts, channel: Channel) -> Parts:
    return replace(parts, services=replace(parts.services, channels={"web": channel}))


def _rates_with(folder: Path, url: str, *, is_web: bool, sizes: Sizes) -> dict[str, float]:
    create_keys(storage_of(folder, url).keys_folder)
    parts = _parts(folder, url, concurrency=sizes.concurrency)
    silent = SilentChannel()
    channel: Channel = WebChannel(parts.storage.store, clock=parts.services.clock) if is_web else silent
    with (folder / "worker.log").open("w", encoding="utf-8") as log:
        configure_logs("info", log)
        spent, used = asyncio.run(_deliver_all(_with_channel(parts, channel), sizes.deliveries))
        configure_logs("error", sys.stderr)
    assert is_web or silent.sent == sizes.deliveries
    parts.close()
    return {
        "deliveries_per_s": round(sizes.deliveries / spent, 1),
        "cpu_ms_each": round(used / sizes.deliveries * 1000, 2),
    }


def _queue_rates(folder: Path, url: str, *, sizes: Sizes) -> dict[str, float]:
    create_keys(storage_of(folder, url).keys_folder)
    parts = _parts(folder, url, concurrency=sizes.concurrency)
    rate = asyncio.run(_jobs_per_second(parts, sizes.deliveries, together=sizes.concurrency))
    parts.close()
    return {"claimed_and_finished_per_s": round(rate, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    deliveries: int
    concurrency: int


def _round(databases: Databases, name: str, sizes: Sizes) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hilum-bench-") as made:
        folders = [Path(made) / part for part in ("silent", "web", "queue", "naive")]
        for folder in folders:
            folder.mkdir()
        urls = [databases.fresh(name, folder) for folder in folders]
        naive = _naive_per_second(urls[3], sizes.deliveries)
        queue = _queue_rates(folders[2], urls[2], sizes=sizes)
        rates = [_rates_with(folders[i], urls[i], is_web=i == 1, sizes=sizes) for i in (0, 1)]
    return [
        {
            "database": name,
            "channel": channel,
            **rate,
            "naive_per_s": round(naive, 1),
            "ratio": round(rate["deliveries_per_s"] / naive, 2),
            **queue,
        }
        for channel, rate in zip(("silent", "web"), rates, strict=True)
    ]


def main(given: Sequence[str] | None = None) -> None:
    parser = arguments(__doc__)
    add_database_option(parser)
    parser.add_argument("--deliveries", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds are shown")
    chosen = parser.parse_args(given)
    sizes = Sizes(deliveries=chosen.deliveries, concurrency=chosen.concurrency)
    with chosen_databases(chosen.database) as databases:
        facts = machine_facts(Path(tempfile.gettempdir()), postgres=databases.postgres_version)
        rows: list[Row] = []
        for name in databases.names:
            rounds = [_round(databases, name, sizes) for _ in range(chosen.rounds)]
            rows += [median_row(of_channel) for of_channel in zip(*rounds, strict=True)]
    report("queue", rows, target=TARGET, machine=facts, as_json=chosen.json)


if __name__ == "__main__":
    main()
