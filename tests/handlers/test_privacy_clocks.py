"""What is shredded when its time is up, and that nothing comes back by a late file or a second run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from deidentify.samples import thorax_ct
from domain.commands import CleanUpload, EraseImages, ShredRemoved, SweepInbox
from domain.errors import DeidentificationError
from domain.ids import QuestionId, UploadId
from domain.messages import Action, Address
from domain.ports.deidentifier import CleanedUpload
from domain.question import EntryKind
from domain.study import Upload, UploadState
from tests.fakes.marked_patient import marked_photo
from tests.fakes.society import MEMBER, SLICE, Society, chunked


async def _files(society: Society, folder: str) -> int:
    return sum(path.is_file() for path in (society.folder / "data" / folder).rglob("*"))


async def _do(society: Society, command: object) -> None:
    await society.change(lambda transaction: transaction.jobs.add(command))  # type: ignore[arg-type]
    await society.work()


async def _upload_of(society: Society, upload_id: UploadId) -> Upload:
    return await society.read(lambda transaction: transaction.uploads.get(upload_id))


async def _end(society: Society, way: str, question_id: QuestionId) -> None:
    """Bring a draft to nothing, or a question back."""
    if way == "expired":
        await society.advance(timedelta(hours=25))
    elif way == "discarded":
        await society.press(MEMBER, Action.DISCARD, question_id)
    else:
        # The first press only shows what nobody had been shown yet: the file is still on its way.
        await society.press(MEMBER, Action.SEND_URGENT, question_id)
        await society.press(MEMBER, Action.SEND_URGENT, question_id)
        await society.press(MEMBER, Action.WITHDRAW, question_id)


@pytest.mark.parametrize("way", ["expired", "discarded", "withdrawn"])
async def test_file_that_comes_after_the_end_is_kept_nowhere(society: Society, way: str) -> None:
    upload = await society.intake.begin_upload(MEMBER.id, external_id="slow", size_bytes=len(SLICE))
    await society.say(MEMBER, "PE?", uploads=[upload.id])
    draft = await society.draft(MEMBER)
    await _end(society, way, draft.id)

    await society.upload(MEMBER, SLICE, external_id="slow")
    await society.work()

    found = await _upload_of(society, upload.id)
    assert (found.state, found.refusals, found.shredded) == (UploadState.REFUSED, ("refusal.question_over",), True)
    assert await society.images(draft.id) == ()
    assert (await _files(society, "archive"), await _files(society, "uploads")) == (0, 0)


async def test_second_run_of_a_cleaning_leaves_one_image(society: Society) -> None:
    upload_id = await society.upload(MEMBER, SLICE)
    await society.say(MEMBER, "PE?", uploads=[upload_id])
    cleaned = await _upload_of(society, upload_id)
    door = society.services.deidentifier

    class SlowDoor:
        """Another run ends while this one is at the door."""

        async def clean_uploads(self, uploads: object, *, secret: bytes) -> tuple[CleanedUpload, ...]:
            found = await door.clean_uploads(uploads, secret=secret)  # type: ignore[arg-type]
            await society.change(lambda transaction: transaction.uploads.save(cleaned))
            return found

    again = replace(cleaned, state=UploadState.COMPLETE)
    await society.change(lambda transaction: transaction.uploads.save(again))
    society.services = replace(society.services, deidentifier=SlowDoor())  # type: ignore[arg-type]

    await dispatch(society.services, CleanUpload(upload_id=upload_id))

    assert await _files(society, "archive") == 1


async def test_file_as_a_whole_is_refused_by_the_door(society: Society) -> None:
    class ClosedDoor:
        def __init__(self, door: object) -> None:
            self._door = door

        def __getattr__(self, name: str) -> object:
            return getattr(self._door, name)

        async def clean_uploads(self, _: object, *, secret: bytes) -> tuple[CleanedUpload, ...]:
            raise DeidentificationError("refusal.image_kills_reader")

    closed = ClosedDoor(society.services.deidentifier)
    society.services = replace(society.services, deidentifier=closed)  # type: ignore[arg-type]
    upload_id = await society.upload(MEMBER, SLICE)
    await society.say(MEMBER, "PE?", uploads=[upload_id])

    upload = await _upload_of(society, upload_id)

    assert (upload.state, upload.refusals) == (UploadState.REFUSED, ("refusal.image_kills_reader",))
    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_images_are_refused_where_none_are_taken(society: Society) -> None:
    society.services = replace(society.services, rules=replace(society.rules, takes_images=False))
    upload_id = await society.upload(MEMBER, SLICE)

    await society.say(MEMBER, "PE?", uploads=[upload_id])

    upload = await _upload_of(society, upload_id)
    assert (upload.state, upload.refusals) == (UploadState.REFUSED, ("refusal.images_not_taken",))
    assert (await society.told(MEMBER))[-1] == "draft.preview"
    assert await _files(society, "archive") == 0


async def test_message_that_nobody_could_process_is_announced_then_shredded(society: Society) -> None:
    await society.intake.accept(society.message(MEMBER, "lost"))
    society.now += timedelta(hours=23)

    await dispatch(society.services, SweepInbox(at=society.now))
    society.now += timedelta(hours=2)
    await dispatch(society.services, SweepInbox(at=society.now))

    assert "message_about_to_expire" in society.log.events
    far = society.now + timedelta(days=1)
    assert not await society.read(lambda transaction: transaction.inbox.unfinished(received_before=far))


async def test_unknown_sender_is_warned_of_nothing(society: Society) -> None:
    stranger = Address(channel="web", external_id="stranger")
    await society.intake.accept(replace(society.message(MEMBER, "lost"), sender=stranger))

    await dispatch(society.services, SweepInbox(at=society.now + timedelta(hours=23)))

    assert "message_about_to_expire" in society.log.events
    assert await society.told(MEMBER) == []


@pytest.mark.parametrize("whole", [True, False])
async def test_file_that_waited_too_long_is_shredded_unread(society: Society, whole: bool) -> None:
    upload = await society.intake.begin_upload(MEMBER.id, external_id="a", size_bytes=len(SLICE))
    await society.intake.receive(upload.id, chunked(SLICE if whole else SLICE[:100]), offset=0)
    society.now += timedelta(hours=25)

    await _do(society, SweepInbox(at=society.now))
    await _do(society, SweepInbox(at=society.now + timedelta(hours=1)))

    found = await _upload_of(society, upload.id)
    assert (found.state, found.refusals, found.shredded) == (UploadState.REFUSED, ("refusal.upload_expired",), True)
    assert await _files(society, "uploads") == 0


async def test_images_taken_back_from_teaching_are_erased(society: Society) -> None:
    question = await society.ask("PE?", SLICE)
    await society.settle(question.id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.advance(timedelta(days=30))
    kept = await _files(society, "archive")

    await society.press(MEMBER, Action.CONSENT_CONSULT_ONLY, question.id)

    entries = await society.entries(question.id)
    assert (kept, await _files(society, "archive")) == (1, 0)
    assert entries[-1].kind is EntryKind.ERASED


async def test_erasing_waits_for_the_close_it_belongs_to(society: Society) -> None:
    question = await society.ask()

    await _do(society, EraseImages(question_id=question.id, closing=1))

    entries = await society.entries(question.id)
    assert EntryKind.ERASED not in [entry.kind for entry in entries]


async def test_linkage_stays_while_its_question_lives(society: Society) -> None:
    draft = await society.write_draft("PE?", SLICE, marked_photo())
    images = await society.images(draft.id)
    secret = await society.storage.linkage.secret_for(f"question:{draft.id}")

    await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": images[0].facts.series_uid})
    await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": images[1].facts.series_uid})
    without_images = await society.storage.linkage.secret_for(f"question:{draft.id}")
    await society.press(MEMBER, Action.DISCARD, draft.id)

    assert without_images == secret
    assert await society.storage.linkage.secret_for(f"question:{draft.id}") != secret
    await _do(society, ShredRemoved(question_id=draft.id, cause="again"))
    assert await _files(society, "archive") == 0


async def test_inactive_sender_is_not_heard(society: Society) -> None:
    await society.change_member(MEMBER, active=False)

    await society.say(MEMBER, "PE?")

    assert await society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None
    assert "sender_unknown" in society.log.events


async def test_file_that_never_came_whole_lets_the_draft_go_on(society: Society) -> None:
    society.services = replace(society.services, rules=replace(society.rules, draft_time_to_live=timedelta(days=3)))
    upload = await society.intake.begin_upload(MEMBER.id, external_id="a", size_bytes=len(SLICE))
    await society.say(MEMBER, "PE?", uploads=[upload.id])
    await society.advance(timedelta(hours=25))
    before = (await society.told(MEMBER)).count("draft.preview")

    await _do(society, SweepInbox(at=society.now))

    assert (await society.told(MEMBER)).count("draft.preview") == before + 1


async def test_files_that_came_in_time_bring_no_second_preview(society: Society) -> None:
    await society.write_draft("PE?", SLICE)

    await society.advance(timedelta(minutes=1))

    assert (await society.told(MEMBER)).count("draft.preview") == 1


async def test_slice_that_came_after_the_look_is_not_confirmed(society: Society) -> None:
    first, second = thorax_ct(2, edge=16)
    draft = await society.write_draft("PE?", first)
    (seen,) = await society.images(draft.id)
    await society.write_draft(None, second)

    fields = {"series": seen.facts.series_uid, "images": seen.id}
    await society.press(MEMBER, Action.CONFIRM_SERIES, draft.id, fields)

    images = await society.images(draft.id)
    assert [image.is_visible for image in images] == [True, False]
    assert (await society.told(MEMBER))[-1] == "draft.more_images_came"
