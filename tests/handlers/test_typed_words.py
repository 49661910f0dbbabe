"""What people typed in a room and what must not stay there: Hilum deletes it where its service lets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import QuestionId
from domain.messages import Action, Address, Attachment, AttachmentKind
from domain.question import EntryKind
from domain.text import IdentifiableText
from tests.fakes.panel_room import CHEST, PanelRoom, address_of, open_room
from tests.fakes.room_channel import DeletingRoomChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society
from tests.fakes.watchful_door import Watched

ASK, ASK_COORDINATOR, DELETED = "room.typed", "room.typed_by", "room.typed_deleted"
NAMING = "ring her at 010-1234-5678, OP pattern"


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society, kind=DeletingRoomChannel)


def _deleted(room: PanelRoom) -> list[str]:
    assert isinstance(room.chat, DeletingRoomChannel)
    return [each.removeprefix(f"{CHEST.external_id} ") for each in room.chat.deleted]


def _keep(room: PanelRoom, reference: str) -> None:
    assert isinstance(room.chat, DeletingRoomChannel)
    room.chat.kept.add(reference)


def _last_to(room: PanelRoom, member) -> str:
    return room.chat.keys_to(address_of(member).external_id)[-1]


async def _sealed(room: PanelRoom) -> tuple[QuestionId, str]:
    """Return a question under seal for which two answers are wanted, and its thread."""
    question_id = await room.ask(action=Action.SEND_ROUTINE)
    await room.society.press(MEMBER, Action.SECOND_OPINION, question_id)
    await room.later()
    return question_id, (await room.thread_of(question_id)).thread


async def _noted(room: PanelRoom, words: str = "looks like OP") -> tuple[QuestionId, str]:
    """Return a question, and the note that a panelist typed in its thread."""
    question_id = await room.ask()
    return question_id, await room.write(PANELIST, words, thread=(await room.thread_of(question_id)).thread)


@pytest.mark.parametrize("words", ["opinion OP pattern", "/a OP pattern"])
async def test_sealed_opinion_is_deleted_where_the_others_read(room: PanelRoom, words: str) -> None:
    question_id, thread = await _sealed(room)
    entries = len(await room.society.entries(question_id))

    typed = await room.write(PANELIST, words, thread=thread)

    assert (_deleted(room), _last_to(room, PANELIST)) == ([typed], "sealed.deleted")
    assert len(await room.society.entries(question_id)) == entries
    (_, said) = room.chat.sent[-1]
    assert said.link == f"{room.society.services.rules.page_address}/questions/{question_id}"


async def test_sealed_opinion_that_stays_is_the_authors_to_delete(room: PanelRoom) -> None:
    _, thread = await _sealed(room)
    _keep(room, f"typed-{next(room.society.numbers) + 1}")

    await room.write(PANELIST, "opinion OP pattern", thread=thread)

    assert _last_to(room, PANELIST) == "error.sealed_in_room"


@pytest.mark.parametrize(("words", "gone"), [("opinion OP", True), ("claim", False)])
async def test_edit_that_brings_an_opinion_goes_too(room: PanelRoom, words: str, gone: bool) -> None:
    _, thread = await _sealed(room)
    typed = await room.write(PANELIST, "I look at it tonight", thread=thread)

    await room.write(PANELIST, words, thread=thread, reference=typed, is_edit=True)

    assert _deleted(room) == ([typed] if gone else [])


async def test_sealed_opinion_is_taken_in_private(room: PanelRoom) -> None:
    question_id, thread = await _sealed(room)
    await room.write(PANELIST, "opinion OP pattern", thread=thread)
    message = replace(room.society.message(PANELIST), channel="chat", sender=address_of(PANELIST))

    await room.society.receive(replace(message, text=IdentifiableText("/opinion Q1 OP pattern")))

    assert EntryKind.OPINION in [entry.kind for entry in await room.society.entries(question_id)]


async def test_note_of_a_wrong_patient_is_deleted(room: PanelRoom) -> None:
    question_id, typed = await _noted(room)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    told = await room.society.told(PANELIST), await room.society.told(COORDINATOR)
    assert _deleted(room) == [typed]
    assert (DELETED in told[0], ASK in told[0], ASK_COORDINATOR in told[1]) == (True, False, False)


async def test_note_that_was_flagged_is_deleted(room: PanelRoom) -> None:
    _, typed = await _noted(room)

    await room.press(SECOND, Action.FLAG)

    assert _deleted(room) == [typed]
    assert "incident.flagged" in room.told(SECOND)


async def test_people_are_asked_for_what_stays(room: PanelRoom) -> None:
    question_id, typed = await _noted(room)
    _keep(room, typed)

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert ASK in await room.society.told(PANELIST)
    assert ASK_COORDINATOR in await room.society.told(COORDINATOR)


async def test_message_is_deleted_in_the_room_where_it_was_typed(room: PanelRoom) -> None:
    question_id, typed = await _noted(room)
    there = Address(channel="chat", external_id="-200")
    await room.society.change(lambda transaction: transaction.rooms.moved(CHEST, there))

    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)

    assert _deleted(room) == [typed]


async def test_typed_words_at_a_channel_that_is_off_are_for_both(room: PanelRoom) -> None:
    question_id, typed = await _noted(room)
    services = room.society.services
    room.society.services = replace(services, channels={"web": services.channels["web"]})
    await room.society.press(MEMBER, Action.WRONG_PATIENT, question_id)
    asked = ASK in await room.society.told(PANELIST)

    room.society.services = services
    await room.society.worker().prepare()
    await room.later()

    assert (asked, _deleted(room)) == (True, [typed])


async def test_note_that_identifies_is_deleted_and_said_without_it(room: PanelRoom) -> None:
    _, typed = await _noted(room, NAMING)

    (post,) = room.chat.only.posts
    assert (_deleted(room), _last_to(room, PANELIST)) == ([typed], "named.deleted")
    assert post.quoted is not None
    assert "5678" not in post.quoted.value


async def test_resident_number_in_a_note_leaves_the_rest_to_the_panel(room: PanelRoom) -> None:
    _, typed = await _noted(room, "900101-1234567, looks like OP")

    (post,) = room.chat.only.posts
    assert (_deleted(room), _last_to(room, PANELIST)) == ([typed], "number.deleted")
    assert post.quoted is not None
    assert "1234567" not in post.quoted.value


async def test_asker_whom_a_note_names_stays_an_alias(room: PanelRoom) -> None:
    _, typed = await _noted(room, f"{MEMBER.display_name} called me, OP pattern")

    assert _deleted(room) == [typed]


async def test_name_of_a_colleague_stays(room: PanelRoom) -> None:
    await _noted(room, f"I agree with {SECOND.display_name}")

    assert (_deleted(room), room.chat.only.posts) == ([], [])


async def test_answer_that_names_somebody_goes_whatever_becomes_of_it(room: PanelRoom) -> None:
    question_id = await room.ask()
    await room.society.press(SECOND, Action.CLAIM, question_id)
    await room.later()

    typed = await room.write(PANELIST, f"/a {NAMING}", thread=(await room.thread_of(question_id)).thread)

    assert _deleted(room) == [typed]
    assert "error.already_taken" in room.chat.keys_to(address_of(PANELIST).external_id)


async def test_sender_deletes_what_names_somebody_where_hilum_may_not(society: Society) -> None:
    room = await open_room(society)

    await _noted(room, NAMING)

    assert _last_to(room, PANELIST) == "named.stays"


async def test_words_that_could_not_be_deleted_are_known_to_stand_there(society: Society) -> None:
    room = await open_room(society)
    question_id, _ = await _noted(room, NAMING)

    await society.press(MEMBER, Action.WRONG_PATIENT, question_id)
    await room.later()

    assert ASK in await society.told(PANELIST)


@pytest.mark.parametrize(
    "words",
    [
        "/find {} CT",
        "/statuss {}",
        "/pass {}",
        "/quiet {}",
        "/offboard {}",
        "/ask {} PE?",
        "/snip save x {}",
        "/a {} OP",
    ],
)
async def test_whatever_names_the_patient_in_a_thread_goes(watched: Watched, words: str) -> None:
    room, thread = await _of_gildong(watched)

    typed = await room.write(PANELIST, words.format("gildong"), thread=thread)

    assert _deleted(room) == [typed]
    assert room.chat.keys_to(address_of(PANELIST).external_id).count("named.deleted") == 1


async def test_edit_of_a_command_that_names_the_patient_goes(watched: Watched) -> None:
    room, thread = await _of_gildong(watched)
    typed = await room.write(PANELIST, "/back prior CT?", thread=thread)

    await room.write(PANELIST, "/back prior CT of gildong?", thread=thread, reference=typed, is_edit=True)

    assert _deleted(room) == [typed]


async def test_search_in_a_thread_that_names_nobody_stays(room: PanelRoom) -> None:
    question_id = await room.ask()

    await room.write(PANELIST, "/find effusion", thread=(await room.thread_of(question_id)).thread)

    assert _deleted(room) == []


async def _of_gildong(watched: Watched) -> tuple[PanelRoom, str]:
    """Return a room, and its thread for a question whose file names the patient."""
    society, door = watched
    room = await open_room(society, kind=DeletingRoomChannel)
    door.named = [("gildong",)]
    question_id = await room.ask("PE?", b"file")
    return room, (await room.thread_of(question_id)).thread


PHOTO = (Attachment(reference="photo", kind=AttachmentKind.PHOTO),)


@pytest.mark.parametrize("member", [PANELIST, MEMBER])
@pytest.mark.parametrize("what", [{"attachments": PHOTO}, {"unreadable": "video"}])
@pytest.mark.parametrize("is_in_thread", [True, False])
async def test_file_in_a_room_is_deleted(room: PanelRoom, member, what, *, is_in_thread: bool) -> None:
    await room.society.change_member(MEMBER, addresses=(*MEMBER.addresses, address_of(MEMBER)))
    thread = (await room.thread_of(await room.ask())).thread

    typed = await room.post(member, thread=thread if is_in_thread else "", **what)

    assert _deleted(room) == [typed]
    assert room.chat.keys_to(address_of(member).external_id).count("room.file_deleted") == 1


async def test_album_in_a_room_is_spoken_of_once(room: PanelRoom) -> None:
    thread = (await room.thread_of(await room.ask())).thread

    posted = [await room.post(PANELIST, thread=thread, group="album", attachments=PHOTO) for _ in range(3)]

    assert _deleted(room) == posted
    assert room.chat.keys_to(address_of(PANELIST).external_id).count("room.file_deleted") == 1


async def test_words_of_a_deleted_photo_are_said_to_the_panel(room: PanelRoom) -> None:
    thread = (await room.thread_of(await room.ask())).thread

    await room.post(PANELIST, text=IdentifiableText("looks like OP"), thread=thread, attachments=PHOTO)

    (post,) = room.chat.only.posts
    assert post.quoted is not None
    assert post.quoted.value == "looks like OP"


async def test_photo_that_stays_is_its_senders_to_delete(society: Society) -> None:
    room = await open_room(society)
    thread = (await room.thread_of(await room.ask())).thread

    await room.post(PANELIST, thread=thread, attachments=PHOTO)

    assert _last_to(room, PANELIST) == "room.file_stays"


async def test_photo_where_no_panel_has_its_room_is_nobodys(room: PanelRoom) -> None:
    await room.post(PANELIST, room="-200", attachments=PHOTO)

    assert (_deleted(room), room.chat.sent) == ([], [])
