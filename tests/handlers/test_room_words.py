"""What is written in a panel's room: notes and words of command in a thread, little else outside one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.demo_people import PANEL
from bot.dispatcher import dispatch
from domain.commands_services import WatchRooms
from domain.errors import TransientError, UserError
from domain.ids import PanelId
from domain.messages import Action, Address, Origin
from domain.proposals import purposes_of
from domain.question import EntryKind, QuestionState
from domain.room import Room
from handlers.room_words import save_room
from tests.fakes.panel_room import CHEST, PanelRoom, address_of, open_room
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society

HERE = Room(panel_id=PanelId("chest"), address=CHEST)


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _kinds(room: PanelRoom, question_id) -> list[EntryKind]:
    return [entry.kind for entry in await room.society.entries(question_id)]


async def test_plain_words_in_a_thread_stay_with_the_panel(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(PANELIST, "looks like OP", thread=(await room.thread_of(question_id)).thread)

    (note,) = [each for each in await room.society.entries(question_id) if each.kind is EntryKind.NOTE]
    assert note.text is not None
    assert note.text.value == "looks like OP"
    assert "question.answer" not in await room.society.told(MEMBER)


async def test_reaction_that_is_reported_as_an_edit_says_nothing_again(room: PanelRoom) -> None:
    """Telegram reports the first reaction to a message as an edit of it (tdlib/telegram-bot-api, issue 388)."""
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    words = ("looks like OP", ">> also look at RV/LV")
    references = [await room.write(PANELIST, each, thread=thread) for each in words]
    before = [(await _kinds(room, question_id)), await room.society.told(MEMBER)]

    for each, reference in zip(words, references, strict=True):
        await room.write(PANELIST, each, thread=thread, reference=reference, is_edit=True)

    assert [(await _kinds(room, question_id)), await room.society.told(MEMBER)] == before


async def test_reply_to_the_card_counts_as_its_thread(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(PANELIST, "담당", replied_to=(await room.thread_of(question_id)).card)

    assert (await room.society.question(question_id)).claimed_by == PANELIST.id
    assert "panel.claimed_by_text" not in room.chat.keys_to(address_of(PANELIST).external_id)


async def test_answer_in_a_thread_is_shown_once_and_then_sent(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread

    await room.write(PANELIST, "/a OP pattern, CTPA now", thread=thread)
    (echo,) = room.chat.only.posts
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=echo.token)
    await room.later()

    assert (await room.society.question(question_id)).state is QuestionState.ANSWERED
    assert room.chat.threads[thread].keys == ["panel.answer_echo", "room.answer"]


async def test_answer_in_words_says_how_sure_it_is(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(PANELIST, "/a OP, CTPA now. conf 4 #G6", thread=(await room.thread_of(question_id)).thread)
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=room.chat.only.posts[-1].token)

    assert "question.answer" in await room.society.told(MEMBER)
    (answer,) = [each for each in await room.society.entries(question_id) if each.kind is EntryKind.ANSWER]
    assert (answer.details["confidence"], answer.details["citations"]) == (4, "G6")


@pytest.mark.parametrize("name", [SECOND.display_name, address_of(SECOND).external_id])
async def test_second_opinion_is_asked_of_whoever_is_named(room: PanelRoom, name: str) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    await room.write(PANELIST, "1", thread=thread)

    await room.write(PANELIST, f"/second @{name}", thread=thread)

    assert (await room.society.question(question_id)).needs == 2
    assert (await room.society.told(SECOND))[-1] == "panel.card_urgent"


async def test_second_opinion_of_nobody_we_know_is_not_asked_for(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(PANELIST, "/second @somebody", thread=(await room.thread_of(question_id)).thread)

    assert (await room.society.question(question_id)).needs == 1
    assert "error.colleague_unknown" in room.chat.keys_to(address_of(PANELIST).external_id)


async def test_case_is_asked_of_the_asker_once_more(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    thread = (await room.thread_of(question_id)).thread

    await room.write(PANELIST, "/case", thread=thread)
    await room.write(SECOND, "증례로", thread=thread)

    assert (await room.society.told(MEMBER)).count("consent.offer") == 2
    assert "panel.case_needs_consent" in room.told(PANELIST)


async def test_case_that_is_allowed_waits_for_the_editors(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.society.press(MEMBER, Action.CONSENT_TEACHING, question_id)

    await room.write(PANELIST, "/case", thread=(await room.thread_of(question_id)).thread)

    assert "panel.case_with_editors" in room.told(PANELIST)


async def test_quiz_and_guideline_are_proposed_after_the_close(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.settle(question_id)
    await room.later()

    await room.press(PANELIST, Action.QUIZ_CANDIDATE)
    await room.press(SECOND, Action.QUIZ_CANDIDATE)
    await room.press(SECOND, Action.GUIDELINE_PROPOSAL)

    assert purposes_of(await room.society.entries(question_id)) == ("quiz", "guideline")
    told = [message for _, message in room.chat.sent if message.key == "panel.case_needs_consent"][-1]
    assert told.text.startswith("Q1 (guideline): this needs the consent of whoever asked.")


async def test_case_is_made_of_an_answer_only(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.MAKE_CASE, question_id)
    refused = await room.society.told(PANELIST)
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()

    await room.press(PANELIST, Action.MAKE_CASE)

    assert "error.not_now" in refused
    assert "panel.case_needs_consent" in room.told(PANELIST)
    assert (await room.society.told(MEMBER)).count("consent.offer") == 0


async def test_released_words_go_to_the_asker(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})

    await room.write(SECOND, ">> agree, look at RV/LV", thread=(await room.thread_of(question_id)).thread)

    assert "question.answer_addition" in await room.society.told(MEMBER)


async def test_talk_outside_threads_is_nobodys(room: PanelRoom) -> None:
    await room.write(PANELIST, "lunch?")
    await room.write(PANELIST, "/quiet 22-07")

    assert room.chat.sent == []


async def test_question_in_a_room_is_asked_elsewhere(room: PanelRoom) -> None:
    thread = (await room.thread_of(await room.ask())).thread

    await room.write(PANELIST, "/ask 58M PE?", thread=thread)
    await room.write(PANELIST, "/질문 58M PE?")

    drafts = await room.society.read(lambda transaction: transaction.questions.draft_of(PANELIST.id))
    assert drafts is None
    assert room.chat.keys_to(address_of(PANELIST).external_id).count("room.ask_here") == 1


@pytest.mark.parametrize("words", ["/oncall", "/status Q1", "/close Q1"])
async def test_words_of_command_count_anywhere(room: PanelRoom, words: str) -> None:
    await room.ask()
    heard = len(await room.society.told(PANELIST)) + len(room.chat.sent)

    await room.write(PANELIST, words)

    assert len(await room.society.told(PANELIST)) + len(room.chat.sent) > heard


async def test_question_is_not_asked_in_a_thread(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(SECOND, "/ask 58M PE?", thread=(await room.thread_of(question_id)).thread)

    assert await room.society.read(lambda transaction: transaction.questions.draft_of(SECOND.id)) is None
    assert EntryKind.NOTE not in await _kinds(room, question_id)


async def test_who_is_not_of_the_panel_is_told_once_a_day(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    await room.society.change_member(COLLEAGUE, addresses=(*COLLEAGUE.addresses, address_of(COLLEAGUE)))

    await room.write(COLLEAGUE, "what do you think?", thread=thread)
    await room.write(COLLEAGUE, "anybody?", thread=thread)

    assert room.chat.keys_to(address_of(COLLEAGUE).external_id) == ["room.not_of_panel"]
    assert EntryKind.NOTE not in await _kinds(room, question_id)


async def test_who_is_unknown_is_told_how_to_come_in_once_a_day(room: PanelRoom) -> None:
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread

    await room.write(COLLEAGUE, "what do you think?", thread=thread)
    await room.write(COLLEAGUE, "123456", thread=thread)
    await room.write(COLLEAGUE, "hello", room="-999")

    assert room.chat.keys_to(address_of(COLLEAGUE).external_id) == ["stranger.link_first"]


async def test_coordinator_makes_a_place_the_panels_room(room: PanelRoom) -> None:
    await room.ask()

    await room.write(COORDINATOR, "/panel Chest", room="-300")

    rooms = await room.society.read(lambda transaction: transaction.rooms.all())
    assert [each.address for each in rooms] == [Address(channel="chat", external_id="-300")]
    assert room.chat.calls[-1] == "open -300"
    assert room.chat.keys_to(address_of(COORDINATOR).external_id)[-1] == "room.taken"


async def test_former_room_is_emptied_when_another_is_named(room: PanelRoom) -> None:
    await room.ask()

    await room.write(COORDINATOR, "/panel Chest", room="-300")

    assert "remove -100" in room.chat.calls
    assert len(room.chat.threads) == 1


async def test_nothing_is_shown_before_the_people_were_looked_at(room: PanelRoom) -> None:
    room.chat.troubles = [TransientError("chat_away")] * 3

    await room.society.change(lambda transaction: save_room(room.society.services, transaction, HERE))
    await room.ask()

    assert room.chat.calls == [*["roster -100 3"] * 4, "open -100"]


async def test_new_room_with_strangers_gets_nothing_until_they_are_out(room: PanelRoom) -> None:
    right = room.chat.people
    assert right is not None
    room.chat.people = right | {"chat-somebody"}
    await room.ask("PE?", SLICE)
    await room.write(COORDINATOR, "/panel Chest", room="-300")
    for _ in range(2):
        await dispatch(room.society.services, WatchRooms(at=room.society.now))
    before = dict(room.chat.threads)

    room.chat.people = right
    await dispatch(room.society.services, WatchRooms(at=room.society.now))
    await room.later()

    assert (before, len(room.chat.only.view.card.images)) == ({}, 1)
    assert (await room.society.told(COORDINATOR)).count("room.strangers") == 1
    assert "room.roster_right" not in await room.society.told(COORDINATOR)


async def test_room_of_the_panel_can_be_named_again(room: PanelRoom) -> None:
    await room.write(COORDINATOR, "/패널 흉부")

    found = await room.room()
    assert found is not None
    assert found.language is not None


@pytest.mark.parametrize("member", [PANELIST, MEMBER])
async def test_nobody_else_makes_a_place_a_room(room: PanelRoom, member) -> None:
    await room.society.change_member(member, addresses=(*member.addresses, address_of(member)))

    await room.write(member, "/panel chest", room="-300")

    assert await room.room() is not None
    assert room.chat.keys_to(address_of(member).external_id) == ["error.panels_coordinator_only"]
    assert room.chat.keys_to("-300") == []


async def test_another_panels_coordinator_makes_no_room(room: PanelRoom) -> None:
    another = replace(COLLEAGUE, roles=COORDINATOR.roles, addresses=(*COLLEAGUE.addresses, address_of(COLLEAGUE)))
    heart = replace(PANEL, id=PanelId("heart"), name="Heart", korean_name="심장", coordinator_id=another.id)
    await room.society.change(lambda transaction: transaction.members.save(another))
    await room.society.change(lambda transaction: transaction.panels.save(heart))

    await room.write(another, "/panel chest", room="-300")
    await room.write(another, "/panel heart")

    rooms = await room.society.read(lambda transaction: transaction.rooms.all())
    assert [(each.panel_id, each.address) for each in rooms] == [("chest", CHEST)]
    assert room.chat.keys_to(address_of(another).external_id) == ["error.panels_coordinator_only"] * 2


async def test_unknown_panel_is_said_to_be_unknown(room: PanelRoom) -> None:
    await room.write(COORDINATOR, "/panel heart", room="-300")

    assert room.chat.keys_to(address_of(COORDINATOR).external_id) == ["error.panel_unknown"]


async def test_wordless_message_in_a_room_is_nobodys(room: PanelRoom) -> None:
    message = room.society.message(PANELIST)
    origin = Origin(room=CHEST.external_id)
    await room.society.receive(
        replace(message, channel="chat", sender=address_of(PANELIST), origin=origin, text=None, unreadable="sticker")
    )

    assert room.chat.sent == []


async def test_channel_without_rooms_has_none(room: PanelRoom) -> None:
    there = Room(panel_id=PanelId("chest"), address=Address(channel="web", external_id="lobby"))

    with pytest.raises(UserError, match="rooms_unknown"):
        await room.society.change(lambda transaction: save_room(room.society.services, transaction, there))
