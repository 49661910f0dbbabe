"""Calls for a panel's room that are cut off, fail or are refused: its coordinator learns what no service tells."""

from __future__ import annotations

from asyncio import CancelledError
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import MirrorQuestion
from domain.errors import PermanentError, TransientError
from domain.messages import Action
from tests.fakes.panel_room import PanelRoom, open_room
from tests.fakes.room_channel import TracingRoomChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, Society

TWICE = "room.perhaps_twice"


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def test_coordinator_looks_for_what_a_killed_program_posted(room: PanelRoom) -> None:
    async def kill() -> None:
        raise CancelledError

    question_id = await room.ask()
    await room.society.press(MEMBER, Action.ADD_INFORMATION, question_id, {"text": "CT 5 days ago."})
    step = MirrorQuestion(question_id=question_id, channel="chat", room="-100", round=0)
    room.chat.meanwhile = kill
    with pytest.raises(CancelledError):
        await dispatch(room.society.services, step)
    before = await room.society.told(COORDINATOR)
    room.chat.meanwhile = None
    await room.later()

    assert (before.count(TWICE), len(room.chat.only.posts)) == (0, 1)
    assert (await room.society.told(COORDINATOR)).count(TWICE) == 1


async def test_room_of_a_channel_that_is_off_is_left_alone(room: PanelRoom) -> None:
    question_id = await room.ask()
    before = list(room.chat.calls)

    without = replace(room.society.services, channels={})
    await dispatch(without, MirrorQuestion(question_id=question_id, channel="chat", room="-100", round=0))

    assert room.chat.calls == before


async def test_call_that_failed_has_posted_nothing_twice(room: PanelRoom) -> None:
    room.chat.troubles = [TransientError("chat_away"), PermanentError("message_refused")]

    await room.ask()
    await room.later(timedelta(minutes=5))

    assert room.chat.calls == ["open -100", "open -100"]
    assert TWICE not in await room.society.told(COORDINATOR)


async def test_card_whose_answer_was_lost_may_stand_there_twice(room: PanelRoom) -> None:
    room.chat.lost = [TransientError("chat_away", is_unsure=True)]

    question_id = await room.ask()
    await room.later(timedelta(minutes=5))

    assert len(room.chat.threads) == 2
    assert (await room.society.told(COORDINATOR)).count(TWICE) == 1
    assert (await room.thread_of(question_id)).thread == "thread-2"


async def test_note_whose_answer_was_lost_may_stand_there_twice(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.lost = [TransientError("chat_away", is_unsure=True)]

    await room.society.press(MEMBER, Action.ADD_INFORMATION, question_id, {"text": "CT 5 days ago."})
    await room.later(timedelta(minutes=5))

    assert room.chat.only.keys == ["panel.information"] * 2
    assert (await room.society.told(COORDINATOR)).count(TWICE) == 1


async def test_card_that_can_be_found_again_stands_there_once(society: Society) -> None:
    room = await open_room(society, kind=TracingRoomChannel)
    room.chat.lost = [TransientError("chat_away", is_unsure=True)]

    await room.ask()
    await room.later(timedelta(minutes=5))

    assert list(room.chat.threads) == ["thread-2"]
    assert TWICE not in await room.society.told(COORDINATOR)


async def test_service_that_shows_nothing_of_the_past_is_looked_into_by_people(society: Society) -> None:
    room = await open_room(society, kind=TracingRoomChannel)
    assert isinstance(room.chat, TracingRoomChannel)
    room.chat.blind = PermanentError("scope_missing")
    room.chat.lost = [TransientError("chat_away", is_unsure=True)]

    await room.ask()
    await room.later(timedelta(minutes=5))

    assert len(room.chat.threads) == 2
    assert (await room.society.told(COORDINATOR)).count(TWICE) == 1


async def test_coordinator_is_told_once_of_a_card_that_is_refused(room: PanelRoom) -> None:
    room.chat.troubles = [PermanentError("message_refused"), PermanentError("message_refused")]
    question_id = await room.ask()
    told = (await room.society.told(COORDINATOR)).count("room.not_shown")

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert (told, (await room.society.told(COORDINATOR)).count("room.not_shown")) == (1, 1)
    assert room.chat.calls == ["open -100", "open -100"]
