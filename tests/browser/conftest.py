"""A demo for each test, a Chromium for each module; screenshots go to `artifacts/`, which git ignores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.player import DESK, PHONE, Player
from tests.peers.demo import Demo
from tests.peers.forked import Forge, lit_forge

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """One process for each worker; its demos have the code they read in common, and no file."""
    with lit_forge() as lit:
        yield lit


@pytest.fixture
def demo(forge: Forge, told_demo: Path, tmp_path: Path) -> Iterator[Demo]:
    shutil.copytree(told_demo, tmp_path / "demo")
    with forge.running_demo(tmp_path / "demo") as running:
        yield running


@pytest.fixture(scope="module")
def launched(chromium: str) -> Iterator[Browser]:
    """A Chromium for one module: while Playwright runs it holds an event loop that asyncio tests would trip over."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def browser(launched: Browser) -> Iterator[Browser]:
    """Each test opens its own contexts; no page of one is left to the next."""
    yield launched
    for context in launched.contexts:
        context.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    folder = Path(__file__).parents[2] / "artifacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(params=[("phone", PHONE), ("desktop", DESK)], ids=["phone", "desktop"])
def player(request: pytest.FixtureRequest, browser: Browser, demo: Demo, artifacts: Path) -> Player:
    """A newcomer with a phone, then at a desk; a module with screens of its own has a fixture of this name."""
    name, size = request.param
    return Player.at(browser, demo, artifacts, name=name, size=size)
