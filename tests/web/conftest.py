"""One world of pages for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.fakes.web_world import ASKER, COLLEAGUE, EDITOR, PANELIST, WebWorld
from tests.fakes.worlds import world  # noqa: F401 - a fixture
from web.services import DemoRole, WebOptions


@pytest_asyncio.fixture
async def demo(tmp_path: Path) -> AsyncIterator[WebWorld]:
    people = {"member": ASKER, "panelist": PANELIST, "editor": EDITOR, "colleague": COLLEAGUE}
    roles = tuple(DemoRole(name=name, member_id=person.id) for name, person in people.items())
    shown = WebWorld(tmp_path, options=WebOptions(secure_cookies=False, demo_roles=roles))
    await shown.settle()
    yield shown
    shown.close()
