"""Defaults follow from one another, mirror the domain's, and are all explained in default.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from importlib import resources
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.loading import load_settings
from config.origins import known_settings
from config.settings import Limits, Rules, Settings, Web
from domain.ports.intake import IntakeLimits
from domain.ports.services import Rules as DomainRules

EXAMPLE = resources.files("config").joinpath("default.toml").read_text(encoding="utf-8")
DERIVED = re.compile(r"^#(?=\w+ = )", re.MULTILINE)


@pytest.fixture
def complete(tmp_path):
    """default.toml with its derived defaults uncommented."""
    text = DERIVED.sub("", EXAMPLE).replace("{data}", str(Settings().data))
    file = tmp_path / "complete.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("path", known_settings(Settings), ids=".".join)
def test_default_toml_explains_every_setting(path):
    lines = EXAMPLE.splitlines()
    start = lines.index(f"[{'.'.join(path[:-1])}]") if len(path) > 1 else 0
    place = next(n for n, line in enumerate(lines) if n >= start and re.match(rf"#?{path[-1]} = ", line))

    assert re.fullmatch(r"# [A-Z`].*\.", lines[place - 1])


def test_default_toml_equals_the_defaults(complete):
    settings = load_settings(complete, environment={})

    assert settings.model_dump() == Settings().model_dump()
    assert settings.database_url.get_secret_value() == Settings().database_url.get_secret_value()


def test_default_toml_names_no_other_setting(complete):
    named = set(_paths(tomllib.loads(complete.read_text(encoding="utf-8"))))

    assert named == set(known_settings(Settings))


def test_rules_mirror_those_of_the_domain():
    ours = Rules().model_dump()
    elsewhere = {"page_address"}  # it is that of the web pages

    theirs = {field.name: getattr(DomainRules(), field.name) for field in fields(DomainRules)}
    assert ours == {name: value for name, value in theirs.items() if name not in elsewhere}


def test_limits_contain_those_of_the_intake():
    ours = Limits().model_dump()

    assert ours.items() >= {field.name: getattr(IntakeLimits(), field.name) for field in fields(IntakeLimits)}.items()


def test_everything_lies_in_the_data_folder_except_keys(tmp_path):
    data = tmp_path / "a folder"

    settings = Settings(data=data)

    assert settings.archive_folder == data / "archive"
    assert settings.database_url.get_secret_value() == f"sqlite:///{data}/hilum.db"
    assert settings.keys == tmp_path / "a folder-keys"


@pytest.mark.parametrize("keys", ["data", "data/keys", "data/../data/keys", "link/keys"])
def test_keys_inside_the_data_are_refused(tmp_path, keys):
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")

    with pytest.raises(ValidationError, match="must not lie inside the data folder"):
        Settings(data=tmp_path / "data", keys=tmp_path / keys)


def test_relative_folders_start_from_the_working_folder():
    assert Settings(data=Path("here")).data == Path.cwd() / "here"


def test_home_of_nobody_is_refused():
    with pytest.raises(ValidationError, match="whole path"):
        Settings(data="~nobody-of-that-name/hilum")


def test_address_is_needed_where_the_pages_listen_everywhere():
    with pytest.raises(ValidationError, match="is needed"):
        Web(host="0.0.0.0")


def test_nothing_can_be_changed_afterwards():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().web.port = 1


@pytest.mark.parametrize(
    ("url", "said"),
    [("s3://bucket", "later version"), ("/srv/archive", "file:///"), ("file://host/archive", "file:///")],
)
def test_archive_elsewhere_is_refused_clearly(url, said):
    with pytest.raises(ValidationError, match=said):
        Settings(archive_url=url)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "localhost", "::1"])
def test_this_machine_alone_needs_no_https(host):
    web = Web(host=host, port=81)

    assert not web.secure_cookies
    assert web.base_url in {f"http://{host}:81", f"http://[{host}]:81"}
    assert "localhost" in web.allowed_hosts


def test_pages_on_the_network_need_https():
    web = Web(host="0.0.0.0", base_url="https://hilum.example.org/")

    assert (web.base_url, web.allowed_hosts, web.secure_cookies) == (
        "https://hilum.example.org",
        ("hilum.example.org",),
        True,
    )
    with pytest.raises(ValidationError, match="secure_cookies"):
        Web(host="0.0.0.0", base_url="http://hilum.example.org/")


@pytest.mark.parametrize("url", ["", "hilum.example.org", "ftp://hilum.example.org", "https://h/?a=b"])
def test_address_that_nobody_can_open_is_refused(url):
    with pytest.raises(ValidationError, match="base_url"):
        Web(host="0.0.0.0", base_url=url)


def _paths(tables, above=()):
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))
        else:
            yield (*above, name)
