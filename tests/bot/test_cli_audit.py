"""`hilum audit`: what operators did is in it, and a broken chain is told."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]


def test_what_operators_do_is_shown_newest_last(ready: Hilum) -> None:
    ready("members", "link", "kim")

    rows = [json.loads(line) for line in ready("audit", "show", "--last", "2", "--json").out.splitlines()]

    assert [(row["what"], row["about"], row["from"]) for row in rows] == [
        ("administered save_member", "office", "cli"),
        ("administered make_sign_in_link", "kim", "cli"),
    ]


def test_question_without_events_is_said(ready: Hilum) -> None:
    assert ready("audit", "show", "--question", "417").out == "No such event.\n"


def test_whole_chain_is_verified_with_its_digest(ready: Hilum) -> None:
    said = ready("audit", "verify")

    events, digest = said.out.split()
    assert (said.code, events, len(digest)) == (0, "2", 64)


def test_broken_chain_is_told_with_its_place(ready: Hilum, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "hilum.db") as connection:
        connection.execute("UPDATE audit_event SET subject = 'lee' WHERE number = 1")

    said = ready("audit", "verify")

    assert (said.code, "breaks at event 1" in said.err) == (1, True)
