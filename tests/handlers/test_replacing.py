"""Another file in the place of a former one: a draft takes it, of a question that was sent it is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import PermanentError, TransientError
from domain.messages import Action, Attachment, AttachmentKind
from domain.study import Image
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import MEMBER, SLICE, Society


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE, "b": SLICE, "c": SLICE}
    return channel


async def _shown(society: Society) -> tuple[Image, ...]:
    images = await society.images((await society.draft(MEMBER)).id)
    return tuple(image for image in images if image.removed_at is None)


async def _send(society: Society, chat: ServiceChannel) -> None:
    """Send a question with one image, whose message its service does not delete."""
    chat.refusal = "message_too_old"
    await write_here(society, "PE?", "a", reference="1")
    draft = await society.draft(MEMBER)
    await society.confirm_all(MEMBER, draft.id)
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)


async def test_draft_takes_the_new_image_and_drops_the_former(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    (former,) = await _shown(society)

    await write_here(society, "PE?", "b", reference="1", is_edit=True)

    (shown,) = await _shown(society)
    assert shown.id != former.id
    assert chat.keys()[-2:] == ["draft.image_replaced", "draft.preview"]
    with pytest.raises(PermanentError, match="object_shredded"):
        await society.read(lambda transaction: transaction.objects.get(former.object_id))


async def test_same_file_by_another_reference_is_no_other(society: Society, chat: ServiceChannel) -> None:
    photo = Attachment(reference="a", kind=AttachmentKind.PHOTO, unique="U1")
    await write_here(society, "PE?", reference="1", attachments=(photo,))
    former = await _shown(society)

    await write_here(society, "OP?", reference="1", is_edit=True, attachments=(replace(photo, reference="b"),))

    assert (await _shown(society), chat.keys().count("draft.image_replaced")) == (former, 0)


async def test_image_put_into_words_is_taken_as_well(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", reference="1")

    await write_here(society, "PE?", "a", reference="1", is_edit=True)

    assert (len(await _shown(society)), chat.keys()[-2]) == (1, "draft.checking")


async def test_file_that_never_came_is_waited_for_no_more(society: Society, chat: ServiceChannel) -> None:
    chat.files["a"] = TransientError("service_away")
    await write_here(society, "PE?", "a", reference="1")

    await write_here(society, "PE?", "b", reference="1", is_edit=True)

    assert (len(await _shown(society)), chat.keys()[-1]) == (1, "draft.preview")
    assert "refused" not in chat.sent[-1].text


async def test_other_files_of_the_message_stay(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", "b", reference="1")
    kept = (await _shown(society))[1]

    await write_here(society, "PE?", "c", "b", reference="1", is_edit=True)

    shown = await _shown(society)
    assert (len(shown), kept in shown) == (2, True)


async def test_edit_right_behind_its_photo_leaves_one_image(society: Society, chat: ServiceChannel) -> None:
    await society.intake.accept(from_service(society, "PE?", "a", reference="1"))
    await society.intake.accept(from_service(society, "PE?", "b", reference="1", is_edit=True))

    await society.work()

    assert len(await _shown(society)) == 1


async def test_new_image_of_a_sent_question_is_offered(society: Society, chat: ServiceChannel) -> None:
    await _send(society, chat)
    (question,) = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    before = await society.images(question.id)

    await write_here(society, "PE?", "b", reference="1", is_edit=True)

    assert (chat.sent[-1].key, await society.images(question.id)) == ("question.add_replaced", before)
    await society.press(MEMBER, Action.ADD_IMAGES, token=chat.sent[-1].token)
    assert len(await society.images(question.id)) == 2


async def test_what_replaced_an_image_may_begin_a_question(society: Society, chat: ServiceChannel) -> None:
    await _send(society, chat)
    await write_here(society, "PE?", "b", reference="1", is_edit=True)

    await society.press(MEMBER, Action.NEW_QUESTION, token=chat.sent[-1].token)

    assert len(await _shown(society)) == 1
    assert chat.keys().count("draft.image_replaced") == 0


async def test_photo_that_was_deleted_after_sending_is_not_offered(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)

    await write_here(society, "PE?", "b", reference="1", is_edit=True)

    assert chat.deleted == ["1"]
    assert chat.keys().count("question.add_replaced") == 0


async def test_edit_of_a_question_that_is_over_brings_no_file(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", "a", reference="1")
    await society.press(MEMBER, Action.DISCARD, (await society.draft(MEMBER)).id)

    await write_here(society, None, "b", reference="1", is_edit=True)

    assert chat.keys()[-1] == "draft.discarded"
