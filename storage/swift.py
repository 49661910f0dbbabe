"""A connection for a rehearsal that runs statements built once past most of SQLAlchemy: a fifth of the time for each.

What it does not know how to run (statements built for one use, rows that bring
something back, defaults made in Python) goes through SQLAlchemy as everywhere.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa

R = TypeVar("R")


class SwiftConnection:
    """Stands in for `sa.Connection` where repositories are given one; on SQLite."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
        self._seen: dict[int, weakref.ref[Any]] = {}
        self._recipes: dict[tuple[int, tuple[str, ...]], tuple[Any, _Recipes | None]] = {}
        self.dialect = connection.dialect
        self.info = connection.info

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        rows = parameters if isinstance(parameters, (list, tuple)) else None
        recipe = self._recipe(statement, rows[0] if rows else parameters)
        if recipe is None or (rows is not None and (recipe.keys or not rows)):
            return self._connection.execute(statement, parameters, **options)
        if rows:
            return Found(self._driver.executemany(recipe.sql, [recipe.bound(row) for row in rows]), recipe)
        return Found(self._driver.execute(recipe.sql, recipe.bound(parameters)), recipe)

    def exec_driver_sql(self, statement: str) -> Any:
        return self._connection.exec_driver_sql(statement)

    @property
    def connection(self) -> Any:
        return self._connection.connection

    def _recipe(self, statement: Any, parameters: Mapping[str, Any] | None) -> _Recipe | None:
        """Return how to run a statement that comes for at least the second time; None for any other."""
        key = (id(statement), tuple(parameters) if parameters else ())
        known = self._recipes.get(key)
        if known is not None:
            return None if known[1] is None else known[1].of(parameters)
        seen = self._seen.get(key[0])
        if seen is None or seen() is not statement:
            self._seen[key[0]] = weakref.ref(statement, lambda _: self._seen.pop(key[0], None))
            return None
        recipes = _recipes_of(statement, self.dialect, key[1])
        # Kept together with the statement, whose id is no other's as long as it lives.
        self._recipes[key] = (statement, recipes)
        return None if recipes is None else recipes.of(parameters)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How one statement is run, for lists of one length each."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    """Values where none are given."""
    spread: tuple[tuple[str, Sequence[str]], ...]
    """Names of lists that are given, and the names of their items."""
    wants: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Which values the driver wants in another form."""
    keys: tuple[str, ...]
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[..., Any]

    def bound(self, parameters: Mapping[str, Any] | None) -> list[Any]:
        given = {**self.fixed, **(parameters or {})}
        for name, items in self.spread:
            given.update(zip(items, given[name], strict=True))
        values = [given[name] for name in self.names]
        for place, want in self.wants:
            values[place] = want(values[place])
        return values

    def converted(self, raw: Sequence[Any]) -> list[Any]:
        values = list(raw)
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return values


class _Recipes:
    """The recipes of one statement: one for each length of the lists that it is given."""

    def __init__(self, compiled: Any, lists: tuple[str, ...], row: _RowForm) -> None:
        self._compiled = compiled
        self._lists = lists
        self._row = row
        self._by_lengths: dict[tuple[int, ...], _Recipe] = {}

    def of(self, parameters: Mapping[str, Any] | None) -> _Recipe:
        lengths = tuple([len(parameters[name]) for name in self._lists]) if parameters else ()
        known = self._by_lengths.get(lengths)
        if known is None:
            known = self._by_lengths[lengths] = self._made(parameters or {})
        return known

    def _made(self, parameters: Mapping[str, Any]) -> _Recipe:
        state = self._compiled.construct_expanded_state(dict(parameters))
        spread = tuple((name, state.parameter_expansion[name]) for name in self._lists)
        given = {*parameters, *(item for _, items in spread for item in items)}
        converts = {**self._compiled._bind_processors, **state.processors}
        return _Recipe(
            sql=state.statement,
            names=tuple(state.positiontup),
            fixed={name: value for name, value in state.parameters.items() if name not in given},
            spread=spread,
            wants=tuple((place, converts[name]) for place, name in enumerate(state.positiontup) if converts.get(name)),
            keys=self._row.keys,
            converts=self._row.converts,
            row=self._row.make,
        )


@dataclass(frozen=True, slots=True)
class _RowForm:
    keys: tuple[str, ...]
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]
    make: Callable[..., Any]


def _recipes_of(statement: Any, dialect: sa.Dialect, names: tuple[str, ...]) -> _Recipes | None:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names) or None)
    if compiled.literal_execute_params or compiled.positiontup is None:
        return None
    if (compiled.isinsert or compiled.isupdate) and (compiled.insert_prefetch or compiled.update_prefetch):
        return None
    expanded = {compiled.bind_names[bind] for bind in compiled.post_compile_params}
    columns = compiled._result_columns
    keys = tuple(column[0] for column in columns)
    made = [column[3]._cached_result_processor(dialect, None) for column in columns]
    form = _RowForm(
        keys=keys,
        converts=tuple((place, convert) for place, convert in enumerate(made) if convert is not None),
        make=cast(Any, namedtuple("Row", keys, rename=True))._make,
    )
    return _Recipes(compiled, tuple(name for name in names if name in expanded), form)


class _Rows(Generic[R]):
    """Rows in one of the forms that repositories ask for."""

    def __init__(self, rows: Iterator[R]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[R]:
        return self._rows

    def all(self) -> list[R]:
        return list(self._rows)

    def first(self) -> R | None:
        return next(self._rows, None)

    def one_or_none(self) -> R | None:
        found = list(self._rows)
        if len(found) > 1:
            raise sa.exc.MultipleResultsFound
        return found[0] if found else None

    def one(self) -> R:
        found = self.one_or_none()
        if found is None:
            raise sa.exc.NoResultFound
        return found


class Found(_Rows[Any]):
    """What a statement brought."""

    def __init__(self, cursor: sqlite3.Cursor, recipe: _Recipe) -> None:
        self._recipe = recipe
        self.rowcount = cursor.rowcount
        # Read at once: what is left half read would keep a savepoint open.
        self._values = [recipe.converted(row) for row in cursor.fetchall()] if recipe.keys else []
        super().__init__(map(recipe.row, self._values))

    def mappings(self) -> _Rows[dict[str, Any]]:
        keys = self._recipe.keys
        return _Rows(dict(zip(keys, values, strict=True)) for values in self._values)

    def scalars(self) -> _Rows[Any]:
        return _Rows(values[0] for values in self._values)

    def scalar(self) -> Any:
        return self._values[0][0] if self._values else None

    def scalar_one(self) -> Any:
        if len(self._values) != 1:
            raise sa.exc.NoResultFound
        return self._values[0][0]
