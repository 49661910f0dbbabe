"""Socket Mode: the same events without an address of our own; and who is refused says so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from channels.slack.pace import Pace
from domain.errors import PermanentError
from tests.fakes.slack_world import SlackWorld

A_MOMENT = timedelta(milliseconds=1)
QUICK = Pace(pause=A_MOMENT, watch=A_MOMENT, renewed=timedelta(hours=1))


async def test_events_and_commands_come_over_the_socket(slack):
    world = SlackWorld(slack, app_token=slack.installation.app_token, signing_secret="")
    listening = asyncio.create_task(world.channel.listen())
    await asyncio.wait_for(slack.socket.arrivals.get(), 20)
    kim = await slack.person("kim")
    world.enrol(kim.user_id)

    await kim.writes("58M")
    await kim.commands("58M")
    await _ended(world, listening)

    assert [taken.text.value for taken in world.intake.messages] == ["58M"]
    assert slack.deliveries[0].is_acknowledged
    assert (kim.modal["callback_id"], world.channel.webhook) == ("question", None)


async def test_new_connection_leads_to_reading(slack):
    world = SlackWorld(slack, app_token=slack.installation.app_token, pace=QUICK)
    kim = await slack.person("kim")
    world.enrol(kim.user_id)
    listening = asyncio.create_task(world.channel.listen())
    await world.logged("slack_read_back")

    slack.installation.events = ()
    await kim.writes("58M")
    await slack.socket.disconnect("refresh_requested")
    await world.until(lambda: world.intake.messages)

    assert world.log.events.count("slack_connected") >= 2
    await _ended(world, listening)


async def test_connection_that_stays_away_is_shown(slack):
    world = SlackWorld(slack, app_token=slack.installation.app_token, pace=QUICK)
    listening = asyncio.create_task(world.channel.listen())
    await world.logged("slack_connected")
    before = world.channel.trouble

    slack.faults.fail("apps.connections.open", times=1_000)
    await slack.socket.close()
    await world.logged("slack_line_lost")
    for _ in range(4):
        world.clock.now += timedelta(minutes=2)
        await asyncio.wait({listening}, timeout=0.05)

    assert (before, world.channel.trouble) == ("", "slack_line_lost")
    await _ended(world, listening)


async def test_refused_token_ends_listening(slack):
    world = SlackWorld(slack, app_token="xapp-wrong")

    with pytest.raises(PermanentError):
        await asyncio.wait_for(world.channel.listen(), 20)
    await world.channel.close()


async def test_removed_app_stops_listening(slack, world):
    listening = asyncio.create_task(world.channel.listen())
    await world.greeted()

    await slack.uninstall()

    with pytest.raises(PermanentError, match="channel_cut_off"):
        await asyncio.wait_for(listening, 20)


async def test_slack_that_is_away_is_waited_for(slack):
    world = SlackWorld(slack)
    slack.faults.rate_limit("auth.test", retry_after=0)

    listening = asyncio.create_task(world.channel.listen())
    async with asyncio.timeout(20):
        while slack.record.count("auth.test") < 1:
            await asyncio.wait({listening}, timeout=0.01)
    assert not listening.done()
    await _ended(world, listening)


async def test_slack_that_is_away_for_minutes_is_shown(slack):
    world, shown = SlackWorld(slack), []
    slack.faults.rate_limit("auth.test", times=1_000, retry_after=0)

    listening = asyncio.create_task(world.channel.listen())
    for tries in range(1, 5):
        async with asyncio.timeout(20):
            while slack.record.count("auth.test") < tries:
                await asyncio.wait({listening}, timeout=0.01)
        shown.append(world.channel.trouble)
        world.clock.now += timedelta(minutes=2)
    await _ended(world, listening)

    assert (shown[0], shown[-1]) == ("", "slack_busy")


async def _ended(world, listening):
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await world.channel.close()
