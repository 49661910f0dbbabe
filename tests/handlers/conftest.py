"""A society on SQLite for each test; a fresh PostgreSQL for those that are about transactions beside each other."""

from __future__ import annotations

from tests.fakes.worlds import society, watched  # noqa: F401 - fixtures
from tests.peers.postgres import postgres_server, postgres_url  # noqa: F401 - fixtures
