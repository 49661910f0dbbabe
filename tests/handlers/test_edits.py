"""Edits and deletions at a service: of a draft they change it, of a question that was sent they add to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.demo_people import PANEL
from domain.delivery import OutgoingMessage
from domain.ids import QuestionId
from domain.messages import Action, Address, Press
from domain.ports.store import Transaction
from domain.question import EntryKind
from domain.room import Room
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society

ROOM = Address(channel="chat", external_id="-100")


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE}
    return channel


async def _text(society: Society) -> str:
    return (await society.draft(MEMBER)).text.value


def _last(chat: ServiceChannel) -> OutgoingMessage:
    return chat.sent[-1]


async def test_edit_of_a_message_changes_its_lines_of_the_draft(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    await write_here(society, "D8\nO2 2 L", reference="2")
    await write_here(society, "effusion?", reference="3")

    await write_here(society, "D9", reference="2", is_edit=True)
    await write_here(society, "PE or OP?", reference="1", is_edit=True)

    assert await _text(society) == "PE or OP?\nD9\neffusion?"
    assert _last(chat).key == "draft.preview"


async def test_caption_that_is_added_stands_in_its_place(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, None, "a", reference="1")
    await write_here(society, "D8", reference="2")

    await write_here(society, "PE?", "a", reference="1", is_edit=True)

    assert await _text(society) == "PE?\nD8"
    assert len(await society.images((await society.draft(MEMBER)).id)) == 1


async def test_edit_after_a_change_by_hand_goes_behind_it(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE?\nD8"})

    await write_here(society, "PE or OP?", reference="1", is_edit=True)

    assert await _text(society) == "PE?\nD8\nPE or OP?"


async def test_edit_after_a_change_by_hand_takes_nobodys_place(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "58M D8", reference="1")
    await write_here(society, "new effusion?", reference="2")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE or effusion?\n58M D8, O2 5 L"})

    await write_here(society, "58M D9", reference="1", is_edit=True)

    lines = (await _text(society)).split("\n")
    assert (lines[0], len(lines)) == ("PE or effusion?", 3)


async def test_edit_after_sending_is_new_information(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    await write_here(society, "PE? D8", reference="1", is_edit=True)

    assert _last(chat).key == "question.edit_appended"
    assert EntryKind.INFORMATION in [entry.kind for entry in await society.entries(draft.id)]


async def test_edit_of_added_information_is_added_too(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")
    await write_here(society, "D8", reference="7", in_reply_to=question.id)

    await write_here(society, "D9", reference="7", is_edit=True)

    assert chat.keys()[-2:] == ["question.information_sent", "question.edit_appended"]


async def test_edit_right_behind_its_message_is_not_lost(society: Society, chat: ServiceChannel) -> None:
    await society.intake.accept(from_service(society, "PE?", reference="1"))
    await society.intake.accept(from_service(society, "PE or OP?", reference="1", is_edit=True))

    await society.work()

    assert (await _text(society), chat.keys().count("edit.unknown")) == ("PE or OP?", 0)


async def test_deletion_right_behind_its_message_is_heard(society: Society, chat: ServiceChannel) -> None:
    await society.intake.accept(from_service(society, "PE?", reference="1"))
    await society.intake.accept(from_service(society, None, reference="1", is_deletion=True))

    await society.work()

    assert chat.keys().count("draft.message_deleted") == 1


async def _accept_before_discard(society: Society, text: str | None, *files: str, **given: Any) -> None:
    """Have a message be read before the draft that it goes to is discarded on a page, and gathered after it."""
    discard = Press(action=Action.DISCARD, question_id=(await society.draft(MEMBER)).id)
    await society.intake.accept(from_service(society, text, *files, **given))
    await society.intake.accept(replace(society.message(MEMBER), text=None, press=discard))
    await society.work()


@pytest.mark.parametrize(("text", "files"), [("OP?", ()), (None, ("a",))])
async def test_message_that_went_to_another_draft_is_edited_there(
    society: Society, chat: ServiceChannel, text: str | None, files: tuple[str, ...]
) -> None:
    await write_here(society, "PE?", reference="1")
    await _accept_before_discard(society, text, *files, reference="2")

    await write_here(society, "OP or PE?", *files, reference="2", is_edit=True)

    assert await _text(society) == "OP or PE?"


async def test_edit_of_a_draft_that_is_dropped_meanwhile_begins_another(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")

    await _accept_before_discard(society, "PE or OP?", reference="1", is_edit=True)

    assert await _text(society) == "PE or OP?"


async def test_edit_that_nobody_has_made_says_nothing(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)
    told = chat.keys()

    await write_here(society, "PE?", reference="1", is_edit=True)

    assert chat.keys() == told


async def _information(society: Society, question_id: QuestionId) -> list[str]:
    entries = await society.entries(question_id)
    return [each.text.value for each in entries if each.kind is EntryKind.INFORMATION and each.text is not None]


async def test_edit_that_nobody_has_made_of_an_earlier_addition_says_nothing(
    society: Society, chat: ServiceChannel
) -> None:
    await write_here(society, "PE?\nO2 2 L", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    for reference, text in (("2", "D-dimer 3.1"), ("3", "no allergy")):
        await write_here(society, text, reference=reference, in_reply_to=draft.id)

    for reference, text in (("1", "PE?\nO2 2 L"), ("2", "D-dimer 3.1"), ("3", "no allergy")):
        await write_here(society, text, reference=reference, is_edit=True)

    assert await _information(society, draft.id) == ["D-dimer 3.1", "no allergy"]


async def test_edit_that_nobody_has_made_after_a_change_by_hand_says_nothing(
    society: Society, chat: ServiceChannel
) -> None:
    await write_here(society, "D8", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE?\nD8"})
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    await write_here(society, "D8", reference="1", is_edit=True)

    assert await _information(society, draft.id) == []


async def test_edit_that_is_taken_back_is_said(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "D8", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    for text in ("D9", "D9", "D8", "D9"):
        await write_here(society, text, reference="1", is_edit=True)

    added = [entry.text for entry in await society.entries(draft.id) if entry.kind is EntryKind.INFORMATION]
    assert [text.value for text in added if text is not None] == ["D9", "D8", "D9"]


async def test_edit_of_an_unknown_message_is_spoken_of_once(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "D8", reference="7", is_edit=True)
    await write_here(society, "D9", reference="8", is_edit=True)

    assert chat.keys() == ["edit.unknown"]


async def test_edit_of_a_discarded_draft_begins_nothing(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    await society.press(MEMBER, Action.DISCARD, (await society.draft(MEMBER)).id)

    await write_here(society, "PE or OP?", reference="1", is_edit=True)

    assert _last(chat).key == "edit.unknown"
    assert await society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_deleted_message_stays_in_the_draft(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")

    await write_here(society, None, reference="1", is_deletion=True)

    assert (_last(chat).key, await _text(society)) == ("draft.message_deleted", "PE?")
    assert [choice.action for choice in _last(chat).choices] == [Action.DISCARD]


async def test_deletion_after_sending_changes_nothing(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    told = chat.keys()

    await write_here(society, None, reference="1", is_deletion=True)
    await write_here(society, None, reference="unknown", is_deletion=True)

    assert chat.keys() == told


async def test_caption_that_is_removed_leaves_the_draft(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    await write_here(society, "D8", reference="2")

    await write_here(society, None, "a", reference="1", is_edit=True)

    assert await _text(society) == "D8"


async def test_nothing_said_after_sending_is_nothing(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)
    told = chat.keys()

    await write_here(society, None, "a", reference="1", is_edit=True)

    assert chat.keys() == told


async def _open_room(society: Society) -> QuestionId:
    """Give the panel a room with a thread for one question."""
    question = await society.ask()

    def save(transaction: Transaction) -> None:
        transaction.rooms.save(Room(panel_id=PANEL.id, address=ROOM))
        thread = transaction.rooms.lock_thread(question.id, ROOM)
        transaction.rooms.save_thread(replace(thread, thread="7", card="8"))
        transaction.rooms.note_message(ROOM, "8", question.id)

    await society.change(save)
    return question.id


async def _notes(society: Society, question_id: QuestionId) -> list[str]:
    entries = await society.entries(question_id)
    return [entry.text.value for entry in entries if entry.kind is EntryKind.NOTE and entry.text is not None]


@pytest.mark.parametrize("place", [{"thread": "7"}, {"replied_to": "8"}])
async def test_words_in_a_thread_are_notes_said_anew_when_edited(
    society: Society, chat: ServiceChannel, place: dict[str, str]
) -> None:
    question_id = await _open_room(society)
    theirs = {"room": ROOM.external_id, "reference": "9", "sender": PANELIST.addresses[0], **place}

    await write_here(society, "looks like OP", **theirs)
    await write_here(society, "looks like PE", is_edit=True, **theirs)

    assert await _notes(society, question_id) == ["looks like OP", "looks like PE"]


@pytest.mark.parametrize(("text", "given"), [("claim", {"is_edit": True}), (None, {"is_deletion": True})])
async def test_command_that_is_edited_and_words_deleted_do_nothing(
    society: Society, chat: ServiceChannel, text: str | None, given: dict[str, bool]
) -> None:
    question_id = await _open_room(society)
    theirs = {"room": ROOM.external_id, "thread": "7", "sender": PANELIST.addresses[0]}

    await write_here(society, text, **theirs, **given)

    assert await _notes(society, question_id) == []
    assert (await society.question(question_id)).claimed_by is None


async def test_answer_that_is_edited_does_not_pass_for_corrected(society: Society, chat: ServiceChannel) -> None:
    await _open_room(society)
    theirs = {"room": ROOM.external_id, "thread": "7", "reference": "9", "sender": PANELIST.addresses[0]}

    await write_here(society, "/a PE", is_edit=True, **theirs)
    await write_here(society, "/a no PE", is_edit=True, **theirs)

    assert (await society.told(PANELIST)).count("edit.command") == 1


async def test_files_in_a_room_are_not_taken(society: Society, chat: ServiceChannel) -> None:
    await _open_room(society)

    await write_here(society, None, "a", room=ROOM.external_id, thread="7", sender=PANELIST.addresses[0])

    assert (await society.told(PANELIST))[-1] == "room.file_deleted"


async def test_words_of_a_photo_in_a_room_count(society: Society, chat: ServiceChannel) -> None:
    question_id = await _open_room(society)
    theirs = {"room": ROOM.external_id, "thread": "7", "sender": PANELIST.addresses[0]}

    await write_here(society, "looks like OP", "a", **theirs)
    await write_here(society, "담당", "b", **theirs)

    assert (await society.told(PANELIST)).count("room.file_deleted") == 2
    assert await _notes(society, question_id) == ["looks like OP"]
    assert (await society.question(question_id)).claimed_by == PANELIST.id


async def test_voice_in_a_room_is_let_be(society: Society, chat: ServiceChannel) -> None:
    await _open_room(society)
    told = await society.told(PANELIST)

    await write_here(society, None, room=ROOM.external_id, thread="7", sender=PANELIST.addresses[0], unreadable="voice")

    assert await society.told(PANELIST) == told
