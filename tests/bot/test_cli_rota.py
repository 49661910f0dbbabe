"""`hilum panels rota`: shifts are shown, brought in and out, changed and changed back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import utc_now
from bot.compose import storage_options
from config.loading import load_settings
from domain.ids import MemberId
from domain.phone import TestPage
from storage.compose import open_storage
from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]

SET = "panels set chest --member kim --member lee --coordinator office --starts-on 2026-11-02"
ALONE = "panels set chest --member kim --coordinator office"
NIGHTS = "panels rota layer chest night --days 1"


@pytest.fixture
def chest(ready: Hilum, tmp_path: Path) -> Hilum:
    """A panel of two whose phones passed a test page a minute ago."""
    ready("members", "add", "lee", "--name", "Lee", "--role", "panelist")
    assert ready(*SET.split()).code == 0

    async def test_phones() -> None:
        storage = open_storage(storage_options(load_settings(None, environment={"HILUM_DATA": str(tmp_path / "data")})))
        at = utc_now() - timedelta(minutes=1)
        pages = [TestPage(id=name, member_id=MemberId(name), sent_at=at, passed_at=at) for name in ("kim", "lee")]
        await storage.store.write(lambda transaction: [transaction.phones.add(page) for page in pages])
        storage.close()

    asyncio.run(test_phones())
    return ready


def shown(run: Hilum, *options: str) -> list[dict[str, object]]:
    return run("panels", "rota", "show", "chest", "--json", *options).rows()


def test_shifts_of_both_tiers_are_shown(chest: Hilum) -> None:
    rows = shown(chest, "--weeks", "2")

    assert {row["tier"] for row in rows} == {"primary", "secondary"}
    assert {row["on call"] for row in rows} == {"kim", "lee"}
    assert all(str(row["begins"]).startswith("Mon ") and str(row["begins"]).endswith("08:00") for row in rows)


def test_untested_phones_are_gaps_and_said_to_be(ready: Hilum) -> None:
    ready(*ALONE.split())

    (row, *_) = shown(ready)
    (listed,) = ready("panels", "list", "--json").rows()

    assert (row["on call"], row["note"]) == ("– gap", "kim: left, no test page passed in 30 days, or messages stopped")
    assert listed["first on call"] == "– (kim: gap)"


def test_one_person_is_primary_and_not_their_own_second(chest: Hilum) -> None:
    chest(*ALONE.split())

    assert {(row["tier"], row["note"]) for row in shown(chest)} == {
        ("primary", ""),
        ("secondary", "kim: is primary already"),
    }


def test_override_holds_until_it_is_undone(chest: Hilum) -> None:
    begins, ends = (f"{utc_now() + timedelta(days=days):%Y-%m-%d 08:00}" for days in (2, 3))

    said = chest("panels", "rota", "override", "chest", "--from", begins, "--until", ends)
    with_gap = [row["note"] for row in shown(chest)]
    (listed,) = chest("panels", "rota", "overrides", "chest", "--json").rows()
    undone = [chest("panels", "rota", "undo", str(listed["id"])).code for _ in range(2)]

    assert (said.code, listed["on call"], undone) == (0, "– nobody", [0, 1])
    assert with_gap.count("nobody was entered") == 1
    assert "nobody was entered" not in [row["note"] for row in shown(chest)]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("show spine", 1, "no panel spine"),
        ("override chest --member x --from 2026-12-01T08:00 --until 2026-12-02T08:00", 1, "x is not on this panel"),
        ("override chest --from 2026-12-02T08:00 --until 2026-12-01T08:00", 2, "--until comes after --from"),
        ("layer chest night --member x", 1, "not on this panel: x"),
        ("layer chest night --member kim --begins late", 2, "late is no time of day"),
        ("import chest nowhere.ics", 1, "nowhere.ics cannot be read"),
    ],
)
def test_mistakes_are_said_in_one_sentence(chest: Hilum, command: str, code: int, said: str) -> None:
    ended = chest("panels", "rota", *command.split())

    assert (ended.code, said in ended.err) == (code, True)


def _nights(run: Hilum) -> list[dict[str, object]]:
    """Of the first tier, since a night may leave a gap in the second."""
    rows = shown(run, "--weeks", "1")
    return [row for row in rows if row["tier"] == "primary" and str(row["begins"]).endswith("22:00")]


def test_night_layer_is_added_kept_and_removed(chest: Hilum) -> None:
    added = chest(*NIGHTS.split(), "--member", "lee")
    nights = _nights(chest)
    chest(*SET.split())
    kept = _nights(chest)
    removed = chest(*NIGHTS.split())

    assert "night (primary)" in added.out
    assert len(nights) in (7, 8)
    assert kept == nights
    assert "none" in removed.out


def test_exported_rota_is_imported_again(chest: Hilum, tmp_path: Path) -> None:
    file = tmp_path / "rota.ics"
    before = shown(chest, "--weeks", "6")

    written = chest("panels", "rota", "export", "chest", "--weeks", "6", "--out", str(file))
    imported = [chest("panels", "rota", "import", "chest", str(file)).out.split()[0] for _ in range(2)]

    assert written.out.startswith(f"{len(before)} shifts written")
    assert imported == [str(len(before)), "0"]
    assert shown(chest, "--weeks", "6") == before
    assert "BEGIN:VTIMEZONE" in chest("panels", "rota", "export", "chest").out


def test_bad_calendar_imports_nothing_and_says_every_problem(chest: Hilum, tmp_path: Path) -> None:
    chest("panels", "rota", "export", "chest", "--out", str(tmp_path / "rota.ics"))
    text = (tmp_path / "rota.ics").read_text(encoding="utf-8")
    (tmp_path / "rota.ics").write_text(text.replace("X-HILUM-MEMBER:lee", "X-A:b").replace("Lee ", "Who "), "utf-8")

    said = chest("panels", "rota", "import", "chest", str(tmp_path / "rota.ics"))

    assert said.code == 1
    assert "it names nobody of the panel" in said.err
    assert said.err.splitlines()[-1] == "hilum: nothing was imported"
    assert "No overrides" in chest("panels", "rota", "overrides", "chest").out


def test_test_pages_are_noted_for_the_worker(chest: Hilum) -> None:
    said = chest("panels", "test-page", "chest")
    unknown = chest("panels", "test-page", "spine")

    assert (said.code, said.out.startswith("Test page to 2 panelists")) == (0, True)
    assert (unknown.code, "panel unknown" in unknown.err) == (1, True)


def test_what_operators_change_is_in_the_audit(chest: Hilum) -> None:
    chest(*NIGHTS.split(), "--member", "lee")
    chest("panels", "test-page", "chest")

    rows = chest("audit", "show", "--last", "3", "--json").rows()

    assert [(row["what"], row["about"]) for row in rows] == [
        ("administered set_panel", "chest"),
        ("administered change_layer", "chest"),
        ("administered send_test_pages", "chest"),
    ]
