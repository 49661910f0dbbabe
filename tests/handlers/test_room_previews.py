"""The preview of an answer stands where its words were typed; its author alone sends it, and then it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.delivery import OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import QuestionId
from domain.member import Member
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import QuestionState
from domain.room import Room, Suspension
from tests.fakes.panel_room import CHEST, PanelRoom, address_of, open_room
from tests.fakes.society import PANELIST, SECOND, Society

ECHO = "panel.answer_echo"
AWAY = TransientError("service_away", retry_after=timedelta(minutes=5))
LONG_AWAY = TransientError("service_away", retry_after=timedelta(minutes=31))


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _shown(room: PanelRoom, words: str = "/a OP. PE not excluded, CTPA. conf 4 #G6") -> QuestionId:
    question_id = await room.ask()
    await room.write(PANELIST, words, thread=(await room.thread_of(question_id)).thread)
    return question_id


def _preview(room: PanelRoom) -> OutgoingMessage:
    return [post for post in room.chat.only.posts if post.key == ECHO][-1]


async def _send(room: PanelRoom, member: Member = PANELIST) -> None:
    await room.press(member, Action.SEND_ANSWER, token=_preview(room).token or "")


async def test_preview_stands_in_the_thread_with_its_button(room: PanelRoom) -> None:
    await _shown(room)

    preview = _preview(room)
    assert [choice.action for choice in preview.choices] == [Action.SEND_ANSWER]
    assert "(confidence 4/5 · #G6 · SMS summary 37/160)" in preview.text
    assert room.chat.keys_to(address_of(PANELIST).external_id) == []


async def test_only_its_author_can_send_it(room: PanelRoom) -> None:
    question_id = await _shown(room)

    await _send(room, SECOND)

    (_, told) = room.chat.sent[-1]
    assert (told.key, told.text) == ("error.answer_of_another", f"Only {PANELIST.display_name} can send this answer.")
    assert (await room.society.question(question_id)).state is QuestionState.OPEN


async def test_preview_is_gone_once_the_answer_is_sent(room: PanelRoom) -> None:
    question_id = await _shown(room)

    await _send(room)

    assert (await room.society.question(question_id)).state is QuestionState.ANSWERED
    assert room.chat.retracted == ["thread-1-post-1"]
    assert room.chat.only.keys == [ECHO, "room.answer"]


@pytest.mark.parametrize("is_edit", [True, False])
async def test_other_words_take_the_place_of_those_shown(room: PanelRoom, is_edit: bool) -> None:
    question_id = await _shown(room)
    thread = (await room.thread_of(question_id)).thread

    await room.write(PANELIST, "/a OP, no PE.", thread=thread, is_edit=is_edit)
    await _send(room)

    said = [post.quoted.value for post in room.chat.only.posts if post.quoted is not None]
    assert (said[-1], len(room.chat.retracted)) == ("OP, no PE.", 2)


async def test_lost_thread_shows_it_to_its_author(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles = [PermanentError("thread_gone")]

    await room.write(PANELIST, "/a OP", thread=(await room.thread_of(question_id)).thread)

    assert (await room.society.told(PANELIST))[-1] == ECHO


async def test_preview_that_nothing_waits_for_any_more_is_not_shown(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    room.chat.troubles = [AWAY]
    await room.write(PANELIST, "/a OP", thread=thread)

    await room.write(PANELIST, "/a OP, no PE.", thread=thread)
    await room.later(timedelta(hours=1))

    assert room.chat.only.keys == [ECHO]
    assert ECHO not in await room.society.told(PANELIST)


async def test_preview_that_was_long_on_its_way_is_shown_and_waits(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles = [LONG_AWAY]
    await room.write(PANELIST, "/a OP", thread=(await room.thread_of(question_id)).thread)
    await room.later(timedelta(minutes=32))

    await _send(room)

    assert (await room.society.question(question_id)).state is QuestionState.ANSWERED


async def test_expired_preview_whose_place_another_took_is_not_shown(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    room.chat.troubles = [LONG_AWAY]
    await room.write(PANELIST, "/a OP", thread=thread)
    await room.later(timedelta(minutes=30))

    await room.write(PANELIST, "/a OP, no PE.", thread=thread)
    await room.later(timedelta(minutes=5))

    shown = [post.quoted.value for post in room.chat.only.posts if post.key == ECHO and post.quoted is not None]
    assert shown == ["OP, no PE."]


async def test_one_that_comes_too_late_for_the_preview_is_answered(room: PanelRoom) -> None:
    question_id = await room.ask(action=Action.SEND_ROUTINE)
    thread = (await room.thread_of(question_id)).thread
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.write(PANELIST, "/a OP", thread=thread)
    await room.later(timedelta(minutes=31))

    await room.write(PANELIST, "1", thread=thread)

    assert room.chat.keys_to(address_of(PANELIST).external_id)[-1] == "error.no_answer_waits"
    assert (await room.society.question(question_id)).state is QuestionState.CLAIMED


@pytest.mark.parametrize("is_left", [False, True])
async def test_preview_goes_to_its_author_where_the_room_is_none_any_more(room: PanelRoom, is_left: bool) -> None:
    question_id = await room.ask()
    room.chat.troubles = [AWAY]
    await room.write(PANELIST, "/a OP", thread=(await room.thread_of(question_id)).thread)

    def end(transaction: Transaction) -> None:
        transaction.rooms.remove(CHEST) if is_left else transaction.rooms.save(_public(transaction))

    await room.society.change(end)
    await room.later(timedelta(minutes=6))

    assert (await room.society.told(PANELIST))[-1] == ECHO


def _public(transaction: Transaction) -> Room:
    room = transaction.rooms.get(CHEST)
    assert room is not None
    return replace(room, suspended=Suspension.PUBLIC)
