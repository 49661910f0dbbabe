"""A demo and a Chromium for each test; screenshots go to `artifacts/`, which git ignores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.peers.demo import Demo, running_demo

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path / "demo") as running:
        yield running


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """A Chromium of the test's own: while Playwright runs it holds an event loop that asyncio tests would trip over."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def artifacts() -> Path:
    folder = Path(__file__).parents[2] / "artifacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
