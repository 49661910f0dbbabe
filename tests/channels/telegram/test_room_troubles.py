"""Rooms when pictures cannot be drawn, or the service says that something was done in words that nobody can read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.telegram.channel import TelegramChannel
from domain.errors import PermanentError, TransientError
from tests.channels.telegram.test_rooms import address, message, opened, view


@pytest.fixture
def forum(peer, ana):
    return peer.forum("Panel", ana)


@pytest.mark.parametrize("trouble", [TransientError("image_process_died"), MemoryError()])
async def test_card_comes_without_what_cannot_be_drawn(channel, world, forum, trouble):
    world.renderer.failures = [trouble]
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))

    placed = await opened(channel, forum, view(images=images))

    is_late = isinstance(trouble, TransientError)
    assert (bool(placed.card), len(placed.others), placed.lacks_images) == (True, 0 if is_late else 1, is_late)


async def test_words_about_pictures_go_alone_in_the_end(channel, world, forum):
    placed, images = await opened(channel, forum, view()), (world.store.keep_image("one"),)
    world.renderer.failures = [TransientError("image_process_died")] * 3
    topic = int(placed.thread)

    for _ in range(2):
        with pytest.raises(TransientError, match="pictures_late"):
            await channel.post(address(forum), placed, message("more", images=images))
    await channel.post(address(forum), placed, message("more", images=images))

    assert forum.texts(topic)[-1] == "more\n\nhttps://hilum.example.org/questions/q1"


async def test_topic_of_which_nothing_is_said_is_asked_for_once_more(peer, channel, forum):
    peer.faults.nonsense(9, method="createForumTopic")

    with pytest.raises(TransientError, match="telegram_unreadable"):
        await channel.open_thread(address(forum), view())
    with pytest.raises(PermanentError, match="telegram_unreadable"):
        await channel.open_thread(address(forum), view())


async def test_card_of_whose_change_nothing_is_said_was_changed(peer, channel, forum):
    placed = await opened(channel, forum, view())
    peer.faults.nonsense(method="editMessageText")

    await channel.show(address(forum), placed, view("🟡 Q417 Dr A", "taken"))

    assert forum.texts(int(placed.thread))[-1] == "taken"


async def test_roster_of_which_nothing_is_said_is_none(peer, channel, forum):
    peer.faults.nonsense(method="getChatMemberCount")

    with pytest.raises(TransientError, match="telegram_unreadable"):
        await channel.roster(address(forum))


async def begun(peer, channel, options, world, forum):
    """Return another program, and what one that is gone has posted in part."""
    placed = await opened(channel, forum, view())
    post = message("line\n" * 1200, images=tuple(world.store.keep_image(name) for name in ("one", "two")))
    peer.faults.none(method="sendMessage")
    peer.faults.busy(method="sendMessage")
    with pytest.raises(TransientError, match="telegram_busy"):
        await channel.post(address(forum), placed, post)
    return TelegramChannel(options, world.services(owner="two")), placed, post


def lying_in(forum):
    return {each.message_id for each in forum.messages() if each.photo or (each.text or "").startswith("line")}


async def test_what_a_dead_program_had_begun_stands_there_once(peer, channel, options, world, forum):
    other, placed, post = await begun(peer, channel, options, world, forum)

    reference = await other.post(address(forum), placed, post)
    await other.close()

    assert lying_in(forum) == {int(each) for each in reference.split(",")}
    assert {to for to, _ in world.store.in_rooms} == {address(forum)}
    assert reference.rpartition(",")[2] not in {number for _, number in world.store.in_rooms}


async def test_part_that_stays_for_good_holds_up_no_words(peer, channel, options, world, forum):
    other, placed, post = await begun(peer, channel, options, world, forum)
    before = lying_in(forum)
    peer.clock.advance(timedelta(hours=49))
    peer.faults.refused(len(before), method="editMessageText")

    reference = await other.post(address(forum), placed, post)
    await other.close()

    assert lying_in(forum) - before == {int(each) for each in reference.split(",")}
    assert {int(number) for number in world.store.whole} == before
    assert "parts_left_behind" in world.log.events
