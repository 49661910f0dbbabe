"""De-identified images of questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import ImageId, ObjectId, QuestionId, UploadId
from domain.study import Image, ImageFacts
from storage.packing import pack_facts, unpack_facts
from storage.statements import insert_new, rows_of
from storage.tables import image

_OF_QUESTION = sa.select(image).where(image.c.question_id == sa.bindparam("about")).order_by(image.c.place)


class SqlImages:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Image) -> bool:
        row = {
            "id": added.id,
            "question_id": added.question_id,
            "upload_id": added.upload_id,
            "object_id": added.object_id,
            "series_uid": added.facts.series_uid,
            "facts": pack_facts(added.facts),
            "added_at": added.added_at,
            "report": dict(added.report),
            "confirmed_at": added.confirmed_at,
            "removed_at": added.removed_at,
        }
        return insert_new(self._connection, image, row)

    def get(self, image_id: ImageId) -> Image:
        rows = rows_of(self._connection, sa.select(image).where(image.c.id == image_id))
        if not rows:
            raise PermanentError("image_unknown")
        return _image(rows[0])

    def of_question(self, question_id: QuestionId) -> tuple[Image, ...]:
        return tuple(_image(row) for row in rows_of(self._connection, _OF_QUESTION, {"about": question_id}))

    def confirm_series(
        self, question_id: QuestionId, series_uid: str, *, images: frozenset[ImageId], at: datetime
    ) -> int:
        statement = (
            sa.update(image)
            .where(image.c.question_id == question_id, image.c.series_uid == series_uid)
            .where(image.c.id.in_(images), image.c.confirmed_at.is_(None), image.c.removed_at.is_(None))
            .values(confirmed_at=at)
        )
        return self._connection.execute(statement).rowcount

    def unconfirm_series(self, question_id: QuestionId, series_uid: str) -> int:
        theirs = sa.and_(image.c.question_id == question_id, image.c.series_uid == series_uid)
        confirmed = sa.and_(theirs, image.c.confirmed_at.is_not(None))
        return self._connection.execute(sa.update(image).where(confirmed).values(confirmed_at=None)).rowcount

    def change(self, image_id: ImageId, *, former: ObjectId, object_id: ObjectId, facts: ImageFacts) -> bool:
        unchanged = sa.and_(image.c.id == image_id, image.c.object_id == former, image.c.removed_at.is_(None))
        values = {"object_id": object_id, "facts": pack_facts(facts), "confirmed_at": None}
        return self._connection.execute(sa.update(image).where(unchanged).values(values)).rowcount == 1

    def remove_series(self, question_id: QuestionId, series_uid: str, at: datetime) -> Sequence[ObjectId]:
        return self._remove(sa.and_(image.c.question_id == question_id, image.c.series_uid == series_uid), at)

    def remove_upload(self, question_id: QuestionId, upload_id: UploadId, at: datetime) -> Sequence[ObjectId]:
        return self._remove(sa.and_(image.c.question_id == question_id, image.c.upload_id == upload_id), at)

    def remove_all(self, question_id: QuestionId, at: datetime) -> Sequence[ObjectId]:
        return self._remove(image.c.question_id == question_id, at)

    def _remove(self, condition: sa.ColumnElement[bool], at: datetime) -> Sequence[ObjectId]:
        """Return the objects of all that is removed by now, so that a repeat shreds what the first run could not."""
        self._connection.execute(sa.update(image).where(condition, image.c.removed_at.is_(None)).values(removed_at=at))
        objects = sa.select(image.c.object_id).where(condition).order_by(image.c.place)
        return tuple(ObjectId(found) for found in self._connection.execute(objects).scalars())


def _image(row: sa.RowMapping) -> Image:
    return Image(
        id=ImageId(row["id"]),
        question_id=QuestionId(row["question_id"]),
        upload_id=UploadId(row["upload_id"]),
        object_id=ObjectId(row["object_id"]),
        facts=unpack_facts(row["facts"]),
        added_at=row["added_at"],
        report=row["report"],
        confirmed_at=row["confirmed_at"],
        removed_at=row["removed_at"],
    )
