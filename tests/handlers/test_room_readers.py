"""Who has seen it in a room is told of a wrong patient; what people typed there, people are asked to delete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.member import Role
from domain.messages import Action
from domain.ports.store import Transaction
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, SLICE, Society

PAGE = "wrong_patient.page"
DELETE, DELETE_OF = "room.typed", "room.typed_by"


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _paged(room: PanelRoom) -> list[bool]:
    return [PAGE in await room.society.told(member) for member in (PANELIST, SECOND, COORDINATOR, COLLEAGUE)]


async def test_everybody_of_a_room_with_pictures_is_paged(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert await _paged(room) == [True, True, True, False]


async def test_question_without_pictures_or_answer_pages_nobody(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert await _paged(room) == [False, False, False, False]


async def test_answer_in_a_room_counts_as_seen(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await room.later()

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert await _paged(room) == [True, True, True, False]


async def test_whoever_has_come_to_the_room_since_is_paged(room: PanelRoom) -> None:
    question_id = await room.ask("PE?", SLICE)

    def join(transaction: Transaction) -> None:
        (panel,) = transaction.panels.all()
        transaction.panels.save(replace(panel, members=(*panel.members, COLLEAGUE.id, EDITOR.id)))
        transaction.members.save(replace(COLLEAGUE, addresses=(*COLLEAGUE.addresses, address_of(COLLEAGUE))))

    await room.society.change(join)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert await _paged(room) == [True, True, True, True]
    assert PAGE not in await room.society.told(EDITOR)


async def test_typed_note_of_a_wrong_patient_is_to_be_deleted(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.write(PANELIST, "looks like OP", thread=(await room.thread_of(question_id)).thread)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert DELETE in await room.society.told(PANELIST)
    assert DELETE_OF in await room.society.told(COORDINATOR)


async def test_typed_note_that_was_flagged_is_to_be_deleted(room: PanelRoom) -> None:
    chain = (*COORDINATOR.addresses, address_of(COORDINATOR))
    await room.society.change_member(COORDINATOR, roles=COORDINATOR.roles | {Role.PANELIST}, addresses=chain)
    thread = (await room.thread_of(await room.ask())).thread
    for author in (PANELIST, COORDINATOR):
        await room.write(author, "looks like OP", thread=thread)

    await room.press(SECOND, Action.FLAG)

    assert DELETE in await room.society.told(PANELIST)
    assert (await room.society.told(COORDINATOR)).count(DELETE_OF) == 1
    assert DELETE in await room.society.told(COORDINATOR)
    assert "incident.flagged_typed" in room.told(SECOND)


async def test_asker_who_typed_in_the_room_stays_an_alias(room: PanelRoom) -> None:
    question_id = await room.ask()
    chain = (*PANELIST.addresses, address_of(PANELIST))
    await room.society.change_member(PANELIST, alias="Member-99", addresses=chain)

    def take_over(transaction: Transaction) -> None:
        transaction.questions.save(replace(transaction.questions.get(question_id), asker_id=PANELIST.id))

    await room.society.change(take_over)
    await room.write(PANELIST, "more", thread=(await room.thread_of(question_id)).thread)

    await room.press(SECOND, Action.FLAG)

    lines = [str(line.payload["text"]) for line in await room.society.lines(COORDINATOR)]
    assert any("what Member-99 wrote" in line for line in lines)


@pytest.mark.parametrize("words", ["opinion OP pattern", "/a OP pattern"])
async def test_nothing_is_sealed_where_everybody_reads_it(room: PanelRoom, words: str) -> None:
    question_id = await room.ask(action=Action.SEND_ROUTINE)
    await room.society.press(MEMBER, Action.SECOND_OPINION, question_id)
    entries = len(await room.society.entries(question_id))

    await room.write(PANELIST, words, thread=(await room.thread_of(question_id)).thread)

    assert room.chat.keys_to(address_of(PANELIST).external_id)[-1] == "error.sealed_in_room"
    assert len(await room.society.entries(question_id)) == entries


async def test_only_answer_in_a_room_breaks_the_seal_anyway(room: PanelRoom) -> None:
    question_id = await room.ask(action=Action.SEND_ROUTINE)

    await room.write(PANELIST, "/a OP pattern", thread=(await room.thread_of(question_id)).thread)

    assert room.chat.only.keys == ["panel.answer_echo"]
