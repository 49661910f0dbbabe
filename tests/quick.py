"""What spares the suite time: nothing in here changes what a test sees."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

TESTS = Path(__file__).parent
UNMEASURED = frozenset({"architecture", "bench", "browser", "config", "rota", "storage", "wording"})
"""The folders on which `make coverage` does not depend: what they reach, tests of other folders reach too."""
_STATEMENTS = 4000


class SharedSqlite(SQLiteDialect_pysqlite):
    """SQLite as it is, with one cache of statements for all engines.

    Each test opens engines of its own, which would otherwise compile each
    statement anew: a quarter of what tests on SQLite took.
    """

    supports_statement_cache = True
    _compiled: ClassVar[LRUCache[Any, Any]] = LRUCache(_STATEMENTS)
    _memos: ClassVar[defaultdict[object, WeakKeyDictionary[Any, Any]]] = defaultdict(WeakKeyDictionary)

    @property
    def _type_memos(self) -> WeakKeyDictionary[Any, Any]:  # type: ignore[override]  # there it is kept for each dialect
        return self._memos[self._kind()]

    @classmethod
    def engine_created(cls, engine: Any) -> None:
        engine._compiled_cache = cls._compiled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedSqlite) and self._kind() == other._kind()

    def __hash__(self) -> int:
        return hash(self._kind())

    def _kind(self) -> object:
        """Return what a compiled statement of this dialect depends on."""
        return (self._json_serializer, self._json_deserializer, self.paramstyle)


def spare_statements() -> None:
    registry.register("sqlite.pysqlite", __name__, SharedSqlite.__name__)


def spare_collector() -> None:
    """Take what was collected out of the garbage collector's sight: it lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def spare_children() -> None:
    """Let the processes that tests start keep the bytecode of what they import, wherever this one may not."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


class Measuring:
    """Measures coverage only while tests run on which it depends: tracing doubles what any other takes."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._is_on = True

    def turn(self, item: pytest.Item) -> None:
        """Measure from here on, or do not, as this test needs it."""
        is_needed = is_measured(item.path)
        controller: Any = getattr(self._plugins.getplugin("_cov"), "cov_controller", None)
        if controller is None or is_needed == self._is_on:
            return
        self._is_on = is_needed
        if is_needed:
            controller.resume()
        else:
            controller.pause()


def is_measured(path: Path) -> bool:
    return not (path.is_relative_to(TESTS) and path.relative_to(TESTS).parts[0] in UNMEASURED)
