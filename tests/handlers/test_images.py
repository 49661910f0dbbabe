"""Images: cleaned, looked at by the asker, confirmed, seen by the panel, erased."""

from __future__ import annotations

from datetime import timedelta

from deidentify.samples import thorax_ct_zip
from domain.messages import Action
from domain.ports.deidentifier import Refusal
from domain.question import EntryKind
from domain.study import UploadState
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society
from tests.fakes.watchful_door import WatchfulDoor


async def test_image_waits_for_its_asker(society: Society) -> None:
    draft = await society.write_draft("PE?", SLICE)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    (image,) = await society.images(draft.id)

    assert not image.is_visible
    assert "draft.images_held" in await society.told(MEMBER)


async def test_confirmed_image_follows_the_question(society: Society) -> None:
    draft = await society.write_draft("PE?", SLICE)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)
    await society.press(PANELIST, Action.CLAIM, draft.id)

    await society.confirm_all(MEMBER, draft.id)

    assert (await society.images(draft.id))[0].is_visible
    assert (await society.told(PANELIST))[-1] == "panel.images_added"


async def test_zip_of_slices_becomes_one_series(society: Society) -> None:
    draft = await society.write_draft("PE?", thorax_ct_zip(4, edge=32))
    await society.confirm_all(MEMBER, draft.id)

    images = await society.images(draft.id)

    assert len(images) == 4
    assert len({image.facts.series_uid for image in images}) == 1
    assert all(image.is_visible for image in images)


async def test_refused_file_is_explained_and_shredded(society: Society) -> None:
    upload_id = await society.upload(MEMBER, b"not an image at all, only words" * 10)
    await society.say(MEMBER, "PE?", uploads=[upload_id])

    upload = await society.read(lambda transaction: transaction.uploads.get(upload_id))

    assert (upload.state, upload.shredded) == (UploadState.REFUSED, True)
    assert upload.refusals == ("refusal.file_unknown",)
    assert await society.read(lambda transaction: transaction.uploads.segments(upload_id)) == ()


async def test_original_is_gone_once_the_door_has_passed_it(society: Society) -> None:
    await society.write_draft("PE?", SLICE)

    left = [path for path in (society.folder / "data" / "uploads").rglob("*") if path.is_file()]

    assert left == []


async def test_file_that_arrives_after_its_message_is_cleaned_too(society: Society) -> None:
    upload = await society.intake.begin_upload(MEMBER.id, external_id="slow", size_bytes=len(SLICE))
    await society.say(MEMBER, "PE?", uploads=[upload.id])
    await society.upload(MEMBER, SLICE, external_id="slow")

    await society.work()

    draft = await society.draft(MEMBER)
    assert len(await society.images(draft.id)) == 1
    assert (await society.told(MEMBER)) == ["echo", "draft.checking", "draft.preview"]


async def test_removed_series_is_shredded(society: Society) -> None:
    draft = await society.write_draft("PE?", SLICE)
    (image,) = await society.images(draft.id)

    await society.press(MEMBER, Action.REMOVE_SERIES, draft.id, {"series": image.facts.series_uid})

    assert (await society.images(draft.id))[0].removed_at is not None
    assert [path for path in (society.folder / "data" / "archive").rglob("*") if path.is_file()] == []


async def test_consult_only_images_are_erased_after_a_week(society: Society) -> None:
    question = await society.ask("PE?", SLICE)
    await society.settle(question.id)

    await society.advance(timedelta(days=8))

    assert all(image.removed_at for image in await society.images(question.id))
    assert EntryKind.ERASED in [entry.kind for entry in await society.entries(question.id)]


async def test_teaching_images_stay(society: Society) -> None:
    question = await society.ask("PE?", SLICE)
    await society.settle(question.id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)

    await society.advance(timedelta(days=8))

    assert (await society.images(question.id))[0].is_visible


async def test_somebody_elses_upload_is_not_attached(society: Society) -> None:
    upload = await society.upload(PANELIST, SLICE)

    await society.say(MEMBER, "PE?", uploads=[upload])

    draft = await society.draft(MEMBER)
    assert await society.images(draft.id) == ()
    assert "upload_of_another_member" in society.log.events


async def test_ids_that_look_like_a_resident_number_confirm(society: Society) -> None:
    shown = {"series": "2.25.9001011234567", "images": "a9001011234567b" * 2000}
    draft = await society.write_draft("PE?", SLICE)

    await society.press(MEMBER, Action.CONFIRM_SERIES, draft.id, shown)

    sealed = society.log.events
    assert "command_failed" not in sealed
    assert (await society.told(MEMBER))[-1] == "draft.preview"


async def test_every_reason_of_a_refusal_is_kept_once(watched: tuple[Society, WatchfulDoor]) -> None:
    society, door = watched
    codes = ("refusal.file_pdf", "refusal.file_video", "refusal.file_pdf")
    door.refusals = tuple(Refusal(index=index, code=code) for index, code in enumerate(codes))
    upload_id = await society.upload(MEMBER, b"zip")
    await society.say(MEMBER, "PE?", uploads=[upload_id])

    upload = await society.read(lambda transaction: transaction.uploads.get(upload_id))

    assert upload.refusals == ("refusal.file_pdf", "refusal.file_video")
