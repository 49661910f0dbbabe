"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

LongInteger = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite counts up by itself in columns of type INTEGER only."""

Json = sa.JSON(none_as_null=True)


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz` on PostgreSQL, text that sorts by time on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("datetimes are stored aware")
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text that every database takes: NUL and lone surrogates become U+FFFD, one for one."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else replace_unstorable(value)


def replace_unstorable(text: str) -> str:
    """Return the text with what UTF-8 or PostgreSQL cannot hold replaced, its length unchanged."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: object) -> str:
    """Return JSON in plain characters, so that a search through the files finds what is in them."""
    return replace_unstorable(_encoded(value))
