"""`hilum panels room` and `hilum panels rooms`: where a panel meets, set, listed and given up."""

from __future__ import annotations

import pytest

from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]

SET = "panels set chest --member kim --coordinator office"
GROUP = "-1001234567890"


@pytest.fixture
def chest(ready: Hilum, monkeypatch: pytest.MonkeyPatch) -> Hilum:
    """A panel, and a token that no service has ever seen."""
    monkeypatch.setenv("HILUM_CHANNELS__TELEGRAM__TOKEN", f"1234567:{'a' * 35}")
    assert ready(*SET.split()).code == 0
    return ready


def test_group_becomes_the_panels_room(chest: Hilum) -> None:
    said = chest("panels", "room", "chest", "telegram", GROUP, "--language", "ko")

    (row,) = chest("panels", "rooms", "--json").rows()
    assert (said.code, row["panel"], row["room"], row["language"]) == (0, "chest", GROUP, "ko")
    assert row["trouble"] == "not seen yet that only people of the panel are there: nothing is shown"


def test_room_is_given_up(chest: Hilum) -> None:
    chest("panels", "room", "chest", "telegram", GROUP)

    said = chest("panels", "room", "chest", "telegram", GROUP, "--remove")
    again = chest("panels", "room", "chest", "telegram", GROUP, "--remove")

    assert (said.code, again.code) == (0, 1)
    assert "no panel's room" in again.err
    assert chest("panels", "rooms", "--json").rows() == []


@pytest.mark.parametrize(
    ("panel", "channel", "problem"),
    [("heart", "telegram", "there is no panel heart"), ("chest", "slack", "slack is not connected")],
)
def test_room_that_cannot_be_is_refused(chest: Hilum, panel: str, channel: str, problem: str) -> None:
    said = chest("panels", "room", panel, channel, GROUP)

    assert said.code == 1
    assert problem in said.err


def test_panel_that_is_set_anew_is_looked_for_in_its_room(chest: Hilum) -> None:
    chest("panels", "room", "chest", "telegram", GROUP)

    said = chest(*SET.split())

    assert said.code == 0
