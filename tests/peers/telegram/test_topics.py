"""Forums: topics opened, named, closed, deleted, and what is sent into them."""

from __future__ import annotations

import pytest
from telegram import ReplyParameters
from telegram.error import BadRequest

from tests.peers.telegram.peer import TelegramPeer


@pytest.fixture
def forum(peer: TelegramPeer, ana):
    forum = peer.forum("Panel", ana)
    peer.updates.drop_all()
    return forum


async def test_topic_has_the_number_of_its_first_message(bot, forum):
    icon = (await bot.get_forum_topic_icon_stickers())[0].custom_emoji_id

    topic = await bot.create_forum_topic(forum.id, "Q1 open", icon_custom_emoji_id=icon)
    sent = await bot.send_message(forum.id, "card", message_thread_id=topic.message_thread_id)

    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    assert sent.reply_to_message.forum_topic_created.name == "Q1 open"
    assert forum.texts(topic.message_thread_id) == ["card"]


async def test_people_in_a_topic_answer_its_opening_or_a_message(bot, ana, forum):
    thread = (await bot.create_forum_topic(forum.id, "Q1")).message_thread_id
    card = await bot.send_message(forum.id, "card", message_thread_id=thread)
    ana.at(forum, thread).writes("I would say lateral")
    ana.at(forum, thread).writes("/a lateral", reply_to=card.message_id)

    plain, answer = [each.message for each in await bot.get_updates()]

    assert plain.reply_to_message.message_id == plain.message_thread_id == thread
    assert answer.reply_to_message.message_id == card.message_id
    assert plain.is_topic_message
    assert answer.is_topic_message


async def test_chain_of_replies_in_general_is_no_topic(bot, ana, forum):
    sent = await bot.send_message(forum.id, "announcement")
    ana.at(forum).writes("thanks", reply_to=sent.message_id)

    answer = (await bot.get_updates())[0].message

    assert (answer.message_thread_id, answer.is_topic_message) == (sent.message_id, None)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=answer.message_thread_id)


async def test_answer_without_a_topic_goes_where_the_message_is(bot, ana, forum):
    thread = (await bot.create_forum_topic(forum.id, "Q1")).message_thread_id
    said = ana.at(forum, thread).writes("/a lateral")

    sent = await bot.send_message(forum.id, "noted", reply_parameters=ReplyParameters(said.message_id))

    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)


async def test_topic_is_renamed_closed_and_reopened(bot, forum):
    thread = (await bot.create_forum_topic(forum.id, "Q1 open")).message_thread_id

    await bot.edit_forum_topic(forum.id, thread, name="Q1 answered")
    await bot.close_forum_topic(forum.id, thread)
    closed = forum.topic(thread).is_closed
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.close_forum_topic(forum.id, thread)
    await bot.reopen_forum_topic(forum.id, thread)

    assert (forum.topic(thread).name, closed, forum.topic(thread).is_closed) == ("Q1 answered", True, False)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.reopen_forum_topic(forum.id, thread)
    with pytest.raises(BadRequest, match=r"(?i)topic_not_modified"):
        await bot.edit_forum_topic(forum.id, thread, name="Q1 answered")


@pytest.mark.parametrize("refusal", ["message thread not found", "TOPIC_DELETED"])
async def test_deleted_topic_takes_nothing_and_tells_nobody(bot, forum, refusal):
    thread = (await bot.create_forum_topic(forum.id, "Q1")).message_thread_id
    card = await bot.send_message(forum.id, "card", message_thread_id=thread)
    forum.deletes_topic(thread, refusal=refusal)

    assert await bot.get_updates() == ()
    with pytest.raises(BadRequest, match=rf"(?i){refusal}"):
        await bot.send_message(forum.id, "x", message_thread_id=thread)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", forum.id, card.message_id)
    with pytest.raises(BadRequest, match=r"(?i)topic_id_invalid"):
        await bot.close_forum_topic(forum.id, thread)


async def test_bot_deletes_a_topic_with_all_in_it(bot, forum):
    thread = (await bot.create_forum_topic(forum.id, "Q1")).message_thread_id
    await bot.send_message(forum.id, "card", message_thread_id=thread)

    await bot.delete_forum_topic(forum.id, thread)

    assert forum.topics() == []
    assert forum.texts() == []


async def test_closed_topic_takes_only_those_who_manage_topics(bot, forum):
    thread = forum.opens_topic("Lounge")
    forum.closes_topic(thread)
    await bot.send_message(forum.id, "still", message_thread_id=thread)
    forum.demotes_bot()

    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=thread)


async def test_demoted_bot_opens_no_topic(bot, forum):
    forum.demotes_bot()

    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(forum.id, "Q1")
    assert (await bot.get_updates())[0].my_chat_member.new_chat_member.status == "member"


async def test_group_without_topics_knows_only_chains_of_replies(bot, ana, forum):
    forum.turns_topics(on=False)
    sent = await bot.send_message(forum.id, "card")
    ana.at(forum).writes("lateral", reply_to=sent.message_id)

    answer = (await bot.get_updates())[0].message

    assert (answer.message_thread_id, answer.is_topic_message) == (sent.message_id, None)
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(forum.id, "Q1")
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.close_forum_topic(forum.id, sent.message_id)


async def test_bot_without_the_right_deletes_no_topic(bot, forum):
    thread = (await bot.create_forum_topic(forum.id, "Q1")).message_thread_id
    forum.promotes_bot(can_manage_topics=True)

    with pytest.raises(BadRequest, match="Not enough rights to delete the topic"):
        await bot.delete_forum_topic(forum.id, thread)


@pytest.mark.parametrize(("name", "colour"), [("", None), ("x" * 129, None), ("Q1", 1)])
async def test_topic_with_a_wrong_name_or_colour_is_refused(bot, forum, name, colour):
    with pytest.raises(BadRequest):
        await bot.create_forum_topic(forum.id, name, icon_color=colour)


async def test_people_changing_topics_tell_the_bot(bot, forum):
    thread = forum.opens_topic("Q1")
    forum.renames_topic(thread, "Q2")
    forum.closes_topic(thread)
    forum.reopens_topic(thread)

    said = [each.message for each in await bot.get_updates()]

    assert said[0].forum_topic_created.name == "Q1"
    assert said[1].forum_topic_edited.name == "Q2"
    assert said[2].forum_topic_closed
    assert said[3].forum_topic_reopened
