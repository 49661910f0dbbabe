"""Original photos are deleted from the conversation once the question is sent, or their sender is asked to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands_services import DeleteMessage, DeleteOriginal
from domain.errors import ChannelOffError, TransientError, UserError
from domain.ids import PanelId
from domain.messages import Action, Address
from domain.ports.jobs import JobState
from domain.ports.store import Transaction
from domain.room import Room
from tests.fakes.panel_room import CHEST
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.service_channel import CHAT, ServiceChannel, connect_service, write_here
from tests.fakes.society import COORDINATOR, MEMBER, SLICE, Society

NUMBER = "PE? 900101-1234567"
DELETED, GOING = "I deleted your original photos", "I am deleting your original photos"
KEPT = "Please delete them where you sent them"
OFF = "relay.channel_off"


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE, "b": SLICE}
    return channel


async def _send(society: Society) -> None:
    draft = await society.draft(MEMBER)
    await society.confirm_all(MEMBER, draft.id)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)


def _said(chat: PaperChannel, key: str) -> list[str]:
    return [message.text for message in chat.sent if message.key == key]


async def test_originals_are_deleted_when_the_question_is_sent(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    await write_here(society, None, "b", reference="2")
    before = list(chat.deleted)

    await _send(society)

    assert (before, sorted(chat.deleted)) == ([], ["1", "2"])
    assert GOING in _said(chat, "question.receipt_urgent")[0]


async def test_sender_is_told_once_of_what_stays(society: Society, chat: ServiceChannel) -> None:
    chat.kept = frozenset({"1", "2"})
    await write_here(society, "PE?", "a", reference="1")
    await write_here(society, None, "b", reference="2")

    await _send(society)

    assert len(_said(chat, "question.originals_stay")) == 1


async def test_service_that_refuses_for_good_is_spoken_of(society: Society, chat: ServiceChannel) -> None:
    chat.refusal = "address_blocked"
    await write_here(society, "PE?", "a")

    await _send(society)

    assert len(_said(chat, "question.originals_stay")) == 1
    assert "original_kept" in society.log.events


async def test_image_that_comes_later_is_deleted_as_well(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")

    await write_here(society, "one more", "a", reference="9", in_reply_to=question.id)

    assert chat.deleted == ["9"]


async def test_service_without_deletion_leaves_it_to_the_sender(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a")
    paper = PaperChannel(name=CHAT.channel)
    society.services.channels[CHAT.channel] = paper  # type: ignore[index]  # a dictionary in this society

    await _send(society)

    assert KEPT in _said(paper, "question.receipt_urgent")[0]


async def test_deletion_of_nothing_is_nothing(society: Society, chat: ServiceChannel) -> None:
    upload = await society.upload(MEMBER, SLICE)

    await dispatch(society.services, DeleteOriginal(upload_id=upload))

    assert (chat.deleted, chat.sent) == ([], [])


async def test_file_still_looked_at_has_no_word_in_the_receipt(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")
    await society.advance(timedelta(seconds=21))

    await _send(society)

    assert GOING not in _said(chat, "question.receipt_urgent")[0]
    assert "FetchFile" in [row.command for row in await society.queue.rows(JobState.READY)]


async def test_file_that_never_came_is_left_to_its_sender(society: Society, chat: ServiceChannel) -> None:
    chat.files["b"] = UserError("file_gone")
    await write_here(society, "PE?", "a", reference="1")
    await write_here(society, None, "b", reference="2")

    await _send(society)

    assert chat.deleted == ["1"]
    assert KEPT in _said(chat, "question.receipt_urgent")[0]


async def test_message_with_a_resident_number_is_deleted(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, NUMBER, reference="1")

    assert (chat.deleted, chat.keys().count("number.deleted")) == (["1"], 1)
    assert (await society.draft(MEMBER)).text.value == "PE? [resident number]"


async def test_sender_deletes_what_the_service_does_not(society: Society, chat: ServiceChannel) -> None:
    chat.kept = frozenset({"1"})

    await write_here(society, NUMBER, reference="1")

    assert (chat.keys().count("number.deleted"), chat.keys().count("number.stays")) == (0, 1)


async def test_number_under_a_photo_is_deleted_once_it_is_fetched(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, NUMBER, "a", reference="1")
    before = list(chat.deleted)

    await society.advance(timedelta(minutes=10))

    assert (before, chat.deleted) == ([], ["1"])


async def test_number_that_an_edit_brings_is_deleted_at_once(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")

    await write_here(society, NUMBER, "a", reference="1", is_edit=True)

    assert chat.deleted == ["1"]


@pytest.mark.parametrize(("room", "deleted"), [(CHEST.external_id, ["1"]), ("-200", [])])
async def test_number_in_a_room_is_deleted_where_it_is_ours(
    society: Society, chat: ServiceChannel, room: str, deleted: list[str]
) -> None:
    def save(transaction: Transaction) -> None:
        transaction.rooms.save(Room(panel_id=PanelId("chest"), address=Address(channel="chat", external_id="-100")))

    await society.change(save)

    await write_here(society, NUMBER, reference="1", room=room)

    assert chat.deleted == deleted


async def test_number_at_a_service_that_deletes_nothing_is_spoken_of(society: Society, chat: ServiceChannel) -> None:
    paper = PaperChannel(name=CHAT.channel)
    society.services.channels[CHAT.channel] = paper  # type: ignore[index]  # a dictionary in this society

    await write_here(society, NUMBER, reference="1")

    assert paper.keys().count("number.stays") == 1


async def test_message_at_a_service_that_is_off_is_deleted_later(society: Society) -> None:
    command = DeleteMessage(member_id=MEMBER.id, channel="chat", sender=CHAT.external_id, place="1", reference="1")
    await society.change(lambda transaction: transaction.jobs.add(command, gate="chat"))

    chat = await connect_service(society)
    await society.worker().prepare()
    await society.work()

    assert (chat.deleted, chat.keys()) == (["1"], ["number.deleted"])


async def test_files_that_came_by_a_page_are_nowhere_else(society: Society, chat: ServiceChannel) -> None:
    await society.ask("PE?", SLICE)

    assert DELETED in _said(chat, "question.receipt_urgent")[0]
    assert chat.deleted == []


async def test_original_at_a_channel_that_is_off_is_waited_for(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    draft = await society.draft(MEMBER)
    (upload,) = await society.read(lambda transaction: transaction.uploads.of_question(draft.id))
    services = replace(society.services, channels={})

    with pytest.raises(ChannelOffError):
        await dispatch(services, DeleteOriginal(upload_id=upload.id))
    await dispatch(society.services, DeleteOriginal(upload_id=upload.id))

    assert chat.deleted == ["1"]


async def test_original_of_no_question_is_waited_for_in_silence(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    draft = await society.draft(MEMBER)
    (upload,) = await society.read(lambda transaction: transaction.uploads.of_question(draft.id))
    await society.change(lambda transaction: transaction.uploads.save(replace(upload, question_id=None)))
    await society.advance(timedelta(days=2))

    with pytest.raises(ChannelOffError):
        await dispatch(replace(society.services, channels={}), DeleteOriginal(upload_id=upload.id))

    assert OFF not in await society.told(COORDINATOR)


async def test_coordinator_hears_after_a_day_of_originals_that_wait(society: Society, chat: ServiceChannel) -> None:
    chat.kept = frozenset({"1"})
    await write_here(society, "PE?", "a", reference="1")
    draft = await society.draft(MEMBER)
    (upload,) = await society.read(lambda transaction: transaction.uploads.of_question(draft.id))
    await _send(society)
    services = replace(society.services, channels={"web": society.services.channels["web"]})
    told = []

    for wait in (timedelta(0), timedelta(days=1), timedelta(hours=6)):
        await society.advance(wait)
        with pytest.raises(ChannelOffError):
            await dispatch(services, DeleteOriginal(upload_id=upload.id))
        await society.work()
        told.append((await society.told(COORDINATOR)).count(OFF))

    assert told == [0, 1, 1]
