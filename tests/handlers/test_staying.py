"""Nothing about a case stays at a service for good: what came after the removal, and lists that name several cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import Deliver
from domain.commands_services import WatchRooms
from domain.delivery import Delivery, DeliveryState, Value
from domain.ids import DeliveryId, QuestionId
from domain.member import Member
from domain.messages import Action
from domain.ports.channel import Copies
from domain.ports.store import Transaction
from domain.room import Suspension
from domain.text import DeidentifiedText
from handlers.sent import note_sent
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society

A_WEEK = timedelta(days=7, minutes=1)
TWO_MONTHS = timedelta(days=60)
CASE = "M50s COVID, pneumomediastinum on HFNC?"
LATER_CASE = "Pneumomediastinum on HFNC again: drain it?"
OUTCOME = {"text": "biopsy day 12: lymphoma"}


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    room = await open_room(society)
    for member in (MEMBER, PANELIST):
        await society.change_member(member, addresses=(address_of(member), *member.addresses))
    return room


def _lying(room: PanelRoom, *keys: str, to: Member | None = None) -> list[str]:
    """Return the messages of these keys, to anybody or to somebody, that were not taken back."""
    reader = "" if to is None else address_of(to).external_id
    sent = [(f"message-{number}", at, m) for number, (at, m) in enumerate(room.chat.sent, start=1)]
    there = [(name, m) for name, at, m in sent if at.endswith(reader) and m.key.startswith(keys)]
    return [m.key for name, m in there if name not in room.chat.retracted]


async def _closed_for_a_week(room: PanelRoom) -> QuestionId:
    question_id = await room.ask(CASE)
    await room.society.settle(question_id)
    await room.later(A_WEEK)
    return question_id


async def _found(room: PanelRoom) -> QuestionId:
    question_id = await room.ask(CASE)
    await room.say(PANELIST, "/find pneumomediastinum")
    await room.later()
    assert _lying(room, "find.") == ["find.found"]
    return question_id


async def _arrives(room: PanelRoom, late: Delivery) -> None:
    def arrive(transaction: Transaction) -> None:
        transaction.deliveries.add(late)
        note_sent(room.society.services, transaction, late, reference=f"late-{late.id}")

    await room.society.change(arrive)
    await room.later()


def _listing(like: Delivery) -> Delivery:
    """Return what tells a panelist of the question and of another one."""
    words: dict[str, Value] = {
        "count": 2,
        "text": DeidentifiedText(value="Q1 · today · open – pneumomediastinum\nQ99 · today"),
    }
    listed = replace(like, id=DeliveryId("late"), subject="late", key="find.found", values=words, question_id=None)
    bare = replace(listed, images=(), choices=(), token=None, link=None, state=DeliveryState.READY)
    return replace(bare, address=address_of(PANELIST), member_id=PANELIST.id)


async def _last_of(room: PanelRoom, question_id: QuestionId) -> Delivery:
    return (await room.society.read(lambda transaction: transaction.sent.about(question_id)))[-1]


async def test_outcome_told_after_the_removal_goes_a_week_later(room: PanelRoom) -> None:
    question_id = await _closed_for_a_week(room)

    await room.society.press(MEMBER, Action.OUTCOME_DIFFERS, question_id, OUTCOME)
    await room.later()
    before = _lying(room, "panel.outcome")
    await room.later(A_WEEK)

    assert before == ["panel.outcome_differs"]
    assert _lying(room, "panel.outcome") == []


async def test_words_added_to_a_closed_question_go_a_week_later(room: PanelRoom) -> None:
    question_id = await _closed_for_a_week(room)

    await room.society.say(MEMBER, "it was lymphoma", to=question_id)
    await room.later(A_WEEK)

    assert "panel.information" in room.chat.keys_to(address_of(PANELIST).external_id)
    assert _lying(room, "panel.information") == []


async def test_outcome_opens_no_thread_that_was_removed(room: PanelRoom) -> None:
    question_id = await _closed_for_a_week(room)

    await room.society.press(MEMBER, Action.OUTCOME_DIFFERS, question_id, OUTCOME)
    await room.later(timedelta(hours=2))

    assert room.chat.threads == {}


async def test_lost_phone_keeps_no_word_that_came_after_the_removal(room: PanelRoom) -> None:
    question_id = await _closed_for_a_week(room)
    await room.later(TWO_MONTHS)
    await room.society.press(MEMBER, Action.OUTCOME_DIFFERS, question_id, OUTCOME)
    await room.later()

    await room.society.say(PANELIST, "/lost")
    await room.later()

    assert _lying(room, "panel.outcome") == []


async def test_what_went_long_ago_is_not_asked_for_again(room: PanelRoom) -> None:
    await _closed_for_a_week(room)
    await room.later(TWO_MONTHS)
    retracted = len(room.chat.retracted)

    await room.society.say(PANELIST, "/lost")
    await room.later()

    assert len(room.chat.retracted) == retracted


async def test_old_question_that_is_open_leaves_a_lost_phone(room: PanelRoom) -> None:
    await room.ask(CASE)
    await room.later(TWO_MONTHS)

    await room.society.say(PANELIST, "/lost")
    await room.later()

    assert "panel.card_urgent" in room.chat.keys_to(address_of(PANELIST).external_id)
    assert _lying(room, "panel.card", to=PANELIST) == []


async def test_message_that_was_on_its_way_to_a_lost_phone_goes(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    late = replace(await _last_of(room, question_id), id=DeliveryId("late"), subject="late")
    await room.society.change_member(PANELIST)

    await _arrives(room, replace(late, address=address_of(PANELIST), member_id=PANELIST.id))

    assert room.chat.retracted[-1] == "late-late"


async def test_preview_that_was_on_its_way_when_it_was_discarded_goes(room: PanelRoom) -> None:
    await room.society.say(MEMBER, CASE)
    draft = await room.society.draft(MEMBER)
    preview = await _last_of(room, draft.id)
    await room.society.press(MEMBER, Action.DISCARD, draft.id)
    await room.later()

    await _arrives(room, replace(preview, id=DeliveryId("late"), subject="late"))

    assert room.chat.retracted[-1] == "late-late"


@pytest.mark.parametrize("action", [Action.WRONG_PATIENT, Action.WITHDRAW, Action.FLAG])
async def test_search_result_goes_with_what_it_quotes(room: PanelRoom, action: Action) -> None:
    question_id = await _found(room)

    await room.society.press(MEMBER, action, question_id)
    await room.later()

    assert _lying(room, "find.") == []


async def test_search_result_leaves_a_lost_phone(room: PanelRoom) -> None:
    await _found(room)

    await room.society.say(PANELIST, "/lost")
    await room.later()

    assert _lying(room, "find.") == []


async def test_search_result_stays_a_week_at_most(room: PanelRoom) -> None:
    await _found(room)

    await room.later(timedelta(days=6))
    before = _lying(room, "find.")
    await room.later(timedelta(days=1, minutes=1))

    assert before == ["find.found"]
    assert _lying(room, "find.") == []


async def test_search_result_without_the_case_stays(room: PanelRoom) -> None:
    await _found(room)
    other = await room.ask("Rib fracture?")

    await room.society.press(MEMBER, Action.WITHDRAW, other)
    await room.later()

    assert _lying(room, "find.") == ["find.found"]


async def test_related_answer_goes_with_what_it_quotes(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "No drain."})
    await room.society.say(MEMBER, LATER_CASE)
    await room.later()
    before = _lying(room, "draft.related")

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)
    await room.later()

    assert (before, _lying(room, "draft.related")) == (["draft.related"], [])


async def test_related_answer_of_a_sent_question_stays_a_week_at_most(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "No drain."})
    await room.ask(LATER_CASE)

    await room.later(A_WEEK)

    assert "draft.related" in room.chat.keys_to(address_of(MEMBER).external_id)
    assert _lying(room, "draft.related") == []


async def test_list_on_its_way_while_a_case_is_withdrawn_goes(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    late = _listing(await _last_of(room, question_id))
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)

    await _arrives(room, late)

    assert room.chat.retracted[-1] == "late-late"


async def test_list_on_its_way_while_a_case_is_held_back_goes(room: PanelRoom) -> None:
    """A digest that is held back just as it arrives: the case may still be found, but not told of there."""
    question_id = await room.ask(CASE)
    late = _listing(await _last_of(room, question_id))
    await room.society.settle(question_id)
    await room.society.press(MEMBER, Action.CONSENT_TEACHING, question_id)
    await room.society.change(lambda transaction: transaction.deliveries.add(late))

    await room.society.press(EDITOR, Action.HOLD_BACK, question_id)
    await room.society.change(
        lambda transaction: note_sent(room.society.services, transaction, late, reference="late-late")
    )
    await room.later()

    assert room.chat.retracted[-1:] == ["late-late"]


async def test_list_that_leaves_late_lacks_what_was_withdrawn(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)
    late = _listing(await _last_of(room, question_id))

    await room.society.change(lambda transaction: transaction.deliveries.add(late))
    await dispatch(room.society.services, Deliver(delivery_id=late.id))

    assert room.chat.sent[-1][1].quoted == DeidentifiedText(value="Q99 · today")


async def test_nothing_is_quoted_where_nothing_can_be_taken_back(room: PanelRoom) -> None:
    room.chat.capabilities = replace(room.chat.capabilities, copies=Copies.FINAL)
    question_id = await room.ask(CASE)

    await room.say(PANELIST, "/find pneumomediastinum")
    await room.society.press(MEMBER, Action.WITHDRAW, question_id)
    await room.later()

    (found,) = [m for _, m in room.chat.sent if m.key == "find.found"]
    assert found.quoted == DeidentifiedText(value="Q1 · today · open")
    assert room.chat.retracted == []


async def test_reason_of_a_flag_leaves_the_moderators_chat(room: PanelRoom) -> None:
    await room.society.change_member(COORDINATOR, addresses=(address_of(COORDINATOR), *COORDINATOR.addresses))
    question_id = await room.ask(CASE)

    await room.society.press(MEMBER, Action.FLAG, question_id, {"text": "the bed number"})
    await room.later(TWO_MONTHS)

    assert "incident.page" in room.chat.keys_to(address_of(COORDINATOR).external_id)
    assert _lying(room, "incident.page") == []


async def _suspended(room: PanelRoom) -> Suspension:
    found = await room.room()
    assert found is not None
    return found.suspended


async def test_room_is_looked_into_again_soon_after_a_loss(room: PanelRoom) -> None:
    await room.ask(CASE)

    room.chat.busy = 1
    await room.society.say(PANELIST, "/lost")
    await room.later(timedelta(minutes=1))

    assert await _suspended(room) is Suspension.STRANGERS
    assert "room.strangers" in await room.society.told(COORDINATOR)


async def test_nothing_is_said_in_a_room_before_it_was_looked_into(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    room.chat.busy = 9
    await room.society.say(PANELIST, "/lost")

    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "looks like OP"})
    await room.ask("Rib fracture?")
    await room.later()

    assert await _suspended(room) is Suspension.UNSEEN
    assert (len(room.chat.threads), room.chat.only.posts) == (1, [])


async def test_room_whose_people_are_right_speaks_again(room: PanelRoom) -> None:
    question_id = await room.ask(CASE)
    room.chat.busy = 2
    await room.society.change_member(SECOND, addresses=(address_of(SECOND), *SECOND.addresses))
    room.chat.people = frozenset({address_of(SECOND).external_id, address_of(COORDINATOR).external_id})

    await room.society.say(PANELIST, "/lost")
    await room.society.press(SECOND, Action.NOTE, question_id, {"text": "looks like OP"})
    await room.later(timedelta(minutes=5))

    assert await _suspended(room) is Suspension.NONE
    assert room.chat.only.keys == ["room.note"]
    assert "room.roster_right" not in await room.society.told(COORDINATOR)


async def test_room_is_not_looked_into_for_somebody_elses_phone(room: PanelRoom) -> None:
    room.chat.busy = 5

    await room.society.say(MEMBER, "/lost")

    assert await _suspended(room) is Suspension.NONE


async def test_room_of_a_panelist_who_leaves_waits_for_a_look(room: PanelRoom) -> None:
    room.chat.busy = 5

    await room.society.press(COORDINATOR, Action.OFFBOARD, fields={"member": PANELIST.id})
    before = await _suspended(room)
    await room.later(timedelta(hours=2))

    assert (before, await _suspended(room)) == (Suspension.UNSEEN, Suspension.STRANGERS)


async def test_room_that_has_a_stranger_already_is_not_told_of_again(room: PanelRoom) -> None:
    assert room.chat.people is not None
    room.chat.people |= {"chat-somebody"}
    await dispatch(room.society.services, WatchRooms(at=room.society.now))

    await room.society.say(PANELIST, "/lost")
    await room.later()

    assert (await room.society.told(COORDINATOR)).count("room.strangers") == 1


async def test_page_that_left_without_hidden_words_stays(room: PanelRoom) -> None:
    """Pages about a flagged question go on, and whoever is paged has to find them."""
    await room.society.change_member(SECOND, addresses=(address_of(SECOND), *SECOND.addresses))
    question_id = await room.ask(CASE)
    await room.society.press(MEMBER, Action.FLAG, question_id, {"what": "text"})
    before = len(room.chat.sent)

    await room.later(timedelta(minutes=15))

    paged = [m for _, m in room.chat.sent[before:] if m.key == "panel.card_urgent"]
    numbers = [f"message-{number}" for number, (_, m) in enumerate(room.chat.sent, start=1) if m in paged]
    assert paged
    assert all(CASE not in m.text and m.quoted is None for m in paged)
    assert [name for name in numbers if name in room.chat.retracted] == []
