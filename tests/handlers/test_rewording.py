"""A name that is learned late leaves chats and rooms at once: what held it is taken back and said again without."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import Reword, WatchRooms
from domain.delivery import Delivery, OutgoingMessage, Priority
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action
from domain.ports.channel import Copies
from domain.ports.store import Transaction
from domain.question import QuestionState
from handlers.sent import note_sent
from tests.fakes.panel_room import address_of, open_room
from tests.fakes.room_channel import DeletingRoomChannel, RoomChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND
from tests.fakes.told_late import NAME, ToldLate
from tests.fakes.watchful_door import Watched

CASE = "gildong M50s COVID. PE?"
CARD = "panel.card_urgent"
AGAIN = "Nothing new"
A_WEEK = timedelta(days=7, minutes=1)


@dataclass(slots=True, kw_only=True)
class Told(ToldLate):
    """A panel with a room, whose panelist reads at the same service, behind a door that learns names late."""

    def naming(self) -> list[str]:
        """Return the keys of all that says the name, in chats and in the room."""
        cards = [thread.view.card for thread in self.chat.threads.values()]
        posted = [
            (f"{name}-post-{number}", post)
            for name, thread in self.chat.threads.items()
            for number, post in enumerate(thread.posts, start=1)
        ]
        posts = [post for name, post in posted if name not in self.chat.retracted]
        return [message.key for message in (*self.lying(), *cards, *posts) if NAME in _words(message)]


def _words(message: OutgoingMessage) -> str:
    return message.text + ("" if message.quoted is None else message.quoted.value)


@pytest.fixture(params=[RoomChannel])
async def told(watched: Watched, request: pytest.FixtureRequest) -> Told:
    society, door = watched
    room = await open_room(society, kind=request.param)
    await society.change_member(PANELIST, addresses=(address_of(PANELIST), *PANELIST.addresses))
    return Told(society=society, door=door, room=room)


async def test_name_from_a_file_leaves_chats_and_the_room(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    await told.society.press(PANELIST, Action.CLAIM, question_id)
    await told.society.say(MEMBER, "gildong: fever again", to=question_id)
    await told.room.later()
    before = told.naming()

    await told.learn(question_id)

    assert sorted(before) == [CARD, CARD, "panel.information", "panel.information"]
    assert told.naming() == []
    assert told.chat.only.keys == ["panel.information"]


async def test_page_is_said_again_in_silence_with_its_buttons(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    (page,) = told.lying(CARD, to=PANELIST)
    pages = len(await told.society.entries(question_id))

    await told.learn(question_id)
    (again,) = told.lying(CARD, to=PANELIST)
    await told.society.press(PANELIST, Action.CLAIM, token=again.token)

    assert (page.is_silent, again.is_silent, again.choices) == (False, True, page.choices)
    assert (again.text.startswith(AGAIN), again.quoted and again.quoted.value) == (True, "[name] M50s COVID. PE?")
    assert (await told.society.question(question_id)).claimed_by == PANELIST.id
    assert len(await told.society.entries(question_id)) == pages + 2


async def test_what_does_not_name_anybody_is_not_touched(told: Told) -> None:
    question_id = await told.room.ask("M50s COVID. PE?")
    await told.society.press(PANELIST, Action.CLAIM, question_id)
    await told.society.say(MEMBER, "fever again", to=question_id)
    await told.room.later()
    threads, sent = list(told.chat.threads), len(told.chat.sent)

    await told.learn(question_id)

    assert (told.chat.retracted, told.chat.removed, list(told.chat.threads)) == ([], [], threads)
    assert not any(message.text.startswith(AGAIN) for _, message in told.chat.sent[sent:])


async def test_card_alone_is_edited_where_it_stands(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    thread = (await told.room.thread_of(question_id)).thread

    await told.learn(question_id)

    assert (await told.room.thread_of(question_id)).thread == thread
    assert told.naming() == []


async def test_thread_that_comes_back_makes_no_sound(told: Told) -> None:
    question_id = await told.room.ask("M50s COVID. PE?")
    first = told.chat.only.view.card
    await told.society.say(MEMBER, "gildong: fever again", to=question_id)
    await told.room.later()

    await told.learn(question_id)

    assert (first.is_silent, told.chat.only.view.card.is_silent, told.naming()) == (False, True, [])


async def test_same_page_sent_twice_is_said_again_once(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    await told.society.press(PANELIST, Action.CLAIM, question_id)
    await told.society.press(PANELIST, Action.ASK_BACK, question_id, {"text": "Prior CT of gildong?"})
    page = await _page(told, question_id)
    twin = replace(page, id=DeliveryId("twin"), subject="twin", token="other")
    await told.society.change(lambda transaction: _lies(transaction, told, twin))

    await told.learn(question_id)

    assert told.chat.retracted.count("late-twin") == 1
    assert len(told.lying(CARD, to=PANELIST)) == 1


async def test_name_that_is_learned_after_another_goes_as_well(told: Told) -> None:
    question_id = await told.room.ask("Hong gildong M50s COVID. PE?")
    await told.learn(question_id)
    told.door.named = [("Hong",)]

    await told.society.say(MEMBER, None, uploads=[await told.society.upload(MEMBER, b"more")], to=question_id)
    await told.room.later()

    (again,) = told.lying(CARD, to=PANELIST)
    assert again.quoted is not None
    assert again.quoted.value == "[name] [name] M50s COVID. PE?"


async def test_name_in_a_post_on_its_way_leaves_the_room(told: Told) -> None:
    question = await told.society.ask("M50s COVID. PE?")
    await told.room.later()
    learned: list[bool] = []

    async def learns() -> None:
        if told.chat.calls[-1].startswith("post") and not learned:
            learned.append(True)
            await told.learn(question.id)

    told.chat.meanwhile = learns
    await told.society.say(MEMBER, f"{NAME}: fever again", to=question.id)
    await told.room.later()
    await told.room.later()

    assert (learned, told.naming()) == ([True], [])


async def _page(told: Told, question_id: QuestionId) -> Delivery:
    sent = await told.society.read(lambda transaction: transaction.sent.about(question_id))
    return next(each for each in sent if each.key == CARD)


def _lies(transaction: Transaction, told: Told, delivery: Delivery) -> None:
    transaction.deliveries.add(delivery)
    note_sent(told.society.services, transaction, delivery, reference=f"late-{delivery.id}")


async def test_page_on_its_way_while_the_name_is_learned_goes(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    page = replace(await _page(told, question_id), id=DeliveryId("late"), subject="late", key="panel.card_today")
    await told.society.change(lambda transaction: transaction.deliveries.add(page))
    await told.learn(question_id)

    await told.society.change(
        lambda transaction: note_sent(told.society.services, transaction, page, reference="late-late")
    )
    await told.room.later()

    assert told.chat.retracted[-1] == "late-late"
    assert [message.text.startswith(AGAIN) for message in told.lying("panel.card_today")] == [True]


async def test_rewording_run_twice_says_it_once(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    page = await _page(told, question_id)
    await told.learn(question_id)
    sent = len(told.chat.sent)

    await dispatch(told.society.services, Reword(delivery_id=page.id))
    await told.room.later()

    assert len(told.chat.sent) == sent


async def test_service_that_is_away_is_tried_until_it_is_gone(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    told.chat.troubles = [TransientError("away")] * 4

    await told.learn(question_id)
    await told.room.later(timedelta(minutes=5))

    assert told.naming() == []


async def test_message_that_stays_is_deleted_by_its_reader(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    told.chat.troubles = [PermanentError("telegram_refused")]
    await told.learn(question_id)

    assert [m.text.startswith("⚠ Q1: a message I sent you") for m in told.lying("named.sent", to=PANELIST)] == [True]
    assert len(told.lying(CARD, to=PANELIST)) == 1


async def test_asker_is_asked_to_delete_nothing_of_their_own(told: Told) -> None:
    told.chat.capabilities = replace(told.chat.capabilities, copies=Copies.FINAL)
    await told.society.change_member(MEMBER, addresses=(address_of(MEMBER), *MEMBER.addresses))
    question_id = await told.room.ask(CASE)
    await told.society.say(MEMBER, "gildong: fever again", to=question_id)

    await told.learn(question_id)

    assert told.chat.retracted == []
    assert told.lying("named.sent", to=MEMBER) == []
    assert len(told.lying("named.sent", to=PANELIST)) == 1


async def test_preview_with_the_name_gives_way_to_the_next(told: Told) -> None:
    await told.society.change_member(MEMBER, addresses=(address_of(MEMBER), *MEMBER.addresses))
    draft = await told.society.write_draft(CASE)
    await told.room.later()

    await told.learn(draft.id)

    (preview,) = told.lying("draft.preview", to=MEMBER)
    assert (NAME in _words(preview), preview.text.startswith(AGAIN)) == (False, False)


@pytest.mark.parametrize("told", [DeletingRoomChannel], indirect=True)
async def test_what_was_typed_in_the_room_is_deleted_and_posted_without(told: Told) -> None:
    assert isinstance(told.chat, DeletingRoomChannel)
    question_id = await told.room.ask("M50s COVID. PE?")
    thread = (await told.room.thread_of(question_id)).thread
    typed = await told.room.write(PANELIST, "gildong looks like OP", thread=thread)

    await told.learn(question_id)

    assert told.chat.deleted == [f"-100 {typed}"]
    assert [_words(post).rpartition("\n")[2] for post in told.chat.only.posts] != []
    assert (told.chat.only.keys, told.naming()) == (["room.note"], [])


async def test_author_is_asked_where_what_they_typed_stays(told: Told) -> None:
    question_id = await told.room.ask("M50s COVID. PE?")
    await told.room.write(PANELIST, "gildong has OP", thread=(await told.room.thread_of(question_id)).thread)

    await told.learn(question_id)

    assert len(told.lying("room.typed", to=PANELIST)) == 1
    assert "room.typed_by" in await told.society.told(COORDINATOR)


async def test_card_in_a_room_that_is_set_aside_is_taken_out(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    told.chat.troubles = [PermanentError("room_rights")]
    await dispatch(told.society.services, WatchRooms(at=told.society.now))

    await told.learn(question_id)

    assert told.naming() == []


async def test_channel_that_is_off_is_told_of(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    channels = told.society.services.channels
    told.society.services = replace(told.society.services, channels={"web": channels["web"]})

    await told.learn(question_id)

    assert "relay.channel_off_now" in await told.society.told(COORDINATOR)


async def test_answers_preview_in_the_room_comes_to_its_author(told: Told) -> None:
    question_id = await told.room.ask("M50s COVID. PE?")
    thread = (await told.room.thread_of(question_id)).thread
    await told.room.write(PANELIST, "/a gildong has OP, CTPA now", thread=thread)

    await told.learn(question_id)
    (preview,) = told.lying("panel.answer_echo", to=PANELIST)
    await told.society.press(PANELIST, Action.SEND_ANSWER, token=preview.token)

    assert told.naming() == []
    assert (await told.society.question(question_id)).state is QuestionState.ANSWERED


async def test_answers_preview_that_was_sent_is_not_shown_again(told: Told) -> None:
    question_id = await told.room.ask("M50s COVID. PE?")
    thread = (await told.room.thread_of(question_id)).thread
    await told.room.write(PANELIST, "/a gildong has OP, CTPA now", thread=thread)
    (preview,) = told.chat.only.posts
    await told.society.press(PANELIST, Action.SEND_ANSWER, token=preview.token)
    await told.room.later()

    await told.learn(question_id)

    assert (told.lying("panel.answer_echo"), told.naming()) == ([], [])


Happening = Callable[[Told, QuestionId], Awaitable[None]]


async def _flagged(told: Told, question_id: QuestionId) -> None:
    await told.society.press(MEMBER, Action.FLAG, question_id, {"what": "text"})


async def _wrong(told: Told, question_id: QuestionId) -> None:
    await told.society.press(SECOND, Action.WRONG_PATIENT, question_id)


async def _closed(told: Told, question_id: QuestionId) -> None:
    await told.society.settle(question_id)
    await told.room.later(A_WEEK)


async def _cut_off(told: Told, _question_id: QuestionId) -> None:
    await told.society.change_member(PANELIST)


async def _left(told: Told, _question_id: QuestionId) -> None:
    await told.society.change_member(PANELIST, addresses=(address_of(PANELIST), *PANELIST.addresses), active=False)


async def _withdrawn(told: Told, question_id: QuestionId) -> None:
    await told.society.press(MEMBER, Action.WITHDRAW, question_id)


@pytest.mark.parametrize("happens", [_flagged, _wrong, _closed, _cut_off, _left, _withdrawn])
async def test_what_would_not_lie_there_is_not_said_again(told: Told, happens: Happening) -> None:
    question = await told.society.ask(CASE, b"file")
    await told.room.later()
    (image,) = await told.society.images(question.id)
    page = replace(await _page(told, question.id), id=DeliveryId("late"), subject="late", images=(image.id,))
    await happens(told, question.id)
    sent, pages = len(told.chat.sent), (await told.society.told(PANELIST)).count(CARD)

    await told.society.change(lambda transaction: _lies(transaction, told, page))
    await dispatch(told.society.services, Reword(delivery_id=page.id))
    await told.room.later()

    assert CARD not in [message.key for _, message in told.chat.sent[sent:]]
    assert (await told.society.told(PANELIST)).count(CARD) == pages


async def test_answer_is_said_again_within_a_week_of_the_close(told: Told) -> None:
    question_id = await told.room.ask(CASE)
    await told.society.settle(question_id)
    page = await _page(told, question_id)

    await dispatch(told.society.services, Reword(delivery_id=page.id))
    await told.room.later()

    (again,) = told.lying(CARD, to=PANELIST)
    assert (again.text.startswith(AGAIN), page.priority) == (True, Priority.URGENT)
