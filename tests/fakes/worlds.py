"""Fixtures that the conftest of a folder takes up: a society, or a world of pages, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.society import Society, found_society
from tests.fakes.watchful_door import Watched, WatchfulDoor
from tests.fakes.web_world import WebWorld


@pytest.fixture
async def society(tmp_path: Path) -> AsyncIterator[Society]:
    found = await found_society(tmp_path)
    yield found
    found.close()


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """A society behind a door that finds what the test tells it."""
    door = WatchfulDoor(None)

    def door_of(real: object) -> WatchfulDoor:
        door.door = real
        return door

    found = await found_society(tmp_path, door_of=door_of)
    yield found, door
    found.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[WebWorld]:
    world = WebWorld(tmp_path)
    await world.settle()
    yield world
    world.close()
