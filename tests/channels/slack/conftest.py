"""The peer of Slack, and the channel against it."""

import pytest

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
