"""The preview of an answer beside what its room shows: taken out with its thread, posted twice, and in whose turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.delivery import DeliveryState
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import QuestionState
from tests.fakes.panel_room import CHEST, PanelRoom, open_room
from tests.fakes.room_channel import RoomChannel, TracingRoomChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society

ECHO = "panel.answer_echo"
AWAY = TransientError("service_away", retry_after=timedelta(minutes=1))
UNHEARD = TransientError("timeout", is_unsure=True)
WORDS = "/a OP, CTPA now"
IN_THREAD = "thread-1-post-1"


@pytest.fixture(params=[RoomChannel])
async def room(society: Society, request: pytest.FixtureRequest) -> PanelRoom:
    return await open_room(society, kind=request.param)


async def _shown(room: PanelRoom, *lost: Exception) -> QuestionId:
    question_id = await room.ask()
    room.chat.lost = [*lost]
    await room.write(PANELIST, WORDS, thread=(await room.thread_of(question_id)).thread)
    return question_id


async def _preview(room: PanelRoom) -> DeliveryId:
    """Return the newest preview, wherever it is shown."""

    def find(transaction: Transaction) -> DeliveryId:
        (question,) = transaction.questions.of_asker(MEMBER.id)
        (shown,) = [each for each in transaction.deliveries.lock_about(question.id) if each.key == ECHO]
        return shown.id

    return await room.society.read(find)


@pytest.mark.parametrize("trouble", [None, PermanentError("thread_gone")])
async def test_preview_that_goes_with_its_thread_comes_to_its_author(
    room: PanelRoom, trouble: Exception | None
) -> None:
    question_id = await _shown(room)
    room.chat.troubles = [] if trouble is None else [trouble]

    await room.society.press(SECOND, Action.FLAG, question_id, {"what": "text"})
    await room.later()
    line, thread = (await room.society.lines(PANELIST))[-1], list(room.chat.threads.values())[-1]
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=str(line.payload["token"]))

    assert (line.payload["key"], thread.keys) == (ECHO, [])
    assert (await room.society.question(question_id)).state is QuestionState.ANSWERED


async def test_preview_that_can_be_sent_no_more_is_not_brought(room: PanelRoom) -> None:
    await _shown(room)
    await room.later(timedelta(minutes=31))
    (question_id,) = await room.society.read(_asked)

    await room.society.press(SECOND, Action.FLAG, question_id, {"what": "text"})
    await room.later()

    assert ECHO not in await room.society.told(PANELIST)


def _asked(transaction: Transaction) -> list[QuestionId]:
    return [question.id for question in transaction.questions.of_asker(MEMBER.id)]


async def test_preview_of_what_was_withdrawn_goes_for_good(room: PanelRoom) -> None:
    question_id = await _shown(room)

    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    assert room.chat.threads == {}
    assert ECHO not in await room.society.told(PANELIST)


@pytest.mark.parametrize("room", [TracingRoomChannel], indirect=True)
async def test_preview_whose_answer_was_lost_stands_there_once(room: PanelRoom) -> None:
    assert isinstance(room.chat, TracingRoomChannel)
    await _shown(room, UNHEARD)

    await room.later()

    assert (room.chat.only.keys, room.chat.strays) == ([ECHO, ECHO], [IN_THREAD])
    assert "room.perhaps_twice" not in await room.society.told(COORDINATOR)


async def test_preview_that_may_stand_there_twice_is_told(room: PanelRoom) -> None:
    await _shown(room, UNHEARD)

    await room.later()

    assert (await room.society.told(COORDINATOR)).count("room.perhaps_twice") == 1


async def test_preview_that_was_cut_off_in_mid_post_is_looked_for(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles = [AWAY]
    await room.write(PANELIST, WORDS, thread=(await room.thread_of(question_id)).thread)
    shown = await _preview(room)

    await room.society.change(lambda transaction: transaction.deliveries.set_state(shown, DeliveryState.SENDING))
    await room.later(timedelta(minutes=2))

    assert (await room.society.told(COORDINATOR)).count("room.perhaps_twice") == 1


async def test_room_takes_no_step_while_a_preview_is_posted(room: PanelRoom) -> None:
    question_id = await room.ask()
    seen: list[str] = []

    async def claim() -> None:
        if room.chat.calls[-1].startswith("post") and not seen:
            await room.society.press(SECOND, Action.CLAIM, question_id)
            await room.later()
            seen.extend(room.chat.calls)

    room.chat.meanwhile = claim
    await room.write(PANELIST, WORDS, thread=(await room.thread_of(question_id)).thread)
    await room.later()

    assert seen == ["open -100", "post -100"]
    assert room.chat.only.view.title.startswith("🟡")


async def test_preview_in_a_room_that_was_left_is_looked_for_too(room: PanelRoom) -> None:
    async def leave() -> None:
        if room.chat.calls[-1].startswith("post"):
            room.chat.meanwhile = None
            await room.society.change(lambda transaction: transaction.rooms.remove(CHEST))

    room.chat.meanwhile = leave
    await _shown(room, UNHEARD)
    await room.later()

    assert (await room.society.told(PANELIST))[-1] == ECHO
    assert (await room.society.told(COORDINATOR)).count("room.perhaps_twice") == 1
