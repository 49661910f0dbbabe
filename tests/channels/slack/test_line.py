"""The connection of Socket Mode is watched: each new one counts, and one that stays away is begun anew."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from channels.slack.line import Line
from channels.slack.pace import Pace
from domain.errors import TransientError
from tests.fakes.quiet_log import QuietLog

A_MOMENT = timedelta(milliseconds=1)


class Socket:
    """The library's connections, one for each look; None where there is none, which it stays at the end."""

    def __init__(self, *sessions):
        self.sessions, self.current_session = list(sessions), None
        self.client, self.is_closed = self, False

    async def connect_async(self):
        await asyncio.Event().wait()

    async def close_async(self):
        self.is_closed = True

    async def is_connected(self):
        self.current_session = self.sessions.pop(0) if self.sessions else None
        return self.current_session is not None


class Missed:
    times = 0

    def set(self):
        self.times += 1


async def watched(*sessions):
    """Return what was seen of a connection until it was given up."""
    socket, heard, missed, log = Socket(*sessions), [], Missed(), QuietLog()
    pace = Pace(watch=A_MOMENT, renewed=3 * A_MOMENT)
    with pytest.raises(TransientError, match="slack_line_lost"):
        await Line(socket=socket, heard=heard.append, missed=missed, log=log, pace=pace).hold()
    assert socket.is_closed
    return heard, missed.times, log.events


async def test_each_new_connection_means_that_something_was_missed():
    heard, missed, events = await watched("one", "one", "two", "two")

    assert (heard[:4], missed) == ([True] * 4, 2)
    assert events == ["slack_connected", "slack_connected", "slack_line_lost"]


async def test_short_loss_is_borne():
    heard, missed, _ = await watched("one", None, None, "two")

    assert (heard, missed) == ([True, False, False, True, False, False, False], 2)


async def test_connection_that_never_opens_is_given_up():
    heard, missed, events = await watched()

    assert (heard, missed, events) == ([False] * 3, 0, [])
