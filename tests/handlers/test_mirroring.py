"""A question in its panel's room: one thread, brought up to date with as few calls as will do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import MirrorQuestion
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.member import Language
from domain.messages import Action, Address
from domain.ports.jobs import JobState
from domain.room import Suspension
from tests.fakes.panel_room import CHEST, PanelRoom, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society

THERE = Address(channel="chat", external_id="-200")


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def test_question_opens_a_thread_with_its_card(room: PanelRoom) -> None:
    await room.ask("M50s COVID D8, O2 2->5 L. New effusion? PE?", SLICE)

    view = room.chat.only.view
    assert view.title == "🔴 Q1 PE? D8"
    assert [choice.action for choice in view.card.choices][:3] == [Action.CLAIM, Action.PASS, Action.ASK_BACK]
    assert view.card.quoted is not None
    assert len(view.card.images) == 1
    assert "Contrast: not given" in view.card.text


async def test_thread_that_is_opened_first_gets_its_card_next(room: PanelRoom) -> None:
    room.chat.opens_first = True

    question_id = await room.ask("PE?", SLICE)

    thread = await room.thread_of(question_id)
    assert [call.split()[0] for call in room.chat.calls][:2] == ["open", "show"]
    assert (thread.card, len(thread.pictures)) == (f"{thread.thread}-card", 1)


@pytest.mark.parametrize("code", ["message_refused", "thread_gone"])
async def test_thread_whose_card_is_refused_waits_for_the_next_change(room: PanelRoom, code: str) -> None:
    async def refuse_the_card() -> None:
        room.chat.troubles = [PermanentError(code)] if len(room.chat.calls) == 2 else []

    room.chat.opens_first, room.chat.meanwhile = True, refuse_the_card
    question_id = await room.ask()
    calls = list(room.chat.calls)

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert calls == ["open -100", "show -100"]
    assert list(room.chat.threads.values())[-1].view.title.startswith("🟡")


async def test_title_and_buttons_follow_the_state(room: PanelRoom) -> None:
    question_id = await room.ask()

    titles = [room.chat.only.view.title]
    for member, action, fields in (
        (PANELIST, Action.CLAIM, {}),
        (PANELIST, Action.ASK_BACK, {"text": "Prior CT?"}),
        (MEMBER, Action.ADD_INFORMATION, {"text": "None."}),
        (PANELIST, Action.ANSWER, {"text": "CTPA."}),
        (MEMBER, Action.HELPED, {}),
    ):
        await room.society.press(member, action, question_id, fields)
        await room.later()
        titles.append(room.chat.only.view.title)

    assert [title[:4] for title in titles] == ["🔴 Q1", "🟡 Q1", "🟡 Q1", "🟡 Q1", "🟢 Q1", "⚪ Q1"]
    assert room.chat.only.view.is_closed
    assert "Answer delivered" in room.chat.only.view.card.text
    offered = [choice.action for choice in room.chat.only.view.card.choices]
    assert offered == [Action.MAKE_CASE, Action.QUIZ_CANDIDATE, Action.GUIDELINE_PROPOSAL, Action.FLAG]


async def test_thread_is_closed_behind_the_last_word(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()
    calls = len(room.chat.calls)

    await room.society.press(MEMBER, Action.HELPED, question_id)
    await room.later()

    assert room.chat.calls[calls:] == ["post -100", "show -100"]


async def test_talk_is_posted_where_it_was_not_typed(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread

    await room.write(PANELIST, "looks like OP", thread=thread)
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "agree"})
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.write(PANELIST, "/back Prior CT?", thread=thread)
    await room.society.say(MEMBER, "CT 5 days ago, no effusion")
    await room.later()

    said = [post.quoted.value for post in room.chat.only.posts if post.quoted is not None]
    assert said[0] == "agree"
    assert room.chat.only.keys == ["room.note", "panel.information"]


async def test_button_in_the_room_is_everybodys(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.press(PANELIST, Action.CLAIM)
    first = room.chat.only.views[0].card.token
    await room.society.press(SECOND, Action.CLAIM, question_id)

    assert (await room.society.question(question_id)).claimed_by == PANELIST.id
    assert "error.already_taken" in await room.society.told(SECOND)
    assert room.chat.only.view.card.token != first


async def test_card_says_since_when_its_new_holder_has_it(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ASK_BACK, question_id, {"text": "Prior CT?"})
    await room.later(timedelta(minutes=4))
    await room.society.press(PANELIST, Action.HAND_OVER, question_id, {"colleague": SECOND.id})

    await room.society.press(SECOND, Action.ACCEPT_HANDOVER, question_id)
    await room.later()

    assert f"Taken by {SECOND.display_name} 12:04" in room.chat.only.view.card.text


async def test_what_happens_together_is_shown_by_one_call(room: PanelRoom) -> None:
    question_id = await room.ask()
    calls = len(room.chat.calls)

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.society.press(PANELIST, Action.RELEASE, question_id)
    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert room.chat.calls[calls:] == ["show -100"]


async def test_nothing_new_makes_no_call(room: PanelRoom) -> None:
    await room.ask()
    calls = len(room.chat.calls)

    await room.later(timedelta(minutes=4))

    assert room.chat.calls[calls:] == []


async def test_lost_thread_is_opened_anew_with_all_talk(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    await room.write(PANELIST, "looks like OP", thread=thread)
    room.chat.threads.clear()

    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "agree"})
    await room.later()

    assert [post.quoted.value for post in room.chat.only.posts if post.quoted] == ["looks like OP", "agree"]


async def test_moved_room_is_followed(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(RoomMovedError(THERE))

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    there = (await room.thread_of(question_id)).thread
    assert await room.room() is None
    assert "open -200" in room.chat.calls
    assert room.chat.threads[there].view.title.startswith("🟡")


@pytest.mark.parametrize(("code", "why"), [("room_gone", Suspension.GONE), ("room_rights", Suspension.RIGHTS)])
async def test_broken_room_stops_nothing(room: PanelRoom, code: str, why: Suspension) -> None:
    room.chat.troubles.append(PermanentError(code))

    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()

    found = await room.room()
    assert found is not None
    assert found.suspended is why
    assert (await room.society.told(COORDINATOR)).count(f"room.{why}") == 1
    assert len(room.chat.calls) == 1


async def test_busy_service_is_tried_again(room: PanelRoom) -> None:
    room.chat.troubles += [TransientError("chat_busy", retry_after=timedelta(seconds=5)), TransientError("chat_away")]

    await room.ask()

    assert room.chat.only.view.title.startswith("🔴")


async def test_refused_post_is_left_out(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(PermanentError("message_refused"))

    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "one"})
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "two"})
    await room.later()

    assert [post.quoted.value for post in room.chat.only.posts if post.quoted] == ["two"]


async def test_refused_view_is_not_tried_for_ever(room: PanelRoom) -> None:
    question_id = await room.ask()
    room.chat.troubles.append(PermanentError("message_refused"))

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert room.chat.calls[-1] == "show -100"
    assert room.chat.only.view.title.startswith("🔴")
    assert room.society.log.events.count("room_refused") == 1


async def test_refused_card_waits_for_the_next_change(room: PanelRoom) -> None:
    room.chat.troubles.append(PermanentError("message_refused"))
    question_id = await room.ask()

    await room.society.press(PANELIST, Action.CLAIM, question_id)
    await room.later()

    assert room.chat.only.view.title.startswith("🟡")


async def test_wrong_patient_takes_words_and_pictures_out(room: PanelRoom) -> None:
    question_id = await room.ask("M50s. PE?", SLICE)
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()

    await room.society.press(PANELIST, Action.WRONG_PATIENT, question_id)
    await room.later()

    card = room.chat.only.view.card
    assert len(room.chat.removed) == 1
    assert (card.images, card.choices) == ((), ())
    assert card.text.startswith("⛔")
    assert "⛔" in room.chat.only.posts[-1].text


async def test_flagged_words_leave_the_room(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.NOTE, question_id, {"text": "as I said on the telephone"})
    await room.later()

    await room.press(SECOND, Action.FLAG)

    view = room.chat.only.view
    assert len(room.chat.removed) == 1
    assert view.card.quoted is None
    assert "🚩" in view.card.text
    assert "PE?" not in view.title
    assert room.chat.only.posts == []
    assert (await room.society.question(question_id)).taken_down


async def test_sealed_reading_appears_when_the_seal_is_broken(room: PanelRoom) -> None:
    question_id = await room.ask(action=Action.SEND_ROUTINE)

    await room.society.press(SECOND, Action.OPINION, question_id, {"text": "OP"})
    await room.later()
    before = room.chat.only.keys
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "OP, mild"})
    await room.later()

    assert before == []
    assert room.chat.only.keys == ["room.opinion", "room.answer"]


async def test_room_of_two_languages_says_both(society: Society) -> None:
    room = await open_room(society, language=None)

    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()

    assert room.chat.only.view.title == "🟢 Q1 답변됨/answered"
    assert "/not given" in room.chat.only.views[0].card.text
    assert "/" in room.chat.only.views[0].card.choices[0].label


async def test_panel_without_a_connected_room_goes_on(society: Society) -> None:
    room = await open_room(society, language=Language.KOREAN)
    society.services = replace(society.services, channels={"web": society.services.channels["web"]})

    question = await society.ask()
    await society.settle(question.id)

    assert room.chat.calls == []
    assert await society.queue.rows(JobState.PARKED) == ()


async def test_merged_question_says_so(room: PanelRoom) -> None:
    lead = await room.ask()
    question_id = await room.ask()

    await room.society.press(PANELIST, Action.MERGE, question_id, {"lead": "Q1"})
    await room.later()

    titles = sorted(thread.view.title[:4] for thread in room.chat.threads.values())
    assert lead != question_id
    assert titles == ["⚪ Q2", "🔴 Q1"]


async def test_thread_that_is_lost_while_it_opens_is_not_opened_for_ever(room: PanelRoom) -> None:
    room.chat.troubles.append(PermanentError("thread_gone"))

    await room.ask()

    assert room.chat.calls == ["open -100"]
    assert "room_call_failed" in room.society.log.events


async def test_lost_thread_of_a_closed_question_stays_lost(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()
    room.chat.threads.clear()

    await room.society.press(MEMBER, Action.HELPED, question_id)
    await room.later()

    assert room.chat.threads == {}
    assert not (await room.thread_of(question_id)).is_open


async def test_step_of_an_earlier_round_leaves_the_later_one_waiting(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.CLAIM, question_id)

    await dispatch(room.society.services, MirrorQuestion(question_id=question_id, channel="chat", room="-100", round=1))

    assert room.chat.only.view.title.startswith("🟡")
    assert (await room.thread_of(question_id)).is_noted


@pytest.mark.parametrize("trouble", [None, PermanentError("room_rights"), RoomMovedError(THERE)])
async def test_room_that_is_forgotten_meanwhile_is_let_go(room: PanelRoom, trouble: Exception | None) -> None:
    async def forget() -> None:
        room.chat.meanwhile = None
        await room.society.change(lambda transaction: transaction.rooms.remove(CHEST))

    room.chat.meanwhile = forget
    room.chat.troubles = [] if trouble is None else [trouble]

    await room.ask()

    assert await room.society.read(lambda transaction: transaction.rooms.all()) == ()
    assert await room.society.queue.rows(JobState.PARKED) == ()
