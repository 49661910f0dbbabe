"""One world of pages for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.fakes.web_world import ASKER, COLLEAGUE, EDITOR, PANELIST, WebWorld
from web.services import DemoRole, WebOptions


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[WebWorld]:
    world = WebWorld(tmp_path)
    await world.settle()
    yield world
    world.close()


@pytest_asyncio.fixture
async def demo(tmp_path: Path) -> AsyncIterator[WebWorld]:
    people = {"member": ASKER, "panelist": PANELIST, "editor": EDITOR, "colleague": COLLEAGUE}
    roles = tuple(DemoRole(name=name, member_id=person.id) for name, person in people.items())
    world = WebWorld(tmp_path, options=WebOptions(secure_cookies=False, demo_roles=roles))
    await world.settle()
    yield world
    world.close()
