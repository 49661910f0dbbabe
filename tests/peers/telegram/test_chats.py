"""Groups: what the bot hears, knows and may do; members, pins, upgrades, leaving."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden


async def test_privacy_mode_hides_plain_words_from_a_member(peer, bot, ana):
    group = peer.supergroup("Panel", ana)
    sent = await bot.send_message(group.id, "card")
    at = ana.at(group)
    at.writes("a plain word")
    at.writes("/a lateral")
    at.writes("an answer", reply_to=sent.message_id)
    group.promotes_bot()
    at.writes("another plain word")

    heard = [each.message.text for each in await bot.get_updates() if each.message]

    assert heard == ["/a lateral", "an answer", "another plain word"]


async def test_upgraded_group_refuses_with_its_new_number(peer, bot, ana):
    group = peer.group("Panel", ana)
    peer.updates.drop_all()
    new = group.upgrades(is_forum=True)

    told = [each.message for each in await bot.get_updates()]

    assert [each.migrate_to_chat_id for each in told] == [new.id, None]
    assert told[1].migrate_from_chat_id == group.id
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "x")
    assert moved.value.new_chat_id == new.id
    assert await bot.send_message(new.id, "x")


async def test_added_bot_is_told_and_removed_bot_refused(peer, bot, ana):
    group = peer.supergroup("Panel", ana)
    group.removes_bot()

    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")

    told = [each.my_chat_member for each in await bot.get_updates()]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in told] == [
        ("left", "member"),
        ("member", "kicked"),
    ]


async def test_bot_that_left_is_no_member(peer, bot, ana):
    group = peer.supergroup("Panel", ana)

    await bot.leave_chat(group.id)

    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.get_chat(group.id)


async def test_members_and_administrators_are_known(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    bea = peer.person("Bea")

    owner, own = await bot.get_chat_administrators(forum.id)

    assert (owner.status, own.can_manage_topics, own.can_restrict_members) == ("creator", True, False)
    assert (await bot.get_chat_member(forum.id, ana.id)).status == "member"
    assert (await bot.get_chat_member(forum.id, bea.id)).status == "left"
    assert await bot.get_chat_member_count(forum.id) == 3


async def test_plain_member_may_be_told_of_others(peer, bot, ana):
    group = peer.supergroup("Panel", ana)

    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    assert (await bot.get_chat_member(group.id, ana.id)).status == "member"


async def test_whom_the_bot_never_met_is_refused(peer, bot, ana):
    forum = peer.forum("Panel", ana)

    with pytest.raises(BadRequest, match="Member not found"):
        await bot.get_chat_member(forum.id, 77)


async def test_chat_tells_by_what_it_can_be_found(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    before = await bot.get_chat(forum.id)

    forum.links_a_channel()
    forum.gets_a_location()

    chat = await bot.get_chat(forum.id)
    assert (before.linked_chat_id, before.location) == (None, None)
    assert (chat.linked_chat_id < 0, chat.location.address) == (True, "A fictional square")


async def test_coming_and_going_is_told(peer, bot, ana):
    forum = peer.forum("Panel")
    await bot.get_updates(allowed_updates=["message", "chat_member"])
    peer.updates.drop_all()

    forum.adds(ana)
    forum.removes(ana)

    told = await bot.get_updates()
    assert [each.chat_member.new_chat_member.status for each in told if each.chat_member] == ["member", "left"]
    assert told[1].message.new_chat_members[0].id == told[3].message.left_chat_member.id == ana.id


async def test_chat_tells_title_kind_and_pin(peer, bot, ana):
    forum = peer.forum("Panel", ana)
    sent = await bot.send_message(forum.id, "rules")

    await bot.pin_chat_message(forum.id, sent.message_id)

    chat = await bot.get_chat(forum.id)
    assert (chat.title, chat.type, chat.is_forum) == ("Panel", "supergroup", True)
    assert chat.pinned_message.message_id == sent.message_id
    assert await bot.unpin_chat_message(forum.id)
    assert (await bot.get_chat(forum.id)).pinned_message is None
    forum.demotes_bot()
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
        await bot.unpin_chat_message(forum.id, sent.message_id)


async def test_message_numbers_are_of_each_chat(peer, bot, ana):
    group = peer.supergroup("Panel", ana)

    there, here = await bot.send_message(group.id, "x"), await bot.send_message(ana.id, "x")

    assert (there.message_id, here.message_id) == (1, 2)


@pytest.mark.parametrize("chat_id", [-1, "@nobody"])
async def test_unknown_chat_is_not_found(bot, chat_id):
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(chat_id)
