"""`hilum parked`: what could not be read is listed and tried again, and no word of it is printed."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from bot.clock import utc_now
from bot.compose import storage_options
from config.loading import load_settings
from storage.compose import open_storage
from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]

CHAT = {"id": 4711, "type": "private"}
READABLE = {"update_id": 1, "message": {"message_id": 5, "chat": CHAT, "from": {"id": 4711}, "text": "Hong, PE?"}}
UNREADABLE = {"update_id": 2, "message": {"text": "Hong, OP?"}}


@pytest.fixture
def telegram(ready: Hilum, monkeypatch: pytest.MonkeyPatch) -> Hilum:
    """An installation with Telegram, by which came what could and what cannot be read."""
    monkeypatch.setenv("HILUM_CHANNELS__TELEGRAM__TOKEN", f"4711:{'x' * 35}")
    asyncio.run(_park(READABLE, UNREADABLE))
    return ready


async def _park(*updates: object) -> None:
    storage = open_storage(storage_options(load_settings(None, environment=os.environ)))
    for number, update in enumerate(updates):
        raw = json.dumps(update)
        await storage.store.write(
            lambda t, n=number, r=raw: t.parked.add("telegram", str(n), r, reason="update_unreadable", at=utc_now())  # type: ignore[misc]
        )
    storage.close()


def _ids(said: Hilum) -> list[str]:
    return [str(row["id"]) for row in said("parked", "list", "--json").rows()]


def test_nothing_parked_is_said(ready: Hilum) -> None:
    assert ready("parked", "list").out == "Nothing is parked.\n"
    assert ready("parked", "replay").code == 0


def test_what_is_parked_is_listed_without_its_words(telegram: Hilum) -> None:
    said = telegram("parked", "list")

    assert (said.code, said.out.count("update_unreadable"), "Hong" in said.out) == (0, 2, False)


def test_shape_of_it_is_shown_without_its_words(telegram: Hilum) -> None:
    said = telegram("parked", "show", _ids(telegram)[1])

    assert json.loads(said.out) == {"update_id": "int", "message": {"text": "text of 9"}}


def test_what_can_be_read_now_is_taken_in(telegram: Hilum) -> None:
    readable, unreadable = _ids(telegram)

    said = telegram("parked", "replay")

    assert (said.code, _ids(telegram)) == (1, [unreadable])
    assert f"{readable} taken in" in said.out
    assert "replay_parked" in telegram("audit", "show").out


def test_what_is_gone_is_said(telegram: Hilum) -> None:
    assert telegram("parked", "show", "nothing").code == 1
    assert telegram("parked", "replay", "nothing").code == 1
