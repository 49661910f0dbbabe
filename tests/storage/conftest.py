"""A keys folder, a clock, and databases of both kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.compose import StorageOptions
from storage.keyring import Keyring, create_keys
from tests.contracts.samples import Clock
from tests.peers.postgres import database_url, postgres_server, postgres_url

__all__ = ["database_url", "postgres_server", "postgres_url"]


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    create_keys(tmp_path / "keys")
    return Keyring(tmp_path / "keys")


@pytest.fixture
def make_options(tmp_path: Path, keyring: Keyring) -> Callable[..., StorageOptions]:
    """Options in a folder of their own, with the keys of all."""

    def make(folder: str = "data", **changes: object) -> StorageOptions:
        values: dict[str, object] = {
            "database_url": f"sqlite:///{tmp_path}/{folder}/hilum.db",
            "linkage_url": f"sqlite:///{tmp_path}/{folder}/linkage.db",
            "data_folder": tmp_path / folder,
            "keys_folder": keyring.folder,
            "clock": Clock(),
        }
        return StorageOptions(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about

    return make
