"""What a test makes go wrong, and what it can count."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError


async def test_busy_service_says_how_long_to_wait(peer, bot, ana):
    peer.faults.busy(2, retry_after=7, method="sendMessage")

    for _ in range(2):
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(ana.id, "x")

    assert refused.value.retry_after == timedelta(seconds=7)
    assert await bot.get_me()
    assert ana.hears() == []
    assert await bot.send_message(ana.id, "x")


async def test_broken_service_answers_with_a_page(peer, bot, ana):
    peer.faults.broken(code=502)

    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ana.id, "x")

    assert ana.hears() == []


@pytest.mark.parametrize(("cut", "there"), [("cut_before", []), ("cut_after", ["x"])])
async def test_line_is_cut_before_or_after_the_effect(peer, bot, ana, cut, there):
    getattr(peer.faults, cut)(method="sendMessage")

    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "x")

    assert ana.hears() == there


async def test_download_is_cut_in_its_middle(peer, bot, ana):
    file = await bot.get_file(ana.sends_document(bytes(5000), name="a.dcm").document.file_id)
    peer.faults.cut_after(method="download")

    with pytest.raises(NetworkError):
        await file.download_as_bytearray()


async def test_faults_by_chance_are_the_same_for_a_seed(peer, bot, ana):
    async def outcomes():
        peer.faults.by_chance(seed=5, busy=0.2, broken=0.1)
        sent = [bot.send_message(ana.id, "x") for _ in range(30)]
        return [type(each) for each in [await _outcome(call) for call in sent]]

    first, again = await outcomes(), await outcomes()

    assert first == again
    assert {RetryAfter, NetworkError} < set(first)


async def test_limits_refuse_what_comes_too_fast(peer, bot, ana):
    group = peer.supergroup("Panel", ana)
    peer.limits.per_group_minute = 20
    for number in range(20):
        await bot.send_message(group.id, str(number))

    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "one too many")
    assert await bot.send_message(ana.id, "others are free")

    peer.clock.advance(timedelta(minutes=1))
    assert await bot.send_message(group.id, "later")


async def test_long_poll_hides_nothing_from_the_limits(peer, bot, ana):
    group = peer.supergroup("Panel", ana)
    peer.updates.drop_all()
    peer.limits.per_group_minute = 1
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await peer.until(lambda: peer.updates.is_polled)
    peer.clock.advance(timedelta(minutes=9))
    await bot.send_message(group.id, "x")
    ana.writes("ends the poll")
    await poll

    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "y")


async def test_journal_counts_the_busiest_time_of_a_chat(peer, bot, ana):
    group = peer.supergroup("Panel", ana)
    await asyncio.gather(*(bot.send_message(group.id, str(number)) for number in range(3)))
    peer.clock.advance(timedelta(seconds=30))
    await bot.send_message(group.id, "x")
    await bot.send_chat_action(group.id, "typing")
    peer.clock.advance(timedelta(seconds=30))
    await bot.send_message(ana.id, "x")

    assert peer.journal.busiest_minute(chat_id=group.id) == 4
    assert peer.journal.busiest(timedelta(seconds=20)) == 3
    assert [each.text for each in peer.journal.requests("sendMessage", chat_id=ana.id)] == ["x"]


async def _outcome(call):
    try:
        return await call
    except TelegramError as error:
        return error
