"""Whole flows on both databases."""

from __future__ import annotations

from tests.peers.postgres import database_url, postgres_server  # noqa: F401 - fixtures
from tests.peers.slack.peer import slack_emulator  # noqa: F401 - fixture
