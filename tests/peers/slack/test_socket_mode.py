"""An app of slack_bolt over Socket Mode."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSServerHandshakeError
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient


@pytest.fixture
async def seen(slack):
    """What the app has got; it acknowledges everything."""
    app = AsyncApp(token=slack.installation.bot_token, signing_secret="")
    app.client.base_url = slack.api_url
    got = []

    async def note(ack, body):
        got.append(body)
        await ack({"text": "noted"}) if "command" in body else await ack()

    app.event("message")(note)
    app.command("/ask")(note)
    handler = AsyncSocketModeHandler(app, slack.installation.app_token, web_client=app.client)
    await handler.connect_async()
    yield got
    await handler.close_async()


async def test_event_is_acknowledged_over_the_socket(slack, seen):
    kim = await slack.person("kim")

    await kim.writes("58M")

    assert [body["event"]["text"] for body in seen] == ["58M"]
    assert slack.deliveries[-1].is_acknowledged


async def test_command_is_answered_over_the_socket(slack, seen):
    kim = await slack.person("kim")

    delivery = await kim.commands("58M")

    assert (seen[0]["text"], delivery.answer) == ("58M", {"text": "noted"})
    assert [post.text for post in await kim.sees_only_here()] == ["noted"]


async def test_app_connects_anew_when_asked(slack, seen):
    kim = await slack.person("kim")

    await asyncio.wait_for(slack.socket.arrivals.get(), 20)
    await slack.socket.disconnect("refresh_requested")
    await asyncio.wait_for(slack.socket.arrivals.get(), 20)
    await kim.writes("58M")

    assert [body["event"]["text"] for body in seen] == ["58M"]


async def test_event_without_a_connection_is_given_up(slack):
    kim = await slack.person("kim")
    await kim.direct_messages()
    slack.socket.opened = 1

    await kim.writes("58M")

    assert [attempt.failure for attempt in slack.deliveries[-1].attempts] == ["connection_failed"] * 4


async def test_address_opens_one_connection(slack):
    client = AsyncWebClient(base_url=slack.api_url)
    address = (await client.apps_connections_open(app_token=slack.installation.app_token))["url"]

    async with slack.courier.session.ws_connect(address) as first:
        greeting = await first.receive_json()
    with pytest.raises(WSServerHandshakeError, match="403"):
        await slack.courier.session.ws_connect(address)

    assert (greeting["type"], greeting["num_connections"]) == ("hello", 1)


async def test_only_the_app_token_opens_connections(slack):
    client = AsyncWebClient(token=slack.installation.bot_token, base_url=slack.api_url)

    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=slack.installation.bot_token)
