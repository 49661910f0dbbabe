"""Messages from services after they were read: albums, files, where words went; leases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.arrival import FetchedFile, Part, TakenMessage
from domain.ids import InboxId, QuestionId, UploadId
from domain.messages import Address, Attachment, AttachmentKind
from storage.statements import forget_rows, insert_new, replace_row, rows_of
from storage.tables_services import file_part, lease, received_file, received_message

_ALBUM = sa.select(file_part.c.album).where(file_part.c.inbox_id == sa.bindparam("part")).scalar_subquery()
_PARTS = sa.select(file_part).where(file_part.c.album == _ALBUM).order_by(file_part.c.at, file_part.c.inbox_id)
_ALBUMS_INTO = (
    sa.select(received_file.c.album)
    .join(
        received_message,
        sa.and_(
            received_message.c.channel == received_file.c.channel,
            received_message.c.external_id == received_file.c.external_id,
            received_message.c.reference == received_file.c.reference,
        ),
    )
    .where(received_message.c.question_id == sa.bindparam("about"))
)
_PARTS_INTO = (
    sa.select(file_part).where(file_part.c.album.in_(_ALBUMS_INTO)).order_by(file_part.c.at, file_part.c.inbox_id)
)
_FILE = sa.select(received_file).where(received_file.c.upload_id == sa.bindparam("wanted"))
_FILES = (
    sa.select(received_file)
    .where(
        received_file.c.channel == sa.bindparam("at_channel"),
        received_file.c.external_id == sa.bindparam("at_id"),
        received_file.c.reference == sa.bindparam("wanted"),
    )
    .order_by(received_file.c.received_at, received_file.c.upload_id)
)
_FORGET_FILE = sa.delete(received_file).where(received_file.c.upload_id == sa.bindparam("wanted"))
_MESSAGE = sa.select(received_message).where(
    received_message.c.channel == sa.bindparam("at_channel"),
    received_message.c.external_id == sa.bindparam("at_id"),
    received_message.c.reference == sa.bindparam("wanted"),
)
_MESSAGES = (
    sa.select(received_message)
    .where(received_message.c.question_id == sa.bindparam("about"))
    .order_by(received_message.c.at, received_message.c.reference)
)
_HELD = sa.update(lease).where(lease.c.name == sa.bindparam("named"))
_TAKE = _HELD.where(sa.or_(lease.c.owner == sa.bindparam("by"), lease.c.until <= sa.bindparam("now"))).values(
    owner=sa.bindparam("by"), until=sa.bindparam("to")
)


class SqlArrivals:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def note_part(self, part: Part) -> None:
        row = {"inbox_id": part.inbox_id, "album": part.album, "files": part.files, "at": part.at}
        insert_new(self._connection, file_part, {**row, **asdict(part.address)})

    def parts_of(self, inbox_id: InboxId) -> Sequence[Part]:
        rows = rows_of(self._connection, _PARTS, {"part": inbox_id})
        return tuple(_part(row) for row in rows)

    def parts_into(self, question_id: QuestionId) -> Sequence[Part]:
        return tuple(_part(row) for row in rows_of(self._connection, _PARTS_INTO, {"about": question_id}))

    def note_file(self, file: FetchedFile) -> None:
        row = {name: getattr(file, name) for name in ("upload_id", "reference", "album", "received_at")}
        held = {"attachment": file.attachment.reference, "kind": file.attachment.kind.value}
        size = {"size_bytes": file.attachment.size_bytes, "unique_id": file.attachment.unique}
        insert_new(self._connection, received_file, {**row, **held, **size, **asdict(file.address)})

    def file(self, upload_id: UploadId) -> FetchedFile | None:
        row = self._one(_FILE, {"wanted": upload_id})
        return None if row is None else _file(row)

    def files_in(self, address: Address, reference: str) -> Sequence[FetchedFile]:
        values = {"at_channel": address.channel, "at_id": address.external_id, "wanted": reference}
        return tuple(_file(row) for row in rows_of(self._connection, _FILES, values))

    def forget_file(self, upload_id: UploadId) -> None:
        self._connection.execute(_FORGET_FILE, {"wanted": upload_id})

    def note_message(self, message: TakenMessage) -> None:
        row = {name: getattr(message, name) for name in ("reference", "question_id", "at", "lines")}
        replace_row(self._connection, received_message, {**row, **asdict(message.address)})

    def message(self, address: Address, reference: str) -> TakenMessage | None:
        values = {"at_channel": address.channel, "at_id": address.external_id, "wanted": reference}
        row = self._one(_MESSAGE, values)
        return None if row is None else _message(row)

    def messages_of(self, question_id: QuestionId) -> Sequence[TakenMessage]:
        return tuple(_message(row) for row in rows_of(self._connection, _MESSAGES, {"about": question_id}))

    def forget_ended(self, before: datetime) -> int:
        times: dict[sa.Table, sa.Column[Any]] = {
            file_part: file_part.c.at,
            received_file: received_file.c.received_at,
            received_message: received_message.c.at,
        }
        return forget_rows(self._connection, times, before)

    def _one(self, statement: sa.Select[Any], values: dict[str, str]) -> sa.RowMapping | None:
        return self._connection.execute(statement, values).mappings().one_or_none()


class SqlLeases:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        if insert_new(self._connection, lease, {"name": name, "owner": owner, "until": until}):
            return True
        values = {"named": name, "by": owner, "now": now, "to": until}
        return self._connection.execute(_TAKE, values).rowcount == 1

    def release(self, name: str, *, owner: str) -> None:
        self._connection.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))


def _part(row: sa.RowMapping) -> Part:
    return Part(
        inbox_id=InboxId(row["inbox_id"]),
        album=row["album"],
        address=_address(row),
        files=row["files"],
        at=row["at"],
    )


def _file(row: sa.RowMapping) -> FetchedFile:
    kind, size = AttachmentKind(row["kind"]), row["size_bytes"]
    return FetchedFile(
        upload_id=UploadId(row["upload_id"]),
        attachment=Attachment(reference=row["attachment"], kind=kind, size_bytes=size, unique=row["unique_id"]),
        address=_address(row),
        reference=row["reference"],
        album=row["album"],
        received_at=row["received_at"],
    )


def _message(row: sa.RowMapping) -> TakenMessage:
    return TakenMessage(
        address=_address(row),
        reference=row["reference"],
        question_id=QuestionId(row["question_id"]),
        at=row["at"],
        lines=row["lines"],
    )


def _address(row: sa.RowMapping) -> Address:
    return Address(channel=row["channel"], external_id=row["external_id"])
