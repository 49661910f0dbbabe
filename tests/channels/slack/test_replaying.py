"""What was parked is taken in again once it can be read; a press or a form is too old to be answered."""

from __future__ import annotations

import json

import pytest

from domain.errors import UserError
from tests.fakes.slack_world import START

EVENT = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1606030000.000100"}
KNOWN = f"message|D1/{EVENT['ts']}"
BODY = {"type": "event_callback", "event_id": "E1", "event": {**EVENT, "text": "PE?"}}


async def test_event_is_taken_in_as_it_came(world):
    assert await world.channel.replay(json.dumps(BODY), received_at=START)

    (message,) = world.intake.messages
    assert (message.text.value, message.external_id, message.received_at) == ("PE?", KNOWN, START)


async def test_what_befell_a_room_needs_nothing_more(world):
    body = {**BODY, "event": {"type": "channel_archive", "channel": "C1"}}

    assert await world.channel.replay(json.dumps(body), received_at=START)
    assert world.intake.messages == []


@pytest.mark.parametrize("raw", ["no json", "[]", '{"type": "block_actions"}', pytest.param("[" * 100_000, id="deep")])
async def test_what_still_cannot_be_read_is_not_taken(world, raw):
    assert not await world.channel.replay(raw, received_at=START)


async def test_message_without_its_time_is_not_taken(world):
    body = {**BODY, "event": {**EVENT, "ts": "", "text": "PE?"}}

    assert not await world.channel.replay(json.dumps(body), received_at=START)


async def test_what_is_refused_is_not_taken(world):
    world.intake.troubles = [UserError("text_too_long")]

    assert not await world.channel.replay(json.dumps(BODY), received_at=START)
