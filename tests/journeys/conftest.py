"""Whole flows on both databases."""

from __future__ import annotations

from tests.peers.postgres import database_url, postgres_server  # noqa: F401 - fixtures
