"""A channel that was switched off keeps what has to go until it is back, and people are told to delete it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import (
    ClearPhone,
    DeleteMessage,
    RemoveRelay,
    RemoveThread,
    Retract,
    TakeBack,
    WatchRooms,
)
from domain.ids import QuestionId
from domain.messages import Action
from domain.ports.channel import Channel, Copies
from domain.ports.jobs import JobRow, JobState
from handlers.room_words import leave_room
from tests.fakes.panel_room import CHEST, PanelRoom, address_of, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SLICE, Society

A_WEEK = timedelta(days=7, minutes=1)
OFF, OFF_NOW = "relay.channel_off", "relay.channel_off_now"
_REMOVALS = frozenset(
    each.__name__ for each in (ClearPhone, DeleteMessage, RemoveRelay, RemoveThread, Retract, TakeBack)
)


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    room = await open_room(society)
    for member in (MEMBER, PANELIST):
        await society.change_member(member, addresses=(address_of(member), *member.addresses))
    return room


def _switch_off(room: PanelRoom) -> Mapping[str, Channel]:
    """Take the channel out of the settings; returns what to put back."""
    channels = room.society.services.channels
    room.society.services = replace(room.society.services, channels={"web": channels["web"]})
    return channels


async def _switch_on(room: PanelRoom, channels: Mapping[str, Channel]) -> None:
    """Start with other settings; what has waited is done at once."""
    room.society.services = replace(room.society.services, channels=channels)
    await room.society.worker().prepare()
    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later()


def _erased(room: PanelRoom) -> set[str]:
    return {room.chat.sent[int(each.removeprefix("message-")) - 1][1].key for each in room.chat.retracted}


async def _rows(room: PanelRoom) -> list[JobRow]:
    """Return what was ever noted to take back what was sent."""
    rows = [row for state in JobState for row in await room.society.queue.rows(state, limit=10_000)]
    return [row for row in rows if row.command in _REMOVALS]


async def _closed(room: PanelRoom) -> QuestionId:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()
    return question_id


async def test_what_is_old_is_removed_once_the_channel_is_back(room: PanelRoom) -> None:
    question_id = await _closed(room)
    channels = _switch_off(room)
    await room.later(A_WEEK)
    before = (_erased(room), await room.society.told(COORDINATOR))

    await _switch_on(room, channels)

    assert (before[0], OFF in before[1]) == (set(), False)
    assert {"question.answer_without_confidence", "panel.card_urgent"} <= _erased(room)
    assert not (await room.thread_of(question_id)).is_open
    assert await room.society.queue.rows(JobState.PARKED) == ()


async def test_coordinator_hears_after_a_day_what_stays_old(room: PanelRoom) -> None:
    await _closed(room)
    await _closed(room)
    _switch_off(room)

    await room.later(A_WEEK)
    await room.later(timedelta(days=1, hours=1))

    assert (await room.society.told(COORDINATOR)).count(OFF) == 1


async def test_coordinator_hears_again_in_another_week(room: PanelRoom) -> None:
    await _closed(room)
    _switch_off(room)

    await room.later(A_WEEK)
    await room.later(timedelta(days=9))

    assert (await room.society.told(COORDINATOR)).count(OFF) == 2


async def test_what_waits_for_months_is_noted_once(room: PanelRoom) -> None:
    await _closed(room)
    _switch_off(room)
    await room.later(A_WEEK)
    noted = await _rows(room)

    await room.later(timedelta(days=60))

    assert [row.id for row in await _rows(room)] == [row.id for row in noted]
    assert {(row.state, row.attempts, row.error) for row in noted} == {(JobState.READY, 0, "channel_off")}


async def test_long_wait_leaves_every_try(room: PanelRoom) -> None:
    await _closed(room)
    channels = _switch_off(room)
    await room.later(A_WEEK + timedelta(days=30))

    room.society.services = replace(room.society.services, channels=channels)
    await room.society.worker().prepare()
    room.chat.troubles = [ValueError()] * 7
    await room.later(timedelta(hours=1))

    assert {row.state for row in await _rows(room)} == {JobState.DONE}


async def test_look_that_is_cut_off_is_made_again(room: PanelRoom) -> None:
    await _closed(room)
    channels = _switch_off(room)
    await room.later(A_WEEK)
    room.society.services = replace(room.society.services, channels=channels)
    await room.society.worker().prepare()
    killed = await room.society.queue.claim(room.society.now, owner="killed", limit=99, lease=timedelta(minutes=1))

    await room.later(timedelta(minutes=1))
    await room.society.queue.return_expired(room.society.now)
    await room.later()

    assert len(killed) == len(await _rows(room)) > 1
    assert {row.state for row in await _rows(room)} == {JobState.DONE}


async def test_withdrawn_question_is_told_of_after_a_day(room: PanelRoom) -> None:
    question_id = await room.ask()
    channels = _switch_off(room)
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    before = await room.society.told(COORDINATOR)

    await room.later(timedelta(days=1, hours=1))
    told = await room.society.told(COORDINATOR)
    await _switch_on(room, channels)

    assert (before.count(OFF), told.count(OFF)) == (0, 1)
    assert "panel.card_urgent" in _erased(room)


async def test_coordinator_hears_at_once_where_a_wrong_patient_stands(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    channels = _switch_off(room)

    await room.society.press(PANELIST, Action.WRONG_PATIENT, question_id)
    told = (await room.society.told(COORDINATOR)).count(OFF_NOW)
    await _switch_on(room, channels)

    assert told == 1
    assert [thread.view.card.text[:1] for thread in room.chat.threads.values()] == ["⛔"]


async def test_wrong_patients_answer_leaves_the_chat_once_it_is_back(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    channels = _switch_off(room)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)
    await _switch_on(room, channels)

    assert _erased(room) == {"question.answer_without_confidence"}


async def test_flagged_words_leave_the_chat_once_it_is_back(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA now, please."})
    channels = _switch_off(room)

    await room.society.press(COORDINATOR, Action.FLAG, question_id)
    told = await room.society.told(COORDINATOR)
    await _switch_on(room, channels)

    assert OFF_NOW in told
    assert "question.answer_without_confidence" in _erased(room)


async def test_lost_phone_is_cleared_once_the_channel_is_back(room: PanelRoom) -> None:
    await room.ask()
    channels = _switch_off(room)

    await room.society.say(PANELIST, "/lost")
    told = await room.society.told(COORDINATOR)
    await _switch_on(room, channels)

    assert OFF_NOW in told
    assert "panel.card_urgent" in _erased(room)


async def test_channel_that_comes_back_without_taking_back_is_done(room: PanelRoom) -> None:
    await _closed(room)
    channels = _switch_off(room)
    await room.later(A_WEEK)
    room.chat.capabilities = replace(room.chat.capabilities, copies=Copies.FINAL)

    await _switch_on(room, channels)

    assert _erased(room) == set()
    assert {row.state for row in await _rows(room)} == {JobState.DONE}


async def test_room_left_while_its_channel_was_off_is_emptied_later(room: PanelRoom) -> None:
    question_id = await room.ask()
    channels = _switch_off(room)
    await room.society.change(lambda transaction: leave_room(room.society.services, transaction, CHEST))

    await _switch_on(room, channels)

    assert room.chat.threads == {}
    assert not (await room.thread_of(question_id)).is_open


async def test_coordinator_is_told_where_they_are_reached(room: PanelRoom) -> None:
    chain = (address_of(COORDINATOR), *COORDINATOR.addresses)
    await room.society.change_member(COORDINATOR, addresses=chain)
    question_id = await room.ask("PE?", SLICE)
    _switch_off(room)

    await room.society.press(PANELIST, Action.WRONG_PATIENT, question_id)

    lines = await room.society.lines(COORDINATOR)
    assert OFF_NOW in [line.payload["key"] for line in lines]


async def test_draft_that_came_to_nothing_waits_in_silence(room: PanelRoom) -> None:
    await room.society.say(MEMBER, "M50s. PE?")
    draft = await room.society.draft(MEMBER)
    channels = _switch_off(room)

    await room.society.press(MEMBER, Action.DISCARD, draft.id)
    await _switch_on(room, channels)

    assert OFF_NOW not in await room.society.told(COORDINATOR)
    assert "draft.preview" in _erased(room)
