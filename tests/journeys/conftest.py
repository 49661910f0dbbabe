"""Whole flows on both databases; of a script that is played once, in both languages, what each test looks at."""

from __future__ import annotations

from typing import Any

import pytest

from domain.member import Language
from tests.fakes.connected import COMBINATIONS, Say, Stage, fresh_database
from tests.peers.postgres import database_url, postgres_server  # noqa: F401 - fixtures
from tests.peers.slack.peer import slack_emulator  # noqa: F401 - fixture


@pytest.fixture(scope="module", params=COMBINATIONS, ids="-".join)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Each language on each database, once for all tests of a script."""
    language, kind = request.param
    folder = tmp_path_factory.mktemp("script")
    return Stage(language, folder, fresh_database(request, folder, kind=kind))


@pytest.fixture
def played(show: Any) -> Any:
    """What people saw; `show` plays it, in the module of the script."""
    return show


@pytest.fixture
def say(stage: Stage) -> Say:
    """Choose the words of the language that is played."""
    return lambda english, korean: korean if stage.language is Language.KOREAN else english
