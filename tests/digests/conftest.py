"""A society on SQLite for each test."""

from __future__ import annotations

from tests.fakes.worlds import society  # noqa: F401 - a fixture
