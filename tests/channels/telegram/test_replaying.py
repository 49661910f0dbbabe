"""What was parked is taken in again once it can be read; what still cannot be stays where it is, unnamed."""

from __future__ import annotations

import hashlib
import json

import pytest

from channels.telegram.reception import Reception
from domain.commands_services import WatchRooms
from domain.errors import UserError
from tests.fakes.telegram_world import START

CHAT = {"id": 7, "type": "private"}
UPDATE = {"update_id": 1, "message": {"message_id": 5, "chat": CHAT, "from": {"id": 7}, "text": "PE?"}}
JOINED = {"update_id": 2, "chat_member": {"chat": {"id": -1007, "type": "supergroup"}}}


async def test_update_is_taken_in_as_it_came(channel, world):
    assert await channel.replay(json.dumps(UPDATE), received_at=START)

    (message,) = world.intake.accepted
    assert (message.text.value, message.external_id, message.received_at) == ("PE?", "7.5", START)


async def test_change_of_a_room_is_looked_into(channel, world):
    assert await channel.replay(json.dumps(JOINED), received_at=START)

    assert [type(command) for command in world.store.commands] == [WatchRooms]


async def test_group_that_is_no_panels_is_nothing_to_us(channel, world):
    world.store.no_rooms = {"-1007"}

    assert await channel.replay(json.dumps(JOINED), received_at=START)

    assert world.store.commands == []


@pytest.mark.parametrize(
    "raw", ["no json", "[]", "{}", '{"update_id": 1, "message": {}}', pytest.param("[" * 100_000, id="deep")]
)
async def test_what_still_cannot_be_read_is_not_taken(channel, world, raw):
    assert not await channel.replay(raw, received_at=START)

    assert world.intake.accepted == []


async def test_what_is_refused_is_not_taken(channel, world):
    world.intake.failures = [UserError("text_too_long")]

    assert not await channel.replay(json.dumps(UPDATE), received_at=START)


@pytest.mark.parametrize("is_body", [True, False])
async def test_names_of_what_is_parked_give_no_word_away(client, world, is_body):
    said = {"message": "patient 900101-1234567"}
    raw = json.dumps(said)

    for key in ("key", "key", "another"):
        reception = Reception(client, world.services(), key)
        await (reception.park_body(raw.encode()) if is_body else reception.take(said))

    assert len(world.intake.parked) == 2
    assert hashlib.sha256(raw.encode()).hexdigest() not in world.intake.parked
