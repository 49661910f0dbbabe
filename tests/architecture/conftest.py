"""The trees of all files are read once for this folder, and not kept for the tests that follow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture.tree import forget


@pytest.fixture(scope="package", autouse=True)
def _trees() -> Iterator[None]:
    yield
    forget()
