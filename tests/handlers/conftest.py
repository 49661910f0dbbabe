"""A society on SQLite for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.society import Society, found_society


@pytest.fixture
async def society(tmp_path: Path) -> AsyncIterator[Society]:
    found = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db")
    yield found
    found.close()
