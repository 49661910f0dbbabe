"""Keys of the archive's sealed objects, and the erasures that a restore applies again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import ObjectId
from domain.ports.archive import SealedObject
from storage.statements import insert_new
from storage.tables import erasure, sealed_object


class SqlObjects:
    def __init__(
        self, connection: sa.Connection, clock: Callable[[], datetime], note_erasure: Callable[[], None]
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._note_erasure = note_erasure

    def add(self, sealed: SealedObject) -> None:
        """Keep an object's key; the first stays, and a shredded object does not come back."""
        row = {
            "id": sealed.object_id,
            "size_bytes": sealed.size_bytes,
            "wrapped_key": sealed.wrapped_key,
            "key_id": sealed.key_id,
        }
        insert_new(self._connection, sealed_object, row)

    def get(self, object_id: ObjectId) -> SealedObject:
        statement = sa.select(sealed_object).where(sealed_object.c.id == object_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None or row.wrapped_key is None:
            raise PermanentError("object_shredded")
        return SealedObject(
            object_id=ObjectId(row.id), size_bytes=row.size_bytes, wrapped_key=row.wrapped_key, key_id=row.key_id
        )

    def shred(self, object_id: ObjectId) -> None:
        forget = (
            sa.update(sealed_object)
            .where(sealed_object.c.id == object_id, sealed_object.c.wrapped_key.is_not(None))
            .values(wrapped_key=None, key_id=None)
        )
        if self._connection.execute(forget).rowcount == 0:
            return
        row = {"object_id": object_id, "at": self._clock(), "logged": False}
        self._connection.execute(sa.insert(erasure), row)
        self._note_erasure()
