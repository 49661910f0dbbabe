"""`hilum simulate`: for people, for scripts, and with a society's own panel."""

from __future__ import annotations

import json

from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]

TINY = "simulate --days 1 --questions 4 --seed 2"
MEASURES = {
    *("forgotten", "quiet_hour_pages", "pages_over_limit", "urgent_claimed_or_owned", "claim_p50_min"),
    *("claim_p90_min", "load_cv", "days_per_minute"),
}


def test_script_gets_every_measure(hilum: Hilum) -> None:
    said = hilum(*f"{TINY} --panelists 3 --json".split())

    figures = json.loads(said.out)
    assert said.code == 0
    assert figures.keys() >= MEASURES
    assert (figures["forgotten"], figures["panelists"], figures["own_society"]) == (0, 3, False)


def test_people_get_sentences(hilum: Hilum) -> None:
    said = hilum(*f"{TINY} --panelists 3".split())

    assert said.code == 0
    assert "a fictional society in five time zones, 3 panelists" in said.out
    assert "Nothing was forgotten" in said.out


def test_own_panel_is_tried_where_there_is_one(ready: Hilum) -> None:
    ready(*["panels", "set", "chest", "--member", "kim", "--coordinator", "office"])

    said = ready(*f"{TINY} --json".split())

    figures = json.loads(said.out)
    assert (figures["own_society"], figures["panelists"]) == (True, 1)
    assert figures["forgotten"] == figures["quiet_hour_pages"] == 0


def test_help_has_examples(hilum: Hilum) -> None:
    said = hilum("simulate", "--help")

    assert "hilum simulate --surge" in said.out
    assert "hilum --config hilum.toml simulate" in said.out
