"""Uploads on their way in, and the keys of their sealed segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.errors import PermanentError, UserError
from domain.ids import MemberId, QuestionId, UploadId
from domain.study import SealedSegment, Upload, UploadState
from storage.statements import insert_new, rows_of
from storage.tables import upload, upload_segment

_ALL = sa.select(upload).order_by(upload.c.created_at, upload.c.id)
_BY_ID = sa.select(upload).where(upload.c.id == sa.bindparam("wanted"))
_LOCKED = _BY_ID.with_for_update()
_OF_QUESTION = _ALL.where(upload.c.question_id == sa.bindparam("about"))
_BEGUN_BEFORE = _ALL.where(sa.not_(upload.c.shredded), upload.c.created_at < sa.bindparam("instant"))


class SqlUploads:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Upload) -> bool:
        return insert_new(self._connection, upload, {"id": added.id, **_row(added)})

    def get(self, upload_id: UploadId) -> Upload:
        return self._one(_BY_ID, upload_id)

    def lock(self, upload_id: UploadId) -> Upload:
        """On SQLite the transaction itself excludes every other writer, and FOR UPDATE is left out."""
        return self._one(_LOCKED, upload_id)

    def save(self, saved: Upload) -> None:
        statement = sa.update(upload).where(upload.c.id == saved.id).values(**_row(saved))
        if self._connection.execute(statement).rowcount != 1:
            raise PermanentError("upload_unknown")

    def add_segment(self, segment: SealedSegment) -> None:
        """Keep a segment's key.

        Raises:
            UserError("upload_offset"): another connection of the same sender was there first.
        """
        is_new = insert_new(self._connection, upload_segment, asdict(segment))
        if not is_new and segment not in self.segments(segment.upload_id):
            raise UserError("upload_offset")

    def segments(self, upload_id: UploadId) -> tuple[SealedSegment, ...]:
        statement = (
            sa.select(upload_segment).where(upload_segment.c.upload_id == upload_id).order_by(upload_segment.c.position)
        )
        return tuple(SealedSegment(**row) for row in rows_of(self._connection, statement))

    def forget_segments(self, upload_id: UploadId) -> None:
        self._connection.execute(sa.delete(upload_segment).where(upload_segment.c.upload_id == upload_id))

    def of_question(self, question_id: QuestionId) -> tuple[Upload, ...]:
        return self._load(_OF_QUESTION, {"about": question_id})

    def bytes_held(self, member_id: MemberId) -> int:
        theirs = sa.and_(upload.c.member_id == member_id, sa.not_(upload.c.shredded))
        statement = sa.select(sa.func.coalesce(sa.func.sum(upload.c.declared_bytes), 0)).where(theirs)
        return int(self._connection.execute(statement).scalar_one())

    def begun_before(self, instant: datetime) -> Sequence[Upload]:
        return self._load(_BEGUN_BEFORE, {"instant": instant})

    def _one(self, statement: sa.Select[Any], upload_id: UploadId) -> Upload:
        found = self._load(statement, {"wanted": upload_id})
        if not found:
            raise PermanentError("upload_unknown")
        return found[0]

    def _load(self, statement: sa.Select[Any], values: Mapping[str, Any]) -> tuple[Upload, ...]:
        return tuple(_upload(row) for row in rows_of(self._connection, statement, values))


def _row(value: Upload) -> Mapping[str, Any]:
    return {
        "member_id": value.member_id,
        "declared_bytes": value.declared_bytes,
        "received_bytes": value.received_bytes,
        "state": value.state.value,
        "question_id": value.question_id,
        "refusals": list(value.refusals),
        "created_at": value.created_at,
        "shredded": value.shredded,
    }


def _upload(row: sa.RowMapping) -> Upload:
    return Upload(
        id=UploadId(row["id"]),
        member_id=MemberId(row["member_id"]),
        declared_bytes=row["declared_bytes"],
        received_bytes=row["received_bytes"],
        state=UploadState(row["state"]),
        question_id=row["question_id"],
        refusals=tuple(row["refusals"]),
        created_at=row["created_at"],
        shredded=row["shredded"],
    )
