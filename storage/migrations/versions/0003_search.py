"""The index of the search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0003"
down_revision = "0002"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", LONG, autoincrement=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("reading", sa.SmallInteger, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_document"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_search_document_question_id"),
    )
    op.create_index("ix_search_document_question_id", "search_document", ["question_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_document_words", "search_document", ["words"], postgresql_using="gin")
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_word USING fts5"
        "(words, content='search_document', content_rowid='id', tokenize='ascii', detail='none')"
    )
    op.execute(
        "CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN"
        " INSERT INTO search_word(rowid, words) VALUES (new.id, new.words); END"
    )
    op.execute(
        "CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN"
        " INSERT INTO search_word(search_word, rowid, words) VALUES ('delete', old.id, old.words); END"
    )
