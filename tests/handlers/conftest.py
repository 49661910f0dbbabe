"""A society on SQLite for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.image_work import PooledDeidentifier
from tests.fakes.society import Society, found_society
from tests.fakes.watchful_door import WatchfulDoor


@pytest.fixture
async def society(tmp_path: Path) -> AsyncIterator[Society]:
    found = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db")
    yield found
    found.close()


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[tuple[Society, WatchfulDoor]]:
    """A society behind a door that finds what the test tells it."""
    door = WatchfulDoor(None)

    def door_of(real: PooledDeidentifier) -> WatchfulDoor:
        door.door = real
        return door

    found = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db", door_of=door_of)
    yield found, door
    found.close()
