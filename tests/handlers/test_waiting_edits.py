"""Edits of messages that wait for their author to say where they belong: never lost, and always replied to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dispatcher import dispatch
from domain.commands import RouteMessage
from domain.ids import InboxId, derive_id
from domain.messages import Action, Origin
from domain.question import EntryKind
from domain.text import IdentifiableText
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service, write_here
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society
from tests.handlers.test_prompts import newest, press, said

OR_NEW = "prompt.or_new"
CAPTION = "another patient: 70F"


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    """A question that was sent just now, and a photo without words that was offered to be added."""
    channel = await connect_service(society)
    channel.files = {"a": SLICE}
    await society.ask("PE?")
    await write_here(society, None, "a", reference="50")
    return channel


async def _choose(society: Society, chat: ServiceChannel, action: Action) -> None:
    token = next(each.token for each in reversed(chat.sent) if each.token)
    await society.press(MEMBER, action, token=token)


async def test_caption_of_an_offered_photo_goes_with_it(society: Society, chat: ServiceChannel) -> None:
    for caption in ("70M", CAPTION):
        await write_here(society, caption, "a", reference="50", is_edit=True)

    await _choose(society, chat, Action.NEW_QUESTION)

    draft = await society.draft(MEMBER)
    assert (chat.keys().count(OR_NEW), chat.keys().count("edit.unknown")) == (2, 0)
    assert (draft.text.value, len(await society.images(draft.id))) == ("another patient: [70s]F", 1)


async def test_caption_of_an_offered_photo_is_added_with_it(society: Society, chat: ServiceChannel) -> None:
    (question,) = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    for caption in ("CT of yesterday", "CT of today"):
        await write_here(society, caption, "a", reference="50", is_edit=True)

    await _choose(society, chat, Action.ADD_IMAGES)

    added = [each.text for each in await society.entries(question.id) if each.kind is EntryKind.INFORMATION]
    assert [text.value for text in added if text is not None] == ["CT of today"]
    assert len(await society.images(question.id)) == 1


async def test_edit_of_another_message_is_unknown_each_time_while_words_wait(
    society: Society, chat: ServiceChannel
) -> None:
    for text in ("D8", "D9"):
        await write_here(society, text, reference="7", is_edit=True)

    assert chat.keys().count("edit.unknown") == 2


async def test_edit_that_leaves_nothing_to_read_is_let_be(society: Society, chat: ServiceChannel) -> None:
    told = chat.keys()

    await write_here(society, None, reference="50", is_edit=True, unreadable="video")

    assert OR_NEW not in chat.keys()[len(told) :]


async def test_edit_that_is_read_twice_is_asked_about_once(society: Society, chat: ServiceChannel) -> None:
    edit = from_service(society, CAPTION, "a", reference="50", is_edit=True)
    await society.receive(edit)

    again = RouteMessage(inbox_id=InboxId(derive_id("inbox", edit.channel, edit.external_id)))
    await dispatch(society.services, again)
    await society.work()

    assert chat.keys().count(OR_NEW) == 1
    await _choose(society, chat, Action.NEW_QUESTION)
    assert (await society.draft(MEMBER)).text.value == "another patient: [70s]F"


async def test_words_that_wait_are_taken_as_they_were_edited(society: Society) -> None:
    room = await open_room(society)
    room.chat.capabilities = replace(room.chat.capabilities, has_prompts=True)
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)
    await _write(room, "left?")

    for words in ("right or left?", "right?"):
        await _write(room, words, is_edit=True)
    await room.society.press(PANELIST, Action.ASK_BACK, token=newest(room, PANELIST).token or "")

    assert await said(room, question_id, EntryKind.ASKED_BACK) == ["right?"]
    assert room.chat.keys_to(address_of(PANELIST).external_id).count(OR_NEW) == 3


async def _write(room: PanelRoom, words: str, *, is_edit: bool = False) -> None:
    origin = Origin(reference="50", is_edit=is_edit)
    message = replace(room.society.message(PANELIST), channel="chat", sender=address_of(PANELIST), origin=origin)
    await room.society.receive(replace(message, text=IdentifiableText(words)))
    await room.later()
