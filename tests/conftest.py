"""What holds for every test: no skipping where CI=true, a Chromium for the browser tests, and what spares time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.peers.demo import tell_once
from tests.quick import Measuring, spare_children, spare_collector, spare_statements

_measuring = pytest.StashKey[Measuring]()
_skipped: list[str] = []


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium, which `setup/browser` has seen to."""
    found = _chromium()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def told_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that has told its past; to be copied, since all workers have this one."""
    folder = tmp_path_factory.getbasetemp()
    return tell_once((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "told-demo")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_measuring] = Measuring(config)
    spare_children()
    spare_statements()


def pytest_collection_finish() -> None:
    spare_collector()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    item.config.stash[_measuring].turn(item)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if reason := _no_browser():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and _nothing_may_be_skipped():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and _nothing_may_be_skipped():
        terminalreporter.write_line(f"With CI=true nothing may be skipped: {', '.join(_skipped)}", red=True)


def _nothing_may_be_skipped() -> bool:
    return os.environ.get("CI") == "true"


def _no_browser() -> str | None:
    return os.environ.get("HILUM_TEST_NO_BROWSER") or (None if _chromium() else "no Chromium here")


def _chromium() -> str | None:
    names = (os.environ.get("HILUM_TEST_CHROMIUM") or "chromium", "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)
