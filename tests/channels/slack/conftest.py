"""The peer of Slack, the channel against it, a member and a panel's channel."""

import pytest

from domain.messages import Address
from tests.fakes.slack_world import SlackWorld
from tests.peers.slack.peer import slack, slack_emulator  # noqa: F401


@pytest.fixture
async def world(slack):  # noqa: F811
    """The channel, by HTTP."""
    made = SlackWorld(slack)
    runner = await made.serve()
    yield made
    await made.channel.close()
    await runner.cleanup()


@pytest.fixture
async def kim(slack):  # noqa: F811
    return await slack.person("kim")


@pytest.fixture
async def room(slack, kim):  # noqa: F811
    return Address(channel="slack", external_id=await slack.channel("panel-chest", kim))
