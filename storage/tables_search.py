"""The index of the search, on the metadata of the main database: one row per question and reading, words made by us.

PostgreSQL holds the words as a vector of its own with a GIN index. SQLite
holds them in a line, and triggers keep a full-text table beside it; its
tokenizer parts at spaces, since whatever our words are made of is a letter to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import TSVECTOR

from storage.columns import CleanText, LongInteger
from storage.tables import metadata

search_document = sa.Table(
    "search_document",
    metadata,
    # The question's number and the reading: newest questions last, however often the index is made anew.
    sa.Column("id", LongInteger, primary_key=True, autoincrement=False),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("reading", sa.SmallInteger, nullable=False),
    sa.Column("version", sa.SmallInteger, nullable=False),
    sa.Column("mark", sa.String(64), nullable=False),
    sa.Column("folded", CleanText, nullable=False),
    sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)
search_word = sa.table("search_word", sa.column("rowid", sa.Integer), sa.column("words"), sa.column("rank"))
"""SQLite's full-text table; no table to SQLAlchemy, which would make it in its own way."""

_FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_word USING fts5"
    "(words, content='search_document', content_rowid='id', tokenize='ascii', detail='none')",
    "CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN"
    " INSERT INTO search_word(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN"
    " INSERT INTO search_word(search_word, rowid, words) VALUES ('delete', old.id, old.words); END",
)
_INDEX = "CREATE INDEX ix_search_document_words ON search_document USING gin (words)"


@event.listens_for(search_document, "after_create")
def _make_index(_table: sa.Table, connection: sa.Connection, **_: object) -> None:
    for statement in _FULL_TEXT if connection.dialect.name == "sqlite" else (_INDEX,):
        connection.exec_driver_sql(statement)


def is_described(name: str | None, _kind: str, _parents: object) -> bool:
    """Return whether the metadata describes what a comparison of schemas met: not what one database alone has."""
    return name is None or not name.startswith(("search_word", "ix_search_document_words"))
