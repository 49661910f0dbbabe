"""Updates wait until they are confirmed, for a day, presses for minutes; for one poller at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Conflict

from tests.peers.telegram.peer import PATIENCE_SECONDS, TelegramPeer
from tests.peers.telegram.reader import bot_of


async def test_unconfirmed_updates_come_again(bot, ana):
    ana.writes("one")
    ana.writes("two")

    first, again = await bot.get_updates(), await bot.get_updates()

    assert [each.message.text for each in first] == [each.message.text for each in again] == ["one", "two"]
    assert first[1].update_id == first[0].update_id + 1


async def test_higher_offset_confirms(bot, ana):
    ana.writes("one")
    ana.writes("two")
    first = await bot.get_updates(limit=1)

    after = await bot.get_updates(offset=first[0].update_id + 1)
    whole = await bot.get_updates()

    assert [each.message.text for each in first] == ["one"]
    assert [each.message.text for each in after] == [each.message.text for each in whole] == ["two"]


async def test_offset_in_the_future_confirms_nothing(bot, ana):
    ana.writes("one")
    ana.writes("two")
    (first, second) = await bot.get_updates()

    still_ours = await bot.get_updates(offset=first.update_id + 1)
    from_the_head = await bot.get_updates(offset=second.update_id + 1_000)

    assert [each.message.text for each in still_ours] == [each.message.text for each in from_the_head] == ["two"]


async def test_numbers_begin_anew_after_a_quiet_week(peer, bot, ana):
    ana.writes("old")
    (old,) = await bot.get_updates()
    peer.clock.advance(timedelta(days=7))
    ana.writes("new")
    ana.writes("newer")

    (new, newer) = await bot.get_updates(offset=old.update_id + 1)

    assert (new.message.text, new.update_id < old.update_id - 1_000) == ("new", True)
    assert newer.update_id == new.update_id + 1


async def test_negative_offset_forgets_what_came_before(bot, ana):
    for text in ("one", "two", "three"):
        ana.writes(text)

    last = await bot.get_updates(offset=-1)

    assert [each.message.text for each in last] == ["three"]
    assert len(await bot.get_updates()) == 1


async def test_long_poll_ends_with_the_first_news(peer, bot, ana):
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await peer.until(lambda: peer.updates.is_polled)

    ana.writes("hello")

    assert [each.message.text for each in await asyncio.wait_for(poll, PATIENCE_SECONDS)] == ["hello"]


async def test_long_poll_without_news_ends_empty(bot):
    assert await bot.get_updates(timeout=1) == ()


async def test_second_poller_ends_the_first(peer, bot, ana):
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await peer.until(lambda: peer.updates.is_polled)
    second = asyncio.create_task(bot.get_updates(timeout=30))

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    ana.writes("hello")

    assert len(await asyncio.wait_for(second, PATIENCE_SECONDS)) == 1


async def test_only_allowed_kinds_come_and_the_setting_stays(bot, ana):
    await bot.get_updates(allowed_updates=["edited_message"])

    ana.edits(ana.writes("one"), text="two")

    assert [each.edited_message.text for each in await bot.get_updates()] == ["two"]


async def test_updates_are_kept_for_a_day(peer, bot, ana):
    ana.writes("old")
    peer.clock.advance(timedelta(hours=24))
    ana.writes("new")

    assert [each.message.text for each in await bot.get_updates()] == ["new"]


async def test_presses_are_kept_for_two_and_a_half_minutes(peer, bot, ana):
    buttons = InlineKeyboardMarkup([[InlineKeyboardButton("Claim", callback_data="c")]])
    sent = await bot.send_message(ana.id, "card", reply_markup=buttons)
    ana.writes("words")
    ana.presses(sent.message_id, "Claim")
    peer.clock.advance(timedelta(seconds=149))
    kept = await bot.get_updates()

    peer.clock.advance(timedelta(seconds=1))

    assert [each.callback_query is not None for each in kept] == [False, True]
    assert [each.message.text for each in await bot.get_updates()] == ["words"]


async def test_malformed_update_stops_the_library_but_not_a_raw_reader(peer, bot, ana):
    number = peer.malformed_update()
    ana.writes("behind it")

    with pytest.raises((TypeError, KeyError, ValueError, AttributeError)):
        await bot.get_updates()
    raw = await bot.do_api_request("GetUpdates")

    assert [each["update_id"] for each in raw] == [number, number + 1]


async def test_peer_that_was_away_still_has_what_waited(peer, bot, ana):
    ana.writes("before")
    await peer.stop()
    ana.writes("meanwhile")
    await peer.start()

    assert [each.message.text for each in await bot.get_updates()] == ["before", "meanwhile"]


def test_peer_in_a_thread_serves_another_event_loop():
    with TelegramPeer().in_thread() as peer:
        ana = peer.person("Ana")

        async def poll():
            async with bot_of(peer) as bot:
                waiting = asyncio.create_task(bot.get_updates(timeout=30))
                await asyncio.to_thread(ana.writes, "hello")
                return await waiting

        found = asyncio.run(poll())

    assert [each.message.text for each in found] == ["hello"]
