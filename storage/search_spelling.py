"""How each database is asked for words: SQLite's full-text query, and PostgreSQL's `tsquery`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.words import Group, Word
from storage.tables_search import search_document, search_word

Clause = tuple[tuple[Word, ...], ...]
"""Alternatives, each of them all of its words."""
_SOUGHT: sa.BindParameter[str] = sa.bindparam("sought", type_=sa.Text())


def clause_of(group: Group) -> Clause:
    return group.alternatives


def any_of(words: Iterable[str]) -> Clause:
    return tuple((Word(text=word),) for word in sorted(words))


class Spelling:
    """The words of a query for one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._is_sqlite = dialect == "sqlite"
        self._and, self._or = (" AND ", " OR ") if self._is_sqlite else (" & ", " | ")
        self.id: sa.ColumnElement[int] = search_word.c.rowid if self._is_sqlite else _NEWEST.c.id

    def having(self) -> sa.Select[Any]:
        """Return the statement for the ids of documents that have what is `sought`, in no order."""
        return sa.select(self.id).where(self._match())

    def passes(self, *, recent: int) -> Iterator[sa.Select[Any]]:
        """Yield the statements that find documents, the newest first, until one has found enough."""
        found = self.having().order_by(self.id.desc())
        if self._is_sqlite:
            yield found
            return
        newest = sa.select(sa.func.max(search_document.c.id)).scalar_subquery()
        yield found.where(self.id > newest - recent)
        # Named apart, so that the planner gathers it by the index, whatever it thinks of the order.
        yield found

    def _match(self) -> sa.ColumnElement[bool]:
        if self._is_sqlite:
            return sa.literal_column("search_word").bool_op("MATCH")(_SOUGHT)
        # Cast, not parsed: no dictionary of PostgreSQL's has a say in what a word is.
        return _NEWEST.c.words.bool_op("@@")(sa.cast(_SOUGHT, TSQUERY))

    def sought(self, wanted: Sequence[Clause]) -> str:
        """Return what a statement has to be given as `sought` for all of the words."""
        return self._and.join(f"({self._or.join(self._whole(whole) for whole in clause)})" for clause in wanted)

    def _whole(self, whole: Sequence[Word]) -> str:
        return f"({self._and.join(self._word(word) for word in whole)})"

    def _word(self, word: Word) -> str:
        """Our words are of letters and digits, and nothing else needs quoting; the quotes keep AND and NOT words."""
        if self._is_sqlite:
            return f'"{word.text}"{"*" if word.is_begun else ""}'
        return f"'{word.text}'{':*' if word.is_begun else ''}"


_NEWEST = search_document.alias("newest")
"""The rows that PostgreSQL searches; the table itself stands in conditions about them."""
