"""Updates are committed before they are confirmed; one process polls; what cannot be read blocks nobody."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest

from channels.telegram.channel import TelegramChannel
from channels.telegram.client import Client
from channels.telegram.inbound import UPDATE_KINDS
from channels.telegram.listening import Listening
from channels.telegram.reception import Reception
from domain.commands_services import WatchRooms
from domain.delivery import Priority
from domain.errors import PermanentError, TransientError, UserError
from domain.messages import Action
from tests.channels.telegram.conftest import FAST
from tests.channels.telegram.test_sending import CLAIM, TOKEN, message
from tests.peers.telegram.peer import PATIENCE_SECONDS
from tests.peers.telegram.refusals import conflict


@asynccontextmanager
async def listening(channel):
    task = asyncio.create_task(channel.listen())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_words_are_taken_and_then_confirmed(peer, channel, world, ana):
    ana.writes("one")
    ana.writes("two")

    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    assert world.intake.texts() == ["one", "two"]


async def test_nothing_is_confirmed_that_was_not_committed(peer, channel, world, ana):
    world.intake.failures = [TransientError("database_away")] * 2
    ana.writes("one")

    async with listening(channel):
        await peer.until(
            lambda: ("telegram_waits", {"channel": "telegram", "error": "database_away"}) in world.log.lines
        )
        await peer.until(lambda: not peer.updates.pending())

    assert world.intake.texts() == ["one"]


async def test_numbers_that_begin_anew_after_a_quiet_week_are_followed(peer, channel, world, ana):
    written = [f"{number}" for number in range(150)]
    ana.writes("before")

    async with listening(channel):
        await peer.until(lambda: world.intake.texts() == ["before"] and not peer.updates.pending())
        peer.clock.advance(timedelta(days=8))
        for text in written:
            ana.writes(text)
        await peer.until(lambda: not peer.updates.pending(), seconds=5)

    assert world.intake.texts() == ["before", *written]
    assert max(peer.updates.handed.values()) <= 2


async def test_service_that_is_away_for_minutes_is_shown(peer, channel, world):
    peer.faults.by_chance(seed=1, broken=1.0, method="getUpdates")
    shown = []

    async with listening(channel):
        for _ in range(4):
            failed = len(world.log.events)
            await peer.until(lambda before=failed: len(world.log.events) > before + 1)
            shown.append(channel.trouble)
            world.advance(timedelta(minutes=2))
        peer.faults.by_chance(seed=1)
        await peer.until(lambda: not channel.trouble)

    assert shown == ["", "", "", "telegram_away"]


async def test_program_that_takes_our_updates_is_shown(peer, channel, world, ana):
    async with listening(channel):
        for each in range(4):
            await peer.until(lambda: peer.updates.is_polled)
            peer.updates.end_poll(conflict("terminated by other getUpdates request"))
            await peer.until(lambda count=each + 1: world.log.events.count("telegram_refused") == count)
            world.advance(timedelta(minutes=2))
        ana.writes("one")
        await peer.until(lambda: world.intake.texts() == ["one"])
    shown = channel.trouble
    world.advance(timedelta(minutes=2))

    assert (shown, channel.trouble) == ("telegram_conflict", "")


async def test_update_that_nobody_can_read_is_parked_and_passed(peer, channel, world, ana):
    number = peer.malformed_update()
    ana.writes("behind it")

    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    assert world.intake.texts() == ["behind it"]
    assert world.intake.parked[f"update.{number}"][1] == "update_unreadable"


async def test_message_that_is_refused_is_parked_and_its_sender_told(peer, channel, world, ana, hers):
    world.intake.failures = [UserError("text_too_long")]
    ana.writes("x")

    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    assert [reason for _, reason in world.intake.parked.values()] == ["text_too_long"]
    assert world.intake.refused == [hers]


async def test_reply_names_what_it_replies_to(peer, channel, world, ana, hers):
    said = await channel.send(hers, message())
    ana.writes("no allergy", reply_to=int(said))
    ana.writes("and another thing")

    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    assert [(each.origin.replied_to, each.in_reply_to) for each in world.intake.accepted] == [(said, None), ("", None)]


async def test_pressed_button_is_taken_and_answered(peer, channel, world, ana, hers):
    reference = await channel.send(hers, message(token=TOKEN, choices=(CLAIM,)))
    press = ana.presses(int(reference), "Claim")

    async with listening(channel):
        await peer.until(lambda: press.answer is not None)

    assert world.intake.accepted[-1].press.action is Action.CLAIM


async def test_press_that_is_too_old_to_answer_is_taken_all_the_same(peer, channel, world, ana, hers):
    reference = await channel.send(hers, message(token=TOKEN, choices=(CLAIM,)))
    peer.service.presses.pop(ana.presses(int(reference), "Claim").query_id)

    async with listening(channel):
        await peer.until(lambda: "press_unanswered" in world.log.events)

    assert world.intake.accepted[-1].press.token == TOKEN


async def test_room_that_has_moved_is_looked_into_at_its_old_place(peer, channel, world, ana):
    group = peer.group("Panel", ana)
    peer.updates.drop_all()
    group.upgrades()

    async with listening(channel):
        await peer.until(lambda: not peer.updates.pending())

    assert {each.room for each in world.store.commands if isinstance(each, WatchRooms)} == {str(group.id)}


async def test_member_who_joins_is_news_only_because_we_ask_for_it(peer, channel, world, ana):
    forum = peer.forum("Panel", ana)
    peer.updates.drop_all()

    async with listening(channel):
        await peer.until(lambda: peer.updates.is_polled)
        forum.adds(peer.person("Bo"))
        await peer.until(lambda: world.store.commands)

    assert peer.updates.allowed == UPDATE_KINDS
    assert {(how["gate"], how["priority"]) for how in world.store.waits} == {("telegram", Priority.URGENT)}
    assert [how["due_at"] for how in world.store.waits] == [each.at for each in world.store.commands]


async def test_service_that_is_away_is_waited_for(peer, channel, world, ana):
    ana.writes("one")
    peer.faults.broken(3)

    async with listening(channel):
        await peer.until(lambda: world.intake.texts() == ["one"])

    assert world.log.events.count("telegram_waits") == 3


async def test_questions_do_not_wait_for_the_introduction(peer, channel, world, ana):
    peer.faults.busy(method="setMyCommands", retry_after=36_000)
    ana.writes("one")

    async with listening(channel):
        await peer.until(lambda: world.intake.texts() == ["one"])
        ana.writes("two")
        await peer.until(lambda: not peer.updates.pending())
        tried = len(peer.journal.calls("setMyCommands"))
        world.advance(timedelta(hours=10))
        ana.writes("three")
        await peer.until(lambda: peer.service.profile.buttons)

    assert (tried, world.log.events.count("introduction_waits")) == (1, 1)


async def test_token_that_is_refused_meanwhile_is_an_operators_matter(options, world):
    client = Client(replace(options, token=f"1:{'a' * 35}"))
    listening = Listening(client, options, world.services(), Reception(client, world.services(), "key"), FAST)
    listening.reception.username = "known_before"

    with pytest.raises(PermanentError, match="telegram_token"):
        await listening.run()
    await client.close()


async def test_first_words_do_not_wait_for_the_introduction(peer, channel, world, ana):
    ana.writes("one")

    async with listening(channel):
        await peer.until(lambda: "setChatMenuButton" in [each.method for each in peer.journal.entries])

    asked = [each.method for each in peer.journal.entries]
    assert asked.index("getUpdates") < asked.index("setChatMenuButton") - 5
    assert world.intake.texts() == ["one"]


async def test_introduction_ends_with_the_listening(peer, channel):
    async with listening(channel):
        await peer.until(
            lambda: "getUpdates" in [each.method for each in peer.journal.entries] or peer.updates.is_polled
        )
        under_way = [repr(task) for task in asyncio.all_tasks() if "_introduce" in repr(task)]

    assert len(under_way) == 1
    assert [task for task in asyncio.all_tasks() if "_introduce" in repr(task)] == []


async def test_update_without_a_number_is_not_asked_for_at_once_again(options, world, client):
    brought = [{"message": {}}]
    client.updates = AsyncMock(side_effect=[[], brought, brought])
    listening = Listening(client, options, world.services(), Reception(client, world.services(), "key"), FAST)

    assert [await listening._poll() for _ in range(3)] == [timedelta(0), FAST.beside, FAST.beside]
    assert [reason for _, reason in world.intake.parked.values()] == ["update_unreadable"]


async def test_what_is_parked_is_kept_letter_by_letter(client, world):
    await Reception(client, world.services(), "key").take({"update_id": 5, "message": "９００１０１ 한 \ud83d"})

    assert "９００１０１ 한 \ufffd" in world.intake.parked["update.5"][0]


async def test_refused_token_ends_the_listening(options, world):
    channel = TelegramChannel(replace(options, token=f"1:{'a' * 35}"), world.services(), pace=FAST)

    with pytest.raises(PermanentError, match="telegram_token"):
        await asyncio.wait_for(channel.listen(), PATIENCE_SECONDS)
    await channel.close()


async def test_only_the_process_with_the_lease_polls(peer, options, world, ana):
    world.store.held["telegram"] = ("other", world.now + timedelta(seconds=12))
    channel = TelegramChannel(options, world.services(owner="one"), pace=FAST)
    ana.writes("one")

    async with listening(channel):
        await peer.until(lambda: peer.journal.calls("getMe"))
        polled_before = peer.journal.calls("getUpdates")
        world.advance(timedelta(seconds=13))
        await peer.until(lambda: world.intake.texts() == ["one"])
    await channel.close()

    assert polled_before == []
    assert world.store.held == {}


async def test_webhook_of_others_is_taken_off(peer, channel, world, ana):
    peer.service.updates.webhook_url = "http://127.0.0.1:9/elsewhere"
    ana.writes("one")

    async with listening(channel):
        await peer.until(lambda: world.intake.texts() == ["one"])


async def test_webhook_that_others_set_meanwhile_is_taken_off(peer, channel, world, ana):
    async with listening(channel):
        await peer.until(lambda: peer.updates.is_polled)
        peer.updates.webhook_url = "http://127.0.0.1:9/elsewhere"
        peer.updates.end_poll(conflict("terminated by setWebhook request"))
        await peer.until(lambda: not peer.updates.webhook_url)
        ana.writes("one")
        await peer.until(lambda: world.intake.texts() == ["one"])


async def test_second_poller_is_survived(peer, channel, world, ana, client):
    async with listening(channel):
        await peer.until(lambda: peer.updates.is_polled)
        await client.updates(None, kinds=UPDATE_KINDS, wait=timedelta(0))
        peer.updates.end_poll(conflict("terminated by other getUpdates request"))
        ana.writes("one")
        await peer.until(lambda: world.intake.texts() == ["one"])

    assert "telegram_refused" in world.log.events


async def test_lease_that_cannot_be_given_back_runs_out(peer, channel, world):
    async with listening(channel):
        await peer.until(lambda: peer.updates.is_polled)
        world.store.failures = [TransientError("database_away")]

    assert "lease_kept" in world.log.events


def test_polling_channel_has_no_webhook(channel):
    assert channel.webhook is None


async def test_link_that_starts_the_bot_is_known_once_its_name_is(peer, channel):
    before = channel.start_link("482913")

    async with listening(channel):
        await peer.until(lambda: channel.start_link("482913") is not None)

    link = f"https://t.me/{peer.service.bot.username}?start=482913"
    assert (before, channel.start_link("482913")) == (None, link)
