"""No folder and no library escapes the import contracts."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.tree import PACKAGES, PROJECT, ROOT, files

ROOMS = {
    "alembic": {"storage"},
    "cryptography": {"storage"},
    "psycopg": {"storage"},
    "sqlalchemy": {"storage"},
    "cv2": {"deidentify"},
    "gdcm": {"deidentify"},
    "jpeg_ls": {"deidentify"},
    "numpy": {"deidentify"},
    "onnxruntime": {"deidentify"},
    "openjpeg": {"deidentify"},
    "pi_heif": {"deidentify"},
    "PIL": {"deidentify"},
    "pydicom": {"deidentify"},
    "pylibjpeg": {"deidentify"},
    "rapidocr": {"deidentify"},
    "rle": {"deidentify"},
    "apscheduler": {"bot"},
    "rich": {"bot"},
    "structlog": {"bot"},
    "typer": {"bot"},
    "tzlocal": {"bot"},
    "uvicorn": {"bot"},
    "sse_starlette": {"web"},
    "starlette": {"web"},
    "jinja2": {"digests", "web"},
    "babel": {"wording"},
    "holidays": {"rota"},
    "icalendar": {"rota"},
    "pydantic": {"config"},
    "pydantic_settings": {"config"},
    "aiohttp": {"channels.slack"},
    "slack_bolt": {"channels.slack"},
    "slack_sdk": {"channels.slack"},
    "telegram": {"channels.telegram"},
    "httpx": {"channels.outbox", "channels.slack", "channels.telegram", "channels.web"},
}
"""Each outside library and the only folders that import it."""

LINTER = PROJECT["tool"]["importlinter"]
CHANNELS = {f"channels.{file.parent.name}" for file in (ROOT / "channels").glob("*/__init__.py")}
FOLDERS = {*PACKAGES, *CHANNELS} - {"channels"}
"""Channels are apart from one another, so each is a folder of its own here."""
CONTRACTS = [contract for contract in LINTER["contracts"] if contract.get("allow_indirect_imports")]


def test_every_folder_of_code_is_known():
    with_code = {name.split("/")[0] for name in files() if name.endswith(".py") and "/" in name}

    assert with_code - {"bench", "scripts", "tests"} == set(PACKAGES)
    assert all((ROOT / name / "__init__.py").is_file() for name in PACKAGES)


def test_every_list_of_folders_is_the_same():
    tools = PROJECT["tool"]
    layers = {name.strip() for layer in LINTER["contracts"][0]["layers"] for name in layer.split("|")}

    assert set(LINTER["root_packages"]) == layers == set(PACKAGES)
    assert set(tools["coverage"]["run"]["source"]) == set(PACKAGES)
    assert set(tools["mypy"]["packages"]) == {*PACKAGES, "tests"}
    assert set(tools["ruff"]["lint"]["isort"]["known-first-party"]) == {*PACKAGES, "bench", "tests"}


def test_every_library_has_its_rooms():
    contracted = {
        library: FOLDERS - _folders_of(contract["source_modules"])
        for contract in CONTRACTS
        for library in contract["forbidden_modules"]
    }

    assert contracted == ROOMS


def test_no_channel_knows_another():
    (contract,) = [contract for contract in LINTER["contracts"] if contract["type"] == "independence"]

    assert set(contract["modules"]) == CHANNELS


def test_every_dependency_is_a_contracted_library():
    needed = {_name(dependency) for dependency in PROJECT["project"]["dependencies"]} - {"tzdata"}
    provided = {_name(by) for library, names in packages_distributions().items() if library in ROOMS for by in names}

    assert needed - provided == set()


def test_no_other_distribution_has_a_name_of_ours():
    takers = {name: packages_distributions().get(name, []) for name in PACKAGES}

    assert {name: by for name, by in takers.items() if set(by) - {"hilum"}} == {}


@pytest.mark.parametrize(("lock", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["dev"])])
def test_lock_names_every_dependency_with_hashes(lock, groups):
    text = (ROOT / lock).read_text(encoding="utf-8")
    wanted = [*PROJECT["project"]["dependencies"], *(d for g in groups for d in PROJECT["dependency-groups"][g])]
    names = {_name(dependency) for dependency in wanted if isinstance(dependency, str)}

    pinned = re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert names - set(pinned) == set()
    assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE))


def _folders_of(names: list[str]) -> set[str]:
    return {folder for name in names for folder in (CHANNELS if name == "channels" else {name})}


def _name(dependency: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=; ]", dependency)[0]).lower()
