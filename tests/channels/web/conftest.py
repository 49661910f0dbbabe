"""One world of pages for each test."""

from __future__ import annotations

from tests.fakes.worlds import world  # noqa: F401 - a fixture
