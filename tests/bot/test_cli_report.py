"""`hilum report`, `hilum incidents` and what members may set at the command line: for people and for scripts."""

from __future__ import annotations

import json

import pytest

from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]


def test_report_without_questions_is_said(ready: Hilum) -> None:
    said = ready("report")

    assert (said.code, "all" in said.out) == (0, True)


def test_report_for_a_script_names_its_period(ready: Hilum) -> None:
    report = json.loads(ready("report", "--from", "2026-11-01", "--to", "2026-11-07", "--json").out)

    assert (report["since"], report["until"]) == ("2026-10-31 15:00:00+00:00", "2026-11-07 15:00:00+00:00")
    assert (report["total"]["count"], report["by_hour"], report["time_zone"]) == (0, [], "Asia/Seoul")


def test_day_that_is_none_is_refused(ready: Hilum) -> None:
    assert ready("report", "--from", "soon").code == 2


def test_no_incident_is_said(ready: Hilum) -> None:
    assert ready("incidents").out == "Nothing was flagged.\n"
    assert ready("incidents", "--json").code == 0


def test_members_settings_are_kept_at_the_command_line(ready: Hilum) -> None:
    options = ("--hospital", "Alpha", "--has", "ct", "--has", "icu", "--quiet", "23-7", "--awake-pool", "--wake")

    said = ready("members", "set", "kim", *options, "--time-zone", "Europe/Berlin")

    [row] = [json.loads(line) for line in ready("members", "settings", "--json").out.splitlines() if '"kim"' in line]
    assert (said.code, row["hospital"], row["has"], row["quiet"]) == (0, "Alpha", "ct icu", "23:00-07:00")
    assert (row["awake pool"], row["may be woken"], row["zone"]) == (True, True, "Europe/Berlin")


def test_hours_of_the_society_hold_again(ready: Hilum) -> None:
    for quiet in ("23-7", "society"):
        ready("members", "set", "kim", "--quiet", quiet)

    [row] = [json.loads(line) for line in ready("members", "settings", "--json").out.splitlines() if '"kim"' in line]
    assert row["quiet"] is None


@pytest.mark.parametrize(
    ("options", "code"),
    [(("kim", "--quiet", "late"), 2), (("nobody",), 1), (("kim", "--time-zone", "Mars/Olympus"), 2)],
)
def test_what_makes_no_sense_changes_nothing(ready: Hilum, options: tuple[str, ...], code: int) -> None:
    assert ready("members", "set", *options).code == code
