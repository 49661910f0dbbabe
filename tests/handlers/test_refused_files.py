"""A file that is refused is spoken of wherever nothing else shows it, and its original goes like any other's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import abandon, dispatch
from domain.commands import RouteMessage, SweepInbox
from domain.commands_services import FetchFile
from domain.errors import PermanentError, TransientError
from domain.ids import InboxId, UploadId
from domain.messages import Action, Attachment
from domain.ports.jobs import JobState
from domain.question import Question
from domain.study import Upload, UploadState
from storage.uploads import open_segments
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.service_channel import CHAT, ServiceChannel, connect_service, write_here
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society

NO_IMAGE = b"this is no image at all" * 100
TOLD = "question.file_refused"
DAY = timedelta(hours=25)


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": NO_IMAGE, "b": NO_IMAGE}
    return channel


async def _uploads(society: Society) -> list[Upload]:
    far = society.now + timedelta(days=1)
    return list(await society.read(lambda transaction: transaction.uploads.begun_before(far)))


async def _attached(society: Society, question: Question) -> UploadId:
    """Return a file of a sent question that is whole, and that nobody has looked at."""
    upload_id = await society.upload(MEMBER, SLICE)
    upload = (await _uploads(society))[0]
    attached = replace(upload, question_id=question.id)
    await society.change(lambda transaction: transaction.uploads.save(attached))
    return upload_id


async def test_file_that_came_later_and_is_refused_is_told(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")

    await write_here(society, "the CT of today", "a", reference="9", in_reply_to=question.id)
    await society.advance(timedelta(minutes=2))

    (said,) = [message.text for message in chat.sent if message.key == TOLD]
    assert said.startswith("Q1: not everything you sent reached the panel. This is neither a DICOM image nor")
    assert said.endswith("I am deleting your original photos from this chat.")
    assert chat.deleted == ["9"]


async def test_file_still_on_its_way_at_the_send_and_refused_is_told(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a")
    await society.advance(timedelta(seconds=21))
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)
    chat.files["a"] = NO_IMAGE

    await society.advance(timedelta(minutes=3))

    assert chat.keys().count(TOLD) == 1


async def test_album_is_refused_in_one_sentence_and_the_next_file_in_another(
    society: Society, chat: ServiceChannel
) -> None:
    question = await society.ask("PE?")
    for name in ("a", "b"):
        await write_here(society, None, name, reference=name, in_reply_to=question.id, group="7")
    await society.advance(timedelta(seconds=5))
    album = chat.keys().count(TOLD)

    await write_here(society, None, "a", reference="c", in_reply_to=question.id)

    assert (album, chat.keys().count(TOLD)) == (1, 2)


async def test_refused_file_of_a_draft_is_told_in_a_chat(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")

    assert chat.keys() == ["draft.checking", "draft.file_refused", "draft.preview"]
    assert chat.deleted == []


async def test_refused_files_of_a_page_are_one_line_once_the_question_is_sent(society: Society) -> None:
    await society.write_draft("PE?", NO_IMAGE)
    draft = await society.draft(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    before = await society.told(MEMBER)

    await society.say(
        MEMBER, None, to=draft.id, uploads=[await society.upload(MEMBER, NO_IMAGE + each) for each in (b"1", b"2")]
    )

    assert {TOLD, "draft.file_refused"}.isdisjoint(before)
    assert (await society.told(MEMBER)).count(TOLD) == 1


async def test_file_that_was_refused_before_is_refused_no_second_time(society: Society) -> None:
    question = await society.ask("PE?")
    await society.settle(question.id)
    upload_id = await society.upload(MEMBER, SLICE)
    refused = replace((await _uploads(society))[0], state=UploadState.REFUSED, refusals=("refusal.file_not_fetched",))
    await society.change(lambda transaction: transaction.uploads.save(refused))

    await society.say(MEMBER, "as I said", to=question.id, uploads=[upload_id])

    (found,) = await society.read(lambda transaction: transaction.uploads.of_question(question.id))
    assert found.refusals == ("refusal.file_not_fetched",)
    assert TOLD not in await society.told(MEMBER)


async def test_images_that_are_not_taken_are_spoken_of_once_sent(society: Society) -> None:
    question = await society.ask("PE?")
    society.services = replace(society.services, rules=replace(society.rules, takes_images=False))

    await society.say(MEMBER, "one more", to=question.id, uploads=[await society.upload(MEMBER, SLICE)])

    assert TOLD in await society.told(MEMBER)


async def test_service_that_keeps_what_was_sent_leaves_it_to_the_sender(society: Society, chat: ServiceChannel) -> None:
    class KeepingChannel(PaperChannel):
        async def fetch(self, _: Attachment) -> AsyncIterator[bytes]:
            yield NO_IMAGE

    question, keeping = await society.ask("PE?"), KeepingChannel(name=CHAT.channel)
    society.services.channels[CHAT.channel] = keeping  # type: ignore[index]  # a dictionary in this society

    await write_here(society, "one more", "a", in_reply_to=question.id)

    (said,) = [message.text for message in keeping.sent if message.key == TOLD]
    assert said.endswith("Please delete them where you sent them.")


async def test_file_that_nobody_could_look_at_is_told_and_deleted(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")
    chat.files["a"] = SLICE
    door = society.services.deidentifier

    class BrokenDoor:
        def __getattr__(self, name: str) -> object:
            return getattr(door, name)

        async def clean_uploads(self, *_: object, **__: object) -> object:
            raise PermanentError("upload_missing")

    society.services = replace(society.services, deidentifier=BrokenDoor())  # type: ignore[arg-type]
    await write_here(society, "one more", "a", reference="9", in_reply_to=question.id)

    assert "CleanUpload" in [row.command for row in await society.queue.rows(JobState.PARKED)]
    assert (chat.deleted, chat.keys().count(TOLD)) == (["9"], 1)


async def test_file_that_expired_unread_is_told(society: Society) -> None:
    question = await society.ask("PE?")
    await _attached(society, question)

    await dispatch(society.services, SweepInbox(at=society.now + DAY))
    await society.work()

    assert (await society.told(MEMBER)).count(TOLD) == 1


@pytest.mark.parametrize(
    ("keeps", "told"), [(False, "I am deleting your original"), (True, "Please delete them where")]
)
async def test_original_of_an_offer_that_nobody_took_goes(
    society: Society, chat: ServiceChannel, keeps: bool, told: str
) -> None:
    chat.files["a"] = SLICE
    await society.ask("PE?")
    await write_here(society, None, "a", reference="50")
    there = PaperChannel(name=CHAT.channel) if keeps else chat
    society.services.channels[CHAT.channel] = there  # type: ignore[index]  # a dictionary in this society

    await dispatch(society.services, SweepInbox(at=society.now + DAY))
    await society.work()

    (said,) = [message.text for message in there.sent if message.key == "draft.file_refused"]
    assert ("waited too long" in said, told in said) == (True, True)
    assert chat.deleted == ([] if keeps else ["50"])


async def test_file_that_never_came_stays_with_its_sender(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "one more", "a", reference="9", in_reply_to=question.id)

    await dispatch(society.services, SweepInbox(at=society.now + DAY))
    await society.work()

    (upload,) = await society.read(lambda transaction: transaction.uploads.of_question(question.id))
    assert (upload.refusals, upload.shredded) == (("refusal.file_not_fetched",), True)
    assert (chat.deleted, chat.keys().count(TOLD)) == ([], 1)


async def test_offered_file_that_never_came_stays_with_its_sender(society: Society, chat: ServiceChannel) -> None:
    await society.ask("PE?")
    chat.files["a"] = TransientError("service_away")
    await write_here(society, None, "a", reference="50")

    await dispatch(society.services, SweepInbox(at=society.now + DAY))
    await society.work()

    assert (chat.deleted, chat.keys().count("question.originals_going")) == ([], 0)


async def test_file_that_still_streams_in_for_a_closed_question_is_shredded_in_time(society: Society) -> None:
    question = await society.ask("PE?")
    await society.settle(question.id)
    upload = await society.intake.begin_upload(MEMBER.id, external_id="slow", size_bytes=len(SLICE))
    await society.say(MEMBER, "the control", to=question.id, uploads=[upload.id])
    await society.upload(MEMBER, SLICE, external_id="slow")

    await dispatch(society.services, SweepInbox(at=society.now + DAY))

    (found,) = await society.read(lambda transaction: transaction.uploads.of_question(question.id))
    assert (found.refusals, found.shredded) == (("refusal.question_closed",), True)
    assert [path for path in (society.folder / "data" / "uploads").rglob("*") if path.is_file()] == []


async def test_file_for_a_closed_question_goes_from_the_chat(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")
    await society.settle(question.id)

    await write_here(society, "for later", "a", reference="9", in_reply_to=question.id)
    await society.advance(timedelta(minutes=1))

    assert (chat.keys()[-2:], chat.deleted) == ([TOLD, "question.information_sent"], ["9"])
    assert [entry.text.value for entry in await society.entries(question.id) if entry.text][-1] == "for later"


async def test_fetch_that_breaks_off_leaves_what_another_has_kept(society: Society, chat: ServiceChannel) -> None:
    may_end, begun, runs = asyncio.Event(), asyncio.Event(), iter((True, False))

    class TornChannel(ServiceChannel):
        async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
            yield SLICE
            if next(runs):
                begun.set()
                await may_end.wait()
                raise TransientError("broken_off")

    chat.files["a"] = TransientError("service_away")
    await write_here(society, None, "a", reference="1")
    society.services.channels[CHAT.channel] = TornChannel(name=CHAT.channel)  # type: ignore[index]  # a dictionary
    command = FetchFile(upload_id=(await _uploads(society))[0].id, round=5)
    slow = asyncio.create_task(dispatch(society.services, command))
    await asyncio.wait_for(begun.wait(), 5)
    await dispatch(society.services, command)
    may_end.set()
    await slow

    kept = await society.read(lambda transaction: transaction.uploads.segments(command.upload_id))
    with open_segments(society.folder / "data" / "uploads", society.storage.keyring, kept) as file:
        assert file.read() == SLICE


async def test_what_waits_for_its_sender_is_not_called_a_fault(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = chat.files["b"] = SLICE
    await society.ask("PE?")
    for name in ("a", "b"):
        await write_here(society, None, name, reference=name, group="7")
    await society.advance(timedelta(seconds=5))

    await dispatch(society.services, SweepInbox(at=society.now + timedelta(hours=23)))
    await society.work()

    assert [each.key for each in chat.sent if each.key.startswith("inbox.")] == ["inbox.waiting"]


@pytest.mark.parametrize(("passed", "key"), [(0, "inbox.waiting"), (23, "inbox.unconfirmed")])
async def test_preview_of_an_answer_that_was_never_sent_waits(society: Society, passed: int, key: str) -> None:
    question = await society.ask("PE?")
    await society.press(PANELIST, Action.DRAFT_ANSWER, question.id, {"text": "CTPA"})
    late = society.now + timedelta(hours=23)
    society.now += timedelta(hours=passed)

    await dispatch(society.services, SweepInbox(at=late))
    await society.work()

    assert [each for each in await society.told(PANELIST) if each.startswith("inbox.")] == [key]


async def test_sender_of_a_message_that_cannot_be_opened_is_told(society: Society) -> None:
    await society.intake.accept(society.message(MEMBER, "lost"))
    (notice,) = await society.read(lambda t: t.inbox.unfinished(received_before=society.now + timedelta(hours=1)))
    for key in (society.folder / "keys").glob("inbox-*"):
        key.unlink()

    await abandon(society.services, RouteMessage(inbox_id=InboxId(notice.inbox_id)))
    await society.work()

    assert "error.defect" in await society.told(MEMBER)
