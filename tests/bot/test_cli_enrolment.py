"""`hilum members invite, invites, waiting, leave, lost`: what they print and what they change."""

from __future__ import annotations

import re

from tests.bot.test_cli import Hilum, hilum, ready

__all__ = ["hilum", "ready"]


def test_invite_prints_a_link_and_is_listed(ready: Hilum) -> None:
    said = ready("members", "invite", "Han Somi", "--role", "panelist")

    [listed] = ready("members", "invites", "--json").rows()

    assert re.search(r"/join/[\w-]{32}$", said.out.strip())
    assert (listed["name"], listed["roles"]) == ("Han Somi", "panelist")


def test_invite_needs_a_name(ready: Hilum) -> None:
    said = ready("members", "invite", "7")

    assert (said.code, said.out) == (1, "")
    assert "nothing was changed" in said.err


def test_empty_lists_say_so(ready: Hilum) -> None:
    assert "hilum members invite" in ready("members", "invites").out
    assert "Nobody" in ready("members", "waiting").out


def test_leaving_offboards_in_one_action(ready: Hilum) -> None:
    left, again, unknown = (ready("members", "leave", name) for name in ("kim", "kim", "nobody"))

    rows = {row["id"]: row for row in ready("members", "list", "--json").rows()}
    assert "kim has left" in left.out
    assert rows["kim"]["active"] is False
    assert [said.code for said in (left, again, unknown)] == [0, 1, 1]


def test_lost_phone_is_cut_off(ready: Hilum) -> None:
    said = ready("members", "lost", "kim")

    events = ready("audit", "show", "--json").rows()
    assert "hilum members link kim" in said.out
    assert events[-1]["what"] == "administered cut_off"
