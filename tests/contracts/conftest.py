"""The real storage on both databases, a fresh one for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.compose import Storage, StorageOptions, open_storage
from storage.keyring import create_keys
from tests.contracts.samples import Clock
from tests.peers.postgres import database_url, postgres_server

__all__ = ["database_url", "postgres_server"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def options(database_url: str, tmp_path: Path, clock: Clock) -> StorageOptions:
    create_keys(tmp_path / "keys")
    return StorageOptions(
        database_url=database_url,
        linkage_url=f"sqlite:///{tmp_path}/data/linkage.db",
        data_folder=tmp_path / "data",
        keys_folder=tmp_path / "keys",
        clock=clock,
    )


@pytest.fixture
def storage(options: StorageOptions) -> Iterator[Storage]:
    opened = open_storage(options)
    yield opened
    opened.close()


@pytest.fixture
def store(storage: Storage):
    return storage.store


@pytest.fixture
def queue(storage: Storage):
    return storage.queue
