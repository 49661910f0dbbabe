"""Edits and deletions, and when they are refused."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from tests.peers.telegram.pictures import jpeg

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Take", callback_data="take")]])


async def test_edited_text_loses_a_keyboard_that_is_not_given_again(bot, ana):
    sent = await bot.send_message(ana.id, "open", reply_markup=BUTTONS)

    edited = await bot.edit_message_text("taken", ana.id, sent.message_id)

    assert (edited.text, edited.reply_markup) == ("taken", None)
    assert ana.hears() == ["taken"]


async def test_edit_without_change_is_refused(bot, ana):
    sent = await bot.send_message(ana.id, "open", reply_markup=BUTTONS)

    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("open", ana.id, sent.message_id, reply_markup=BUTTONS)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ana.id, sent.message_id, reply_markup=BUTTONS)


async def test_caption_and_keyboard_change_alone(bot, ana):
    sent = await bot.send_photo(ana.id, jpeg(), caption="one")

    await bot.edit_message_caption(ana.id, sent.message_id, caption="<i>two</i>", parse_mode="HTML")
    edited = await bot.edit_message_reply_markup(ana.id, sent.message_id, reply_markup=BUTTONS)

    assert (edited.caption, edited.reply_markup) == ("two", BUTTONS)


async def test_what_is_not_there_is_not_edited(bot, ana):
    text, photo = await bot.send_message(ana.id, "x"), await bot.send_photo(ana.id, jpeg())
    said = ana.writes("mine")

    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", ana.id, 999)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("y", ana.id, photo.message_id)
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ana.id, text.message_id, caption="y")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("y", ana.id, said.message_id)


async def test_incoming_photo_is_deleted_within_48_hours(peer, bot, ana):
    said = ana.sends_photo(jpeg())
    peer.clock.advance(timedelta(hours=47, minutes=59))

    assert await bot.delete_message(ana.id, said.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ana.id, said.message_id)


async def test_nothing_is_deleted_after_48_hours(peer, bot, ana):
    said, sent = ana.sends_photo(jpeg()), await bot.send_message(ana.id, "x")
    peer.clock.advance(timedelta(hours=48))

    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(ana.id, said.message_id)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(ana.id, sent.message_id)


async def test_many_are_deleted_and_missing_ones_skipped(bot, ana):
    sent = [(await bot.send_message(ana.id, str(number))).message_id for number in range(3)]

    assert await bot.delete_messages(ana.id, [*sent, 999])
    assert ana.hears() == []


@pytest.mark.parametrize("count", [0, 101])
async def test_one_to_a_hundred_are_deleted_at_once(bot, ana, count):
    with pytest.raises(BadRequest, match=r"Too many messages|Message identifiers are not specified"):
        await bot.delete_messages(ana.id, [1] * count)


@pytest.mark.parametrize(("age", "gone"), [(timedelta(hours=47), True), (timedelta(hours=48), False)])
async def test_administrator_deletes_what_others_have_written_lately(peer, bot, ana, age, gone):
    forum = peer.forum("Panel", ana)
    said = ana.at(forum).writes("names a patient")
    forum.promotes_bot(can_delete_messages=True)
    peer.clock.advance(age)

    with nullcontext() if gone else pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(forum.id, said.message_id)

    assert ("names a patient" not in forum.texts()) is gone


async def test_member_without_the_right_deletes_only_its_own(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    said = ana.at(forum).writes("names a patient")
    forum.promotes_bot(can_delete_messages=False, can_manage_topics=True)
    sent = await bot.send_message(forum.id, "x")

    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(forum.id, said.message_id)
    assert await bot.delete_message(forum.id, sent.message_id)


async def test_opening_of_a_topic_is_not_deleted(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    topic = await bot.create_forum_topic(forum.id, "Q1")

    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(forum.id, topic.message_thread_id)
