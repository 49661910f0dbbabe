"""A process killed in the middle of its writing: what was acknowledged is there, and no two workers get the same."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from storage.compose import open_storage
from tests.contracts.samples import NOW, route

WRITER = """
import asyncio, sys
from pathlib import Path
from storage.compose import StorageOptions, open_storage
from tests.contracts.samples import NOW, message, route

async def write(storage, number):
    def work(transaction):
        transaction.inbox.add(f"inbox-{number}", message(f"m{number}"))
        transaction.jobs.add(route(number))
    await storage.store.write(work)
    print(number, flush=True)

async def main(url, folder):
    storage = open_storage(StorageOptions(
        database_url=url, linkage_url=f"sqlite:///{folder}/data/linkage.db",
        data_folder=Path(folder) / "data", keys_folder=Path(folder) / "keys", clock=lambda: NOW))
    for start in range(0, 1_000_000, 10):
        await asyncio.gather(*(write(storage, number) for number in range(start, start + 10)))

asyncio.run(main(*sys.argv[1:]))
"""

CLAIMER = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from storage.compose import StorageOptions, open_storage
from tests.contracts.samples import NOW

async def main(url, folder, owner):
    storage = open_storage(StorageOptions(
        database_url=url, linkage_url=f"sqlite:///{folder}/data/linkage.db",
        data_folder=Path(folder) / "data", keys_folder=Path(folder) / "keys", clock=lambda: NOW))
    while jobs := await storage.queue.claim(NOW, owner=owner, limit=7, lease=timedelta(seconds=60)):
        for job in jobs:
            print(job.id, flush=True)
            await storage.queue.finish(job.id, owner=owner)
    storage.close()

asyncio.run(main(*sys.argv[1:]))
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def options(database_url, make_options):
    return make_options(database_url=database_url)


async def test_killed_writer_loses_nothing_it_acknowledged(options, tmp_path):
    with start(WRITER, options.database_url, str(tmp_path)) as process:
        told = [int(process.stdout.readline()) for _ in range(150)]
        process.kill()
        told += [int(line) for line in process.stdout.read().split("\n")[:-1]]

    storage = open_storage(options)
    kept = await storage.store.read(
        lambda transaction: [transaction.inbox.open(f"inbox-{number}").external_id for number in told]
    )
    again = await storage.store.write(lambda transaction: [transaction.jobs.add(route(n)) for n in told])
    storage.close()

    assert kept == [f"m{number}" for number in told]
    assert not any(again)


async def test_two_processes_never_claim_the_same(options, tmp_path):
    storage = open_storage(options)
    await storage.store.write(lambda transaction: [transaction.jobs.add(route(number)) for number in range(120)])

    workers = [start(CLAIMER, options.database_url, str(tmp_path), f"worker-{number}") for number in range(2)]
    outputs = [worker.communicate(timeout=60)[0].split() for worker in workers]
    left = await storage.queue.claim(NOW, owner="x", limit=1, lease=timedelta(seconds=1))
    storage.close()

    assert sorted(int(line) for output in outputs for line in output) == list(range(1, 121))
    assert left == ()


async def test_commit_of_another_process_wakes_who_waits(options, tmp_path):
    storage = open_storage(options)
    await storage.store.changed(within=0.01)

    with start(WRITER, options.database_url, str(tmp_path)) as process:
        woken = await storage.store.changed(within=30)
        process.kill()
    storage.close()

    assert woken


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
