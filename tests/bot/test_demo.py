"""The demo's settings: this machine alone, fictional people, nothing of production."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import demo
from bot.demo_people import COORDINATOR, PANEL, PEOPLE, ROLES
from bot.demo_story import read_tales
from domain.member import Role


@pytest.mark.parametrize(
    "name", ["HILUM_CHANNELS__TELEGRAM__TOKEN", "HILUM_DATABASE_URL", "HILUM_ARCHIVE_URL", "HILUM_KEYS"]
)
def test_production_settings_are_refused(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        demo.demo_settings(tmp_path, port=8080, environment={name: "secret"})

    assert ended.value.code == 3
    assert "secret" not in capsys.readouterr().err


def test_other_settings_of_the_environment_do_not_reach_it(tmp_path: Path) -> None:
    settings = demo.demo_settings(tmp_path / "demo", port=8091, environment={"HILUM_WEB__HOST": "0.0.0.0"})

    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8091)
    assert settings.data == tmp_path / "demo" / "data"
    assert set(settings.web.allowed_hosts) == {"127.0.0.1", "localhost", "::1"}


def test_folder_is_marked_and_known_again(tmp_path: Path) -> None:
    settings = demo.demo_settings(tmp_path / "demo", port=8080, environment={})
    demo.prepare(settings)
    keys = {path.name: path.read_bytes() for path in settings.keys.iterdir()}

    demo.prepare(settings)

    assert demo.is_demo_folder(settings.data)
    assert demo.is_demo_folder(tmp_path / "demo")
    assert not demo.is_demo_folder(tmp_path)
    assert {path.name: path.read_bytes() for path in settings.keys.iterdir()} == keys


def test_everybody_has_a_role_to_play() -> None:
    people = {member.id: member for member in PEOPLE}

    assert {role.member_id for role in ROLES} <= people.keys()
    assert all(people[member_id].has(Role.PANELIST) for member_id in PANEL.members)
    assert COORDINATOR.has(Role.COORDINATOR)
    assert COORDINATOR.id in {role.member_id for role in ROLES}


def test_tales_are_told_in_order_by_whom_they_concern() -> None:
    tales = read_tales()

    assert [tale.days_ago for tale in tales] == sorted((tale.days_ago for tale in tales), reverse=True)
    assert all(tale.panelist.has(Role.PANELIST) for tale in tales)
    assert all(bool(tale.answer) == bool(tale.confidence) for tale in tales)
