"""The command line: every command, what it prints for people and for scripts, and its exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import main
from bot.clock import utc_now
from bot.compose import storage_options
from bot.terminal import console
from config.loading import load_settings
from config.settings import Settings
from deidentify.samples import FICTIONAL_NAME, thorax_ct
from domain.commands import RouteMessage
from domain.delivery import Delivery, DeliveryState
from domain.ids import DeliveryId, InboxId
from storage.compose import Storage, open_storage
from tests.fakes.real_log import real_log
from tests.fakes.society import MEMBER, MONDAY_NOON


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


Hilum = Callable[..., Said]
DEAD = Delivery(
    id=DeliveryId("d" * 32),
    address=MEMBER.addresses[0],
    member_id=MEMBER.id,
    subject="s",
    key="draft.expired",
    state=DeliveryState.DEAD,
    created_at=MONDAY_NOON,
)


@pytest.fixture
def hilum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Hilum]:
    """Run a command in this process, on a data folder of its own."""
    for name in [name for name in os.environ if name.startswith("HILUM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HILUM_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(console, "_width", 400)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["hilum", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    with real_log():
        yield run


@pytest.fixture
def ready(hilum: Hilum) -> Hilum:
    """An installation that is set up, with a panelist and a coordinator."""
    for command in ("migrate", "keys create", "members add kim --name Kim --role panelist"):
        assert hilum(*command.split()).code == 0
    assert hilum("members", "add", "office", "--name", "Office [1]", "--role", "coordinator").code == 0
    return hilum


def _settings(tmp_path: Path) -> Settings:
    return load_settings(None, environment={"HILUM_DATA": str(tmp_path / "data")})


def in_storage(tmp_path: Path, work: Callable[[Storage], Awaitable[None]]) -> None:
    """Do something in the installation's storage that no command does."""

    async def run() -> None:
        storage = open_storage(storage_options(_settings(tmp_path)))
        await work(storage)
        storage.close()

    asyncio.run(run())


def test_help_names_every_command(hilum: Hilum) -> None:
    said = hilum("--help")

    assert said.code == 0
    commands = "demo serve worker migrate doctor keys jobs digest deidentify backup restore members panels"
    assert [name for name in commands.split() if name not in said.out] == []


@pytest.mark.parametrize("arguments", [["fly"], ["members", "add"], ["jobs", "list", "--state", "lost"]])
def test_wrong_command_line_ends_with_two(hilum: Hilum, arguments: list[str]) -> None:
    said = hilum(*arguments)

    assert said.code == 2
    assert "Traceback" not in said.err


def test_wrong_settings_end_with_three_and_the_line(hilum: Hilum, tmp_path: Path) -> None:
    file = tmp_path / "hilum.toml"
    file.write_text('log_level = "info"\n\n[web]\nprot = 8080\nport = "many"\n', encoding="utf-8")

    said = hilum("members", "list")

    assert said.code == 3
    assert f"{file}:4: unknown setting web.prot" in said.err
    assert f"{file}:5: web.port" in said.err


def test_settings_file_may_lie_elsewhere(hilum: Hilum, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("unheard = 1\n", encoding="utf-8")

    said = hilum("--config", str(file), "doctor")

    assert (said.code, f"{file}:1" in said.err) == (3, True)


def test_missing_keys_hold_up_only_what_needs_them(hilum: Hilum) -> None:
    hilum("migrate")

    said = hilum("members", "list")
    backed_up = hilum("backup", "copy")

    assert (said.code, backed_up.code, hilum("doctor").code) == (0, 0, 1)


def test_setting_up_twice_changes_nothing(ready: Hilum, tmp_path: Path) -> None:
    keys = {path.name: path.read_bytes() for path in (tmp_path / "data-keys").iterdir()}

    again = [ready("migrate").code, ready("keys", "create").code]

    assert again == [0, 1]
    assert {path.name: path.read_bytes() for path in (tmp_path / "data-keys").iterdir()} == keys


def test_members_are_listed_for_scripts_and_people(ready: Hilum) -> None:
    rows = {row["id"]: row for row in ready("members", "list", "--json").rows()}
    told = ready("members", "list")

    assert (rows["kim"]["name"], rows["kim"]["roles"], rows["kim"]["active"]) == ("Kim", "panelist", True)
    assert str(rows["kim"]["alias"]).startswith("Member-")
    assert "Office [1]" in told.out


def test_member_is_changed_in_what_is_given(ready: Hilum) -> None:
    before = ready("members", "list", "--json").rows()[0]

    ready("members", "add", "kim", "--language", "en", "--time-zone", "Europe/Berlin")

    after = ready("members", "list", "--json").rows()[0]
    assert after == {**before, "language": "en", "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("members add Kim_ --name Kim", "small letters"),
        ("members add lee", "--name"),
        ("members add kim --time-zone Mars", "Mars"),
        ("members add kim --digest-at late", "07:30"),
    ],
)
def test_member_is_refused_with_a_reason(ready: Hilum, arguments: str, says: str) -> None:
    said = ready(*arguments.split())

    assert said.code == 2
    assert says in said.err


def test_link_signs_a_member_in(ready: Hilum) -> None:
    said = ready("members", "link", "kim")
    unknown = ready("members", "link", "lee")

    assert said.code == 0
    assert said.out.startswith("http://127.0.0.1:8080/sign-in/")
    assert (unknown.code, "no member lee" in unknown.err) == (1, True)


