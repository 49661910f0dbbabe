"""What people do reaches the bot as the service brings it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from tests.peers.telegram.people import ContentProtectedError
from tests.peers.telegram.pictures import jpeg

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Take", callback_data="take:1")]])


async def test_start_carries_the_payload_of_a_link(peer, bot):
    peer.person("Ana", language_code="ko").starts("code-123")

    message = (await bot.get_updates())[0].message

    assert (message.text, message.entities[0].type) == ("/start code-123", "bot_command")
    assert (message.from_user.language_code, message.chat.type) == ("ko", "private")


async def test_photo_comes_in_several_sizes(bot, ana):
    ana.sends_photo(jpeg(1600, 1200), caption="a question")

    message = (await bot.get_updates())[0].message

    assert [(size.width, size.height) for size in message.photo] == [(90, 68), (320, 240), (800, 600), (1280, 960)]
    assert message.caption == "a question"


async def test_album_comes_in_pieces_with_one_caption(bot, ana):
    ana.sends_album([jpeg(), jpeg(), ("scan.dcm", b"DICM")], caption="three", caption_on=1)

    messages = [each.message for each in await bot.get_updates()]

    assert len({message.media_group_id for message in messages}) == 1
    assert [message.caption for message in messages] == [None, "three", None]
    assert messages[2].document.mime_type == "application/dicom"


async def test_file_keeps_its_name_and_bytes(bot, ana):
    ana.sends_document(b"ftypheic", name="IMG_1.HEIC")

    document = (await bot.get_updates())[0].message.document
    data = await (await document.get_file()).download_as_bytearray()

    assert (document.file_name, document.mime_type) == ("IMG_1.HEIC", "image/heic")
    assert data == b"ftypheic"


async def test_voice_comes_as_voice(bot, ana):
    ana.sends_voice(seconds=4)

    assert (await bot.get_updates())[0].message.voice.duration == timedelta(seconds=4)


async def test_edit_comes_with_the_same_number(bot, ana):
    said = ana.writes("one")
    ana.edits(said, text="two")

    edited = (await bot.get_updates())[1].edited_message

    assert (edited.message_id, edited.text) == (said.message_id, "two")
    assert edited.edit_date is not None


async def test_press_brings_data_and_shows_the_answer(bot, ana):
    sent = await bot.send_message(ana.id, "Q1", reply_markup=BUTTONS)
    press = ana.presses(sent.message_id, "Take")

    query = (await bot.get_updates())[0].callback_query
    await query.answer("Taken", show_alert=True)

    assert (query.data, query.message.message_id, query.from_user.id) == ("take:1", sent.message_id, ana.id)
    assert (press.answer.text, press.answer.show_alert) == ("Taken", True)


async def test_press_is_answered_once(bot, ana):
    sent = await bot.send_message(ana.id, "Q1", reply_markup=BUTTONS)
    press = ana.presses(sent.message_id, "take:1")
    await bot.answer_callback_query(press.query_id)

    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(press.query_id)


async def test_reply_names_what_it_answers(bot, ana):
    sent = await bot.send_message(ana.id, "Which side?")
    ana.writes("left", reply_to=sent.message_id)

    answer = (await bot.get_updates())[0].message

    assert answer.reply_to_message.message_id == sent.message_id
    assert answer.message_thread_id is None


async def test_protected_message_cannot_be_forwarded(peer, bot, ana):
    sent = await bot.send_photo(ana.id, jpeg(), protect_content=True)
    group = peer.supergroup("Elsewhere", ana)

    assert sent.has_protected_content
    with pytest.raises(ContentProtectedError):
        ana.at(group).forwards(ana.sees()[-1])


async def test_forward_names_its_origin(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    peer.updates.drop_all()
    ana.at(forum, forum.opens_topic("Cases")).forwards(ana.writes("see this"))

    forwarded = (await bot.get_updates())[-1].message

    assert forwarded.forward_origin.sender_user.id == ana.id
    assert (forwarded.text, forwarded.is_topic_message) == ("see this", True)
