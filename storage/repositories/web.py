"""The web channel's rows: lines of conversations, links and sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.digest import NAME_CASES, without_case
from domain.ids import MemberId, QuestionId
from domain.text import Rewording
from domain.web import Direction, SignInLink, UploadLink, WebLine, WebSession
from storage.packing import pack_text, unpack_text
from storage.statements import forget_rows, insert_new, order_followed_rows, rows_of
from storage.tables import sign_in_link, upload_link, web_line, web_session

Payload = dict[str, Any]


class SqlWeb:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add_line(self, line: WebLine) -> bool:
        order_followed_rows(self._connection)
        row = {
            "cause": line.cause,
            "member_id": line.member_id,
            "direction": line.direction.value,
            "payload": dict(line.payload),
            "at": line.at,
            "question_id": line.question_id,
        }
        if insert_new(self._connection, web_line, row):
            return True
        statement = sa.update(web_line).where(web_line.c.cause == line.cause).values(payload=row["payload"])
        self._connection.execute(statement)
        return False

    def lines(self, member_id: MemberId, *, after: int = 0, limit: int = 200) -> Sequence[WebLine]:
        theirs = sa.select(web_line).where(web_line.c.member_id == member_id).limit(limit)
        if after:
            return _lines(rows_of(self._connection, theirs.where(web_line.c.id > after).order_by(web_line.c.id)))
        return _lines(rows_of(self._connection, theirs.order_by(web_line.c.id.desc())))[::-1]

    def forget_words(self, question_id: QuestionId) -> None:
        self._rewrite(web_line.c.question_id == question_id, lambda payload: {**payload, "quoted": None})

    def strike_out(self, label: str) -> None:
        def struck(payload: Payload) -> Payload:
            quoted = payload.get("quoted")
            if not str(payload.get("key", "")).startswith(NAME_CASES) or not quoted:
                return payload
            return {**payload, "quoted": {**quoted, "value": without_case(quoted["value"], label)}}

        self._rewrite(sa.cast(web_line.c.payload, sa.Text).contains(label, autoescape=True), struck)

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        def reworded(payload: Payload) -> Payload:
            quoted = payload.get("quoted")
            return payload if quoted is None else {**payload, "quoted": _reworded(quoted, change)}

        self._rewrite(web_line.c.question_id == question_id, reworded)

    def stamp(self, question_id: QuestionId, member_id: MemberId, *, keys: frozenset[str], stamp: str) -> None:
        def stamped(payload: Payload) -> Payload:
            if payload.get("key") not in keys or payload["text"].startswith(stamp):
                return payload
            return {**payload, "text": f"{stamp}\n{payload['text']}"}

        theirs = sa.and_(web_line.c.question_id == question_id, web_line.c.member_id == member_id)
        self._rewrite(theirs, stamped)

    def add_sign_in_link(self, link: SignInLink) -> None:
        insert_new(self._connection, sign_in_link, asdict(link))

    def sign_in_link(self, token_hash: str) -> SignInLink | None:
        row = self._row(sign_in_link, sign_in_link.c.token_hash == token_hash)
        return None if row is None else SignInLink(**row)

    def use_sign_in_link(self, token_hash: str, now: datetime) -> MemberId | None:
        if not self._use(sign_in_link, sign_in_link.c.token_hash == token_hash, now):
            return None
        link = self.sign_in_link(token_hash)
        return None if link is None else link.member_id

    def add_session(self, session: WebSession) -> None:
        insert_new(self._connection, web_session, asdict(session))

    def session(self, token_hash: str) -> WebSession | None:
        row = self._row(web_session, web_session.c.token_hash == token_hash)
        return None if row is None else WebSession(**row)

    def touch_session(self, token_hash: str, at: datetime) -> None:
        statement = sa.update(web_session).where(web_session.c.token_hash == token_hash).values(seen_at=at)
        self._connection.execute(statement)

    def revoke_session(self, token_hash: str) -> None:
        self._connection.execute(sa.delete(web_session).where(web_session.c.token_hash == token_hash))

    def revoke_sessions_of(self, member_id: MemberId) -> int:
        return self._connection.execute(sa.delete(web_session).where(web_session.c.member_id == member_id)).rowcount

    def revoke_links_of(self, member_id: MemberId, at: datetime) -> None:
        for table in (sign_in_link, upload_link):
            unused = sa.and_(table.c.member_id == member_id, table.c.used_at.is_(None))
            self._connection.execute(sa.update(table).where(unused).values(used_at=at))

    def add_upload_link(self, link: UploadLink) -> None:
        insert_new(self._connection, upload_link, asdict(link))

    def upload_link(self, code_hash: str) -> UploadLink | None:
        row = self._row(upload_link, upload_link.c.code_hash == code_hash)
        return None if row is None else UploadLink(**row)

    def use_upload_link(self, code_hash: str, now: datetime) -> bool:
        return self._use(upload_link, upload_link.c.code_hash == code_hash, now)

    def forget_ended(self, before: datetime) -> int:
        tables = (sign_in_link, upload_link, web_session)
        return forget_rows(self._connection, {table: table.c.expires_at for table in tables}, before)

    def _rewrite(self, condition: sa.ColumnElement[bool], change: Callable[[Payload], Payload]) -> None:
        """Give the lines that meet a condition what `change` makes of their payload."""
        found = sa.select(web_line.c.id, web_line.c.payload).where(condition).order_by(web_line.c.id)
        for row in rows_of(self._connection, found.with_for_update()):
            changed = change(row["payload"])
            if changed != row["payload"]:
                statement = sa.update(web_line).where(web_line.c.id == row["id"])
                self._connection.execute(statement.values(payload=changed))

    def _row(self, table: sa.Table, condition: sa.ColumnElement[bool]) -> Any:
        return self._connection.execute(sa.select(table).where(condition)).mappings().one_or_none()

    def _use(self, table: sa.Table, condition: sa.ColumnElement[bool], now: datetime) -> bool:
        usable = sa.and_(condition, table.c.used_at.is_(None), table.c.expires_at > now)
        return self._connection.execute(sa.update(table).where(usable).values(used_at=now)).rowcount == 1


def _reworded(quoted: dict[str, Any], change: Rewording) -> dict[str, Any]:
    """The page's form of a text names its parts; storage's own is a list of them."""
    places = [[part["start"], part["end"], part["kind"]] for part in quoted["replacements"]]
    packed = pack_text(change(unpack_text({"value": quoted["value"], "replacements": places})))
    named = [{"start": start, "end": end, "kind": kind} for start, end, kind in packed["replacements"]]
    return {"value": packed["value"], "replacements": named}


def _lines(rows: Sequence[sa.RowMapping]) -> tuple[WebLine, ...]:
    return tuple(
        WebLine(
            id=row["id"],
            cause=row["cause"],
            member_id=MemberId(row["member_id"]),
            direction=Direction(row["direction"]),
            payload=row["payload"],
            at=row["at"],
            question_id=row["question_id"],
        )
        for row in rows
    )