def test_panel_is_set_and_listed(ready: Hilum) -> None:
    said = ready("panels", "set", "chest", "--member", "kim", "--coordinator", "office", "--starts-on", "2026-11-02")

    (row,) = ready("panels", "list", "--json").rows()
    assert (said.code, row["first on call"], row["coordinator"]) == (0, "– (kim: gap)", "office")


def test_panel_takes_only_who_may_answer(ready: Hilum) -> None:
    said = ready("panels", "set", "chest", "--member", "office", "--member", "nobody", "--coordinator", "kim")

    assert said.code == 1
    assert "office, nobody, kim" in said.err
    assert "No panel yet" in ready("panels", "list").out


def test_parked_job_is_listed_and_revived(ready: Hilum, tmp_path: Path) -> None:
    async def park(storage: Storage) -> None:
        command = RouteMessage(inbox_id=InboxId("a"))
        await storage.store.write(lambda transaction: transaction.jobs.add(command))
        (job,) = await storage.queue.claim(utc_now(), owner="me", limit=1, lease=timedelta(minutes=1))
        await storage.queue.park(job.id, owner="me", error="KeyError")

    in_storage(tmp_path, park)
    (row,) = ready("jobs", "list", "--json").rows()

    assert (row["what"], row["error"]) == ("RouteMessage", "KeyError")
    assert ready("doctor").code == 1
    assert [ready("jobs", "retry", str(row["id"])).code for _ in range(2)] == [0, 1]


def test_dead_delivery_is_listed_and_sent_again(ready: Hilum, tmp_path: Path) -> None:
    async def die(storage: Storage) -> None:
        await storage.store.write(lambda transaction: transaction.deliveries.add(DEAD))

    in_storage(tmp_path, die)
    (row,) = ready("jobs", "list", "--json").rows()

    assert (row["id"], row["what"], row["state"]) == (DEAD.id, "delivery draft.expired", "dead")
    assert [ready("jobs", "retry", DEAD.id).code for _ in range(2)] == [0, 1]
    assert ready("jobs", "retry", "unheard-of").code == 1


def test_digest_is_previewed_and_sent(ready: Hilum) -> None:
    preview = ready("digest", "preview", "--member", "kim")
    sent = ready("digest", "send")

    assert (preview.code, sent.code) == (0, 0)
    assert preview.out == "Kim\nnothing new, nothing sent\n\n"
    assert [row["what"] for row in ready("jobs", "list", "--state", "ready", "--json").rows()] == ["StartDigest"]


def test_files_are_deidentified_for_use_outside(hilum: Hilum, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Quillon Marabu.dcm").write_bytes(next(iter(thorax_ct(1, edge=16))))
    (tmp_path / "in" / "letter.txt").write_text("Quillon Marabu", encoding="utf-8")

    said = hilum("deidentify", "in", "--output", "out", "--report", "report.jsonl", "--no-pixels", "--json")

    counts = {"clean": 1, "masked": 0, "quarantined": 0, "refused": 1, "skipped": 0}
    assert (said.code, said.rows()) == (1, [counts])
    assert FICTIONAL_NAME not in (tmp_path / "report.jsonl").read_text(encoding="utf-8")
    assert "Marabu" not in " ".join(str(path) for path in (tmp_path / "out").rglob("*"))


def test_folder_that_is_not_empty_is_not_written_to(hilum: Hilum, tmp_path: Path) -> None:
    (tmp_path / "slice.dcm").write_bytes(next(iter(thorax_ct(1, edge=16))))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()

    said = hilum("deidentify", "slice.dcm", "--output", "out")

    assert (said.code, said.err.count("\n"), "has files in it" in said.err) == (1, 1, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_backup_comes_back_without_keys(ready: Hilum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backed_up = ready("backup", "copy")
    monkeypatch.setenv("HILUM_DATA", str(tmp_path / "new"))
    monkeypatch.setenv("HILUM_KEYS", str(tmp_path / "data-keys"))

    restored = ready("restore", "copy")

    assert (backed_up.code, restored.code) == (0, 0)
    assert not list((tmp_path / "copy").rglob("*.key"))
    assert {row["id"] for row in ready("members", "list", "--json").rows()} == {"kim", "office"}


def test_backup_is_not_written_over_anything(ready: Hilum, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").touch()

    said = ready("backup", "copy")

    assert (said.code, "backup target not empty" in said.err) == (1, True)


def test_restore_is_not_made_over_anything(ready: Hilum) -> None:
    ready("backup", "copy")

    said = ready("restore", "copy")

    assert (said.code, "restore target not empty" in said.err) == (1, True)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_asks_for_the_migration(hilum: Hilum, command: str) -> None:
    said = hilum(command)

    assert (said.code, "hilum migrate" in said.err) == (1, True)


def test_doctor_finds_nothing_wrong(ready: Hilum) -> None:
    said = ready("doctor", "--json")

    assert said.code == 0
    assert [row for row in json.loads(said.out) if not row["is_fine"]] == []


def test_doctor_says_how_to_mend(hilum: Hilum) -> None:
    said = hilum("doctor")

    assert said.code == 1
    assert "hilum keys create" in said.out
    assert "hilum migrate" in said.out
