"""What must not be seen any more leaves a room, whatever is wrong with that room; what stays there is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import WatchRooms
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action
from domain.ports.store import Transaction
from domain.room import Suspension
from domain.text import DeidentifiedText
from handlers.rewording import take_out_names
from tests.fakes.panel_room import CHEST, PanelRoom, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society

Ending = Callable[[PanelRoom, QuestionId], Awaitable[None]]


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _watch(room: PanelRoom) -> None:
    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later()


async def test_what_cannot_be_taken_out_is_told_and_shown_anew(room: PanelRoom) -> None:
    question_id = await room.ask("M50s. PE?", SLICE)
    room.chat.troubles.append(PermanentError("not_deletable"))

    await room.society.press(PANELIST, Action.WRONG_PATIENT, question_id)
    await room.later()

    assert (await room.society.told(COORDINATOR)).count("room.not_removed") == 1
    assert room.chat.calls == ["open -100", "remove -100", "open -100"]
    assert room.chat.threads["thread-3"].view.card.text.startswith("⛔")


async def _withdrawn(room: PanelRoom, question_id: QuestionId) -> None:
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)


async def _closed(room: PanelRoom, question_id: QuestionId) -> None:
    await room.society.settle(question_id)
    room.chat.troubles = [TransientError("away")] * 9


async def _moved_out(room: PanelRoom, _question_id: QuestionId) -> None:
    await room.society.change(lambda transaction: transaction.rooms.remove(CHEST))


@pytest.mark.parametrize("ends", [_withdrawn, _closed, _moved_out])
async def test_card_that_was_cut_off_leaves_with_its_question(room: PanelRoom, ends: Ending) -> None:
    def note(transaction: Transaction) -> None:
        (question,) = transaction.questions.for_panel(closed_since=room.society.now)
        transaction.rooms.note_begun(CHEST, "part", question.id, delivery_id=DeliveryId("card"))

    async def cut_off() -> None:
        room.chat.meanwhile = None
        await room.society.change(note)
        raise TransientError("killed", retry_after=timedelta(minutes=5), is_unsure=True)

    room.chat.meanwhile = cut_off
    question_id = await room.ask("M50s. PE?", SLICE)

    await ends(room, question_id)
    await room.later(timedelta(days=8))

    assert [references for _, references in room.chat.removed] == [("part",)]


async def test_name_that_is_learned_while_a_card_is_renewed_leaves_the_room(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "gildong had a CT"})
    await room.later()
    services = room.society.services

    async def learn() -> None:
        if room.chat.calls[-1].startswith("show"):
            room.chat.meanwhile = None
            await room.society.change(
                lambda transaction: take_out_names(
                    services, transaction, transaction.questions.get(question_id), clean=_without_the_name
                )
            )

    room.chat.meanwhile = learn
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert [thread for thread, _ in room.chat.removed] == ["thread-1"]
    assert room.chat.only.view.title.startswith("🟡")


def _without_the_name(text: DeidentifiedText) -> DeidentifiedText:
    return DeidentifiedText(value=text.value.replace("gildong", "[name]"))


async def test_what_lies_below_a_deleted_card_is_taken_out_before_it_is_forgotten(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "agree"})
    await room.later()
    room.chat.troubles = [PermanentError("thread_gone"), TransientError("away")]

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert room.chat.calls[2:] == ["show -100", "remove -100", "remove -100", "open -100", "post -100"]
    assert room.chat.removed == [("thread-1", ("thread-1-album", "thread-1-card", "thread-1-post-1"))]
    assert room.chat.only.keys == ["room.note"]


async def test_what_is_written_below_a_deleted_card_is_about_its_question(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.threads.clear()
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    await room.write(SECOND, "looks like OP", thread="thread-1", replied_to="thread-1-card")
    await room.write(PANELIST, "/a OP", thread="thread-1", replied_to="thread-1-card")

    assert [post.quoted and post.quoted.value for post in room.chat.only.posts] == ["looks like OP"]
    assert "panel.answer_echo" in [message.key for _, message in room.chat.sent]


async def test_what_a_missing_right_keeps_is_told_and_taken_out_later(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)
    room.chat.troubles.append(PermanentError("room_rights"))
    await room.society.press(PANELIST, Action.WRONG_PATIENT, question_id)
    await room.later()
    told = await room.society.told(COORDINATOR)
    await room.ask("Another?", SLICE)
    before = list(room.chat.calls)

    await _watch(room)

    assert (told.count("room.not_removed"), told.count("room.rights")) == (1, 1)
    assert before == ["open -100", "remove -100"]
    assert room.chat.calls[2:5] == ["roster -100 3", "remove -100", "roster -100 3"]
    assert sorted(thread.view.card.text[:1] for thread in room.chat.threads.values()) == ["⛔", "🔴"]


async def test_room_that_shows_nothing_for_now_lets_go_of_what_is_withdrawn(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(PermanentError("room_rights"))
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    assert room.chat.threads == {}
    assert room.chat.calls[:3] == ["open -100", "show -100", "remove -100"]


async def test_withdrawn_question_that_stays_is_told_once(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(PermanentError("not_deletable"))

    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    assert room.chat.calls == ["open -100", "remove -100"]
    assert not (await room.thread_of(question_id)).is_open


async def test_withdrawn_question_leaves_the_room(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    assert room.chat.threads == {}
    assert room.chat.removed[0][1] == ("thread-1-album", "thread-1-card")


async def test_public_room_is_emptied(room: PanelRoom) -> None:
    await room.ask("PE?")
    room.chat.troubles.append(PermanentError("room_public"))

    await _watch(room)

    found = await room.room()
    assert found is not None
    assert found.suspended is Suspension.PUBLIC
    assert room.chat.threads == {}
    assert "room.public" in await room.society.told(COORDINATOR)


async def test_room_that_is_private_again_shows_what_is_open(room: PanelRoom) -> None:
    await room.ask("PE?")
    room.chat.troubles.append(PermanentError("room_public"))
    await _watch(room)

    await _watch(room)

    assert room.chat.only.view.title.startswith("🔴")
