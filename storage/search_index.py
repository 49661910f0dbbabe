"""Keeping the search's index in step: what changes a question or its thread calls `follow` in its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from domain.consent import ConsentScope
from domain.ids import MemberId, QuestionId
from domain.question import SEEN_BY_PANEL, Entry, EntryKind, Question, QuestionState
from domain.search import Document, Reading, documents_of
from domain.words import VERSION, fold, words_of
from storage.packing import unpack_text
from storage.repositories.question_review import UNDER_REVIEW
from storage.statements import rows_of
from storage.tables import entry, question
from storage.tables_panel import question_panel
from storage.tables_search import search_document

READINGS = 4
"""Ids of a question's documents are its number times this, and the reading."""
_AT_ONCE = 500
_SEARCHABLE = sa.and_(
    question.c.number.is_not(None),
    question.c.state.in_(sorted(state.value for state in SEEN_BY_PANEL)),
    question.c.wrong_patient_at.is_(None),
    question.c.id.not_in(UNDER_REVIEW),
)
_COLUMNS = (
    *(question.c.id, question.c.number, question.c.asker_id, question.c.text, question.c.created_at),
    *(question.c.opened_at, question.c.state, question.c.consent, question.c.released_at, question.c.wrong_patient_at),
    sa.select(question_panel.c.unsealed_at)
    .where(question_panel.c.question_id == question.c.id)
    .scalar_subquery()
    .label("unsealed_at"),
    question.c.id.in_(UNDER_REVIEW).label("is_under_review"),
)
_ONE = sa.select(*_COLUMNS).where(question.c.id == sa.bindparam("wanted"))
_ENTRIES = (
    sa.select(
        *(entry.c.question_id, entry.c.kind, entry.c.text, entry.c.at, entry.c.key, entry.c.channel, entry.c.details)
    )
    .where(entry.c.text.is_not(None))
    .order_by(entry.c.id)
)
_ENTRIES_OF_ONE = _ENTRIES.where(entry.c.question_id == sa.bindparam("wanted"))
_KNOWN = sa.select(search_document.c.id, search_document.c.mark).where(
    search_document.c.question_id == sa.bindparam("wanted")
)
_ADD = sa.insert(search_document)
_REMOVE = sa.delete(search_document).where(search_document.c.id == sa.bindparam("removed"))


def follow(connection: sa.Connection, question_id: QuestionId) -> bool:
    """Let the index say what the question and its entries say now; returns whether anything was taken out of it."""
    row = connection.execute(_ONE, {"wanted": question_id}).mappings().one_or_none()
    if row is None or row["number"] is None:
        return False
    entries = connection.execute(_ENTRIES_OF_ONE, {"wanted": question_id}).mappings().all()
    documents = {_id(row, each): (each, _mark(each)) for each in _documents(row, entries)}
    known = {each.id: each.mark for each in connection.execute(_KNOWN, {"wanted": question_id})}
    gone = [{"removed": each} for each, mark in known.items() if mark != documents.get(each, (None, ""))[1]]
    if gone:
        connection.execute(_REMOVE, gone)
    fresh = [_row(row, each, mark) for place, (each, mark) in documents.items() if known.get(place) != mark]
    _insert(connection, fresh)
    return bool(gone)


def forget_former_words(connection: sa.Connection) -> None:
    """Merge SQLite's full text, which keeps removed words until it merges: what named somebody must not stay."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_word(search_word) VALUES ('optimize')")


def rebuild(connection: sa.Connection) -> int:
    """Make the whole index anew from what is stored; returns how many questions it holds."""
    connection.execute(sa.delete(search_document))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_word(search_word) VALUES ('rebuild')")
    last, count = 0, 0
    statement = sa.select(*_COLUMNS).where(_SEARCHABLE).order_by(question.c.number).limit(_AT_ONCE)
    while rows := rows_of(connection, statement.where(question.c.number > last)):
        _add_all(connection, rows)
        last, count = rows[-1]["number"], count + len(rows)
    forget_former_words(connection)
    return count


def is_in_step(connection: sa.Connection) -> bool:
    """Return whether every question that may be found has documents of this version, and none other has any."""
    opened = sa.select(search_document.c.question_id).where(
        search_document.c.reading == Reading.OPEN.value, search_document.c.version == VERSION
    )
    missing = sa.select(sa.func.count()).where(_SEARCHABLE, question.c.id.not_in(opened))
    wanted = sa.select(question.c.id).where(_SEARCHABLE)
    needless = sa.select(sa.func.count()).where(search_document.c.question_id.not_in(wanted))
    return not connection.execute(missing).scalar_one() and not connection.execute(needless).scalar_one()


def _add_all(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> None:
    ids = [row["id"] for row in rows]
    said: dict[str, list[sa.RowMapping]] = {}
    for each in rows_of(connection, _ENTRIES.where(entry.c.question_id.in_(ids))):
        said.setdefault(each["question_id"], []).append(each)
    threads = [(row, _documents(row, said.get(row["id"], ()))) for row in rows]
    _insert(connection, [_row(row, each, _mark(each)) for row, documents in threads for each in documents])


def _insert(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(_ADD, [{**row, "words": " ".join(row["words"])} for row in rows])
        return
    # Of an array, so that no parser of PostgreSQL's has a say in what a word is.
    words = sa.func.array_to_tsvector(sa.bindparam("listed", type_=ARRAY(sa.Text)))
    given = [{**{k: v for k, v in row.items() if k != "words"}, "listed": row["words"]} for row in rows]
    connection.execute(sa.insert(search_document).values(words=words), given)


def _documents(row: sa.RowMapping, entries: Iterable[sa.RowMapping]) -> tuple[Document, ...]:
    return documents_of(_question(row), [_entry(each) for each in entries])


def _id(row: sa.RowMapping, document: Document) -> int:
    return int(row["number"]) * READINGS + document.reading.value


def _mark(document: Document) -> str:
    parts = (str(VERSION), " ".join(sorted(document.finders)), *document.texts)
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()


def _row(row: sa.RowMapping, document: Document, mark: str) -> dict[str, Any]:
    words = {word for text in document.texts for word in words_of(text)}
    return {
        "id": _id(row, document),
        "question_id": row["id"],
        "reading": document.reading.value,
        "version": VERSION,
        "mark": mark,
        "folded": "\x1f".join(fold(each) for each in document.texts),
        "words": sorted(words | document.finders),
    }


def _question(row: sa.RowMapping) -> Question:
    return Question(
        id=QuestionId(row["id"]),
        asker_id=MemberId(row["asker_id"]),
        text=unpack_text(row["text"]),
        created_at=row["created_at"],
        opened_at=row["opened_at"],
        state=QuestionState(row["state"]),
        number=row["number"],
        consent=ConsentScope(row["consent"]),
        released_at=row["released_at"],
        wrong_patient_at=row["wrong_patient_at"],
        unsealed_at=row["unsealed_at"],
        is_under_review=bool(row["is_under_review"]),
    )


def _entry(row: sa.RowMapping) -> Entry:
    return Entry(
        key=row["key"],
        question_id=QuestionId(row["question_id"]),
        kind=EntryKind(row["kind"]),
        actor_id=None,
        channel=row["channel"],
        at=row["at"],
        text=unpack_text(row["text"]),
        details=row["details"],
    )
