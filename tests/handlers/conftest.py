"""A society on SQLite for each test."""

from __future__ import annotations

from tests.fakes.worlds import society, watched  # noqa: F401 - fixtures
