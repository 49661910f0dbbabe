"""What `hilum doctor` and /healthz find, one fault at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import health
from bot.compose import Parts, compose, make_worker
from bot.doctor import examine
from config.loading import load_settings
from config.settings import Settings
from domain.audit import AuditEvent, AuditKind
from domain.commands import RouteMessage
from domain.ids import InboxId
from domain.outage import Trouble
from domain.ports.store import Transaction
from storage.keyring import create_keys
from storage.migrate import prepare

Fault = Callable[[Settings], object]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in which all is well."""
    made = load_settings(None, environment={"HILUM_DATA": str(tmp_path / "data")})
    made.data.mkdir(mode=0o700)
    prepare(made.database_url.get_secret_value())
    create_keys(made.keys)
    return made


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    opened = compose(settings)
    yield opened
    opened.close()


def _lose_keys(settings: Settings) -> None:
    for key in settings.keys.glob("archive-*.key"):
        key.unlink()


def _spoil_database(settings: Settings) -> None:
    (settings.data / "hilum.db").write_bytes(b"no database at all" * 100)


FAULTS: dict[str, tuple[str, Fault, str]] = {
    "no data folder": ("data folder", lambda s: s.data.rename(s.data.with_name("away")), "missing"),
    "data open to others": ("data folder", lambda s: s.data.chmod(0o755), "can be read by others"),
    "no archive key": ("keys", _lose_keys, "archive key missing"),
    "keys open to others": ("keys", lambda s: s.keys.chmod(0o750), "can be read by others"),
    "new database": ("database", lambda s: (s.data / "hilum.db").unlink(), "not set up"),
    "damaged database": ("database", _spoil_database, "database"),
    "archive is a file": ("archive", lambda s: s.archive_folder.write_text("mine"), "missing"),
}


async def test_healthy_installation_has_nothing_to_mend(settings: Settings) -> None:
    findings = await examine(settings)

    assert [finding for finding in findings if not finding.is_fine] == []
    assert [finding.part for finding in findings] == [
        "settings", "data folder", "keys", "database", "archive", "channels", "rules", "jobs", "audit", "search",
    ]  # fmt: skip


@pytest.mark.parametrize(("telephone", "advised"), [("", True), ("02-000-0000", False)])
async def test_telephone_that_askers_are_promised_is_asked_for(
    settings: Settings, telephone: str, advised: bool
) -> None:
    environment = {"HILUM_DATA": str(settings.data), "HILUM_RULES__FALLBACK_TELEPHONE": telephone}

    found = {finding.part: finding for finding in await examine(load_settings(None, environment=environment))}

    assert ("rules" in found) is advised
    assert all(finding.is_fine for finding in found.values())


@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_is_found_with_a_way_to_mend_it(settings: Settings, fault: str) -> None:
    part, cause, says = FAULTS[fault]
    cause(settings)

    found = {finding.part: finding for finding in await examine(settings)}

    assert not found[part].is_fine
    assert says in found[part].says
    assert found[part].mend


async def test_society_without_a_channel_reaches_nobody(tmp_path: Path, settings: Settings) -> None:
    environment = {"HILUM_DATA": str(settings.data), "HILUM_CHANNELS__WEB__ENABLED": "false"}

    found = {finding.part: finding for finding in await examine(load_settings(None, environment=environment))}

    assert not found["channels"].is_fine


async def test_parked_work_is_found(settings: Settings, parts: Parts) -> None:
    command = RouteMessage(inbox_id=InboxId("a"))
    await parts.services.store.write(lambda transaction: transaction.jobs.add(command))
    now = parts.services.clock()
    (job,) = await parts.storage.queue.claim(now, owner="me", limit=1, lease=timedelta(minutes=1))
    await parts.storage.queue.park(job.id, owner="me", error="KeyError")

    found = {finding.part: finding for finding in await examine(settings)}

    assert (found["jobs"].is_fine, found["jobs"].says) == (False, "1 parked")


async def test_updates_that_nobody_could_read_are_found(settings: Settings, parts: Parts) -> None:
    now = parts.services.clock()

    for number in ("1", "2"):
        await parts.services.store.write(
            lambda t, n=number: t.parked.add("telegram", n, "{}", reason="update_unreadable", at=now)  # type: ignore[misc]
        )

    found = {finding.part: finding for finding in await examine(settings)}
    assert not found["updates of telegram"].is_fine
    assert found["updates of telegram"].says.startswith("2 could not be read")


def _add(transaction: Transaction, *, event: AuditEvent) -> bool:
    return transaction.audit.add(event)


async def test_changed_audit_is_found(settings: Settings, parts: Parts) -> None:
    event = AuditEvent(
        key="a", kind=AuditKind.DID, action="claim", actor_id=None, channel="web", at=parts.services.clock()
    )
    for key in "abc":
        await parts.services.store.write(partial(_add, event=replace(event, key=key)))
    fine = {finding.part: finding for finding in await examine(settings)}
    with sqlite3.connect(settings.data / "hilum.db") as connection:
        connection.execute("UPDATE audit_event SET action = 'view' WHERE number = 2")

    found = {finding.part: finding for finding in await examine(settings)}

    assert (fine["audit"].is_fine, found["audit"].is_fine) == (True, False)
    assert "breaks at event 2" in found["audit"].says


async def test_everything_runs(parts: Parts) -> None:
    worker = make_worker(parts)
    worker.seen_at = parts.services.clock()

    assert await health.check(parts, worker) == dict.fromkeys(("worker", "database", "archive", "keys"), True)


async def test_worker_is_starting_then_silent(parts: Parts) -> None:
    worker = make_worker(parts)

    starting = (await health.check(parts, worker))["worker"]
    worker.seen_at = parts.services.clock() - timedelta(minutes=1)

    assert (starting, (await health.check(parts, worker))["worker"]) == ("starting", "silent")


async def test_faults_are_named_by_fixed_words(parts: Parts, settings: Settings) -> None:
    _lose_keys(settings)
    settings.archive_folder.rename(settings.data / "away")
    parts.storage.store.close()

    found = await health.check(replace(parts), make_worker(parts))

    assert found["archive"] == "folder_missing"
    assert found["keys"] == "archive_key_missing"
    assert found["database"] == "database_closed"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("telegram_conflict", "another program fetches"),
        ("slack_not_read_back", "is not read back"),
        ("defect", "defect"),
    ],
)
async def test_channel_that_does_not_work_is_found(settings: Settings, parts: Parts, code: str, says: str) -> None:
    now = parts.services.clock()
    noted = Trouble(channel="telegram", code=code, since=now, latest=now, owner="one")
    over = replace(noted, channel="slack", latest=now - timedelta(minutes=11))
    for trouble in (noted, over):
        await parts.services.store.write(partial(_save, trouble=trouble))

    found = [finding for finding in await examine(settings) if not finding.is_fine]

    assert [says in finding.says for finding in found] == [True]
    assert found[0].mend


def _save(transaction: Transaction, *, trouble: Trouble) -> None:
    transaction.troubles.save(trouble)
