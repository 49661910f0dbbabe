"""The trees of all files are read once for this folder, and not kept for the tests that follow."""

from __future__ import annotations

from tests.architecture.conftest import _trees  # noqa: F401 - a fixture
