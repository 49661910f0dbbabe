"""The peer of Slack, for its own tests."""

from tests.peers.slack.peer import slack, slack_emulator  # noqa: F401
