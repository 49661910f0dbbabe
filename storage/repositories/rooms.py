"""Rooms, and how far each question is shown in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from domain.ids import DeliveryId, ObjectId, PanelId, QuestionId
from domain.member import Language
from domain.messages import Address
from domain.room import Room, RoomThread, Suspension
from storage.statements import insert_new, replace_row, rows_of
from storage.tables_rooms import room, room_message, room_thread

_OF_PANEL = sa.select(room).where(room.c.panel_id == sa.bindparam("panel")).order_by(room.c.channel)
_SHOWN = ("thread", "card", "shown", "withheld", "is_closed", "delivered_at", "delivered_by", "removed_at")
_HELD = (*_SHOWN, "round", "is_noted", "is_posting")
_THERE = room_thread.c.external_id
_TABLES = (room, room_thread, room_message)
_IS_WHOLE = room_message.c.entry >= 0


class SqlRooms:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, saved: Room) -> None:
        for former in self.of_panel(saved.panel_id):
            if former.address.channel == saved.address.channel and former.address != saved.address:
                self.remove(former.address)
        language = None if saved.language is None else saved.language.value
        row = {"panel_id": saved.panel_id, "language": language, "suspended": saved.suspended.value}
        replace_row(self._connection, room, {**_place(saved.address), **row})

    def remove(self, address: Address) -> None:
        self._connection.execute(sa.delete(room).where(_is_at(room, address)))

    def get(self, address: Address) -> Room | None:
        found = self._load(sa.select(room).where(_is_at(room, address)))
        return found[0] if found else None

    def of_panel(self, panel_id: PanelId) -> Sequence[Room]:
        return self._load(_OF_PANEL, {"panel": panel_id})

    def all(self) -> Sequence[Room]:
        return self._load(sa.select(room).order_by(room.c.panel_id, room.c.channel))

    def left(self) -> Sequence[Address]:
        taken = sa.exists().where(room.c.channel == room_thread.c.channel, room.c.external_id == _THERE)
        stands = sa.or_(room_thread.c.thread != "", room_thread.c.card != "")
        places = sa.select(room_thread.c.channel, _THERE).distinct().where(stands, ~taken)
        found = rows_of(self._connection, places.order_by(room_thread.c.channel, _THERE))
        return tuple(Address(channel=row["channel"], external_id=row["external_id"]) for row in found)

    def moved(self, address: Address, to: Address) -> None:
        if self.get(address) is None or address == to:
            # Services say it more than once: what has moved already is not cleared away.
            return
        for table in _TABLES:
            self._connection.execute(sa.delete(table).where(_is_at(table, to)))
            self._connection.execute(sa.update(table).where(_is_at(table, address)).values(_place(to)))

    def lock_thread(self, question_id: QuestionId, address: Address) -> RoomThread:
        insert_new(self._connection, room_thread, _row(RoomThread(question_id=question_id, room=address)))
        wanted = sa.and_(room_thread.c.question_id == question_id, _is_at(room_thread, address))
        return self._threads(sa.select(room_thread).where(wanted).with_for_update())[0]

    def save_thread(self, thread: RoomThread) -> None:
        replace_row(self._connection, room_thread, _row(thread))

    def threads_of(self, question_id: QuestionId) -> Sequence[RoomThread]:
        about = sa.select(room_thread).where(room_thread.c.question_id == question_id)
        return self._threads(about.order_by(room_thread.c.channel, room_thread.c.external_id))

    def threads_in(self, address: Address) -> Sequence[RoomThread]:
        there = sa.and_(_is_at(room_thread, address), room_thread.c.removed_at.is_(None))
        return self._threads(sa.select(room_thread).where(there).order_by(room_thread.c.question_id))

    def thread_at(self, address: Address, thread: str) -> RoomThread | None:
        there = sa.and_(_is_at(room_thread, address), room_thread.c.thread == thread)
        found = self._threads(sa.select(room_thread).where(there)) if thread else ()
        return found[0] if found else None

    def thread_of_message(self, address: Address, reference: str) -> RoomThread | None:
        ours = sa.and_(
            room_message.c.question_id == room_thread.c.question_id,
            room_message.c.channel == room_thread.c.channel,
            room_message.c.external_id == room_thread.c.external_id,
            room_message.c.reference == reference,
        )
        statement = sa.select(room_thread).join(room_message, ours).where(_is_at(room_thread, address))
        found = self._threads(statement) if reference else ()
        return found[0] if found else None

    def note_message(self, address: Address, reference: str, question_id: QuestionId, *, entry: int = 0) -> None:
        row = {"reference": reference, "question_id": question_id, "entry": entry}
        if not insert_new(self._connection, room_message, {**_place(address), **row}):
            begun = sa.and_(_is_at(room_message, address), room_message.c.reference == reference, ~_IS_WHOLE)
            self._connection.execute(sa.update(room_message).where(begun).values(entry=entry))

    def note_begun(self, address: Address, reference: str, question_id: QuestionId, *, delivery_id: DeliveryId) -> None:
        self.note_message(address, reference, question_id, entry=_mark_of(delivery_id))

    def begun_in(self, question_id: QuestionId, address: Address, delivery_id: DeliveryId) -> Sequence[str]:
        mark = _mark_of(delivery_id)
        return tuple(row["reference"] for row in self._messages(question_id, address) if row["entry"] == mark)

    def has_begun(self, question_id: QuestionId, address: Address) -> bool:
        return any(row["entry"] < 0 for row in self._messages(question_id, address))

    def entries_in(self, question_id: QuestionId, address: Address) -> frozenset[int]:
        return frozenset(row["entry"] for row in self._messages(question_id, address) if row["entry"] >= 0)

    def messages_in(self, question_id: QuestionId, address: Address) -> Sequence[str]:
        return tuple(row["reference"] for row in self._messages(question_id, address))

    def forget_messages(
        self, question_id: QuestionId, address: Address, *, only: Collection[str] | None = None
    ) -> None:
        there = sa.and_(_is_at(room_message, address), room_message.c.question_id == question_id)
        these = sa.true() if only is None else room_message.c.reference.in_(only)
        self._connection.execute(sa.delete(room_message).where(there, these))

    def _messages(self, question_id: QuestionId, address: Address) -> Sequence[sa.RowMapping]:
        there = sa.and_(_is_at(room_message, address), room_message.c.question_id == question_id)
        order = (room_message.c.entry, room_message.c.reference)
        return rows_of(self._connection, sa.select(room_message).where(there).order_by(*order))

    def _load(self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None) -> tuple[Room, ...]:
        return tuple(_room(row) for row in rows_of(self._connection, statement, values))

    def _threads(self, statement: sa.Select[Any]) -> tuple[RoomThread, ...]:
        return tuple(_thread(row) for row in rows_of(self._connection, statement))


def _mark_of(delivery_id: DeliveryId) -> int:
    """Return what stands in the place of an entry for the parts of a message that is not whole."""
    return -1 - int.from_bytes(sha256(delivery_id.encode()).digest()[:6])


def _place(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "external_id": address.external_id}


def _is_at(table: sa.Table, address: Address) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.channel == address.channel, table.c.external_id == address.external_id)


def _row(thread: RoomThread) -> dict[str, Any]:
    held = {name: getattr(thread, name) for name in _HELD}
    return {"question_id": thread.question_id, **_place(thread.room), **held, "pictures": sorted(thread.pictures)}


def _thread(row: sa.RowMapping) -> RoomThread:
    held = {name: row[name] for name in _HELD}
    address = Address(channel=row["channel"], external_id=row["external_id"])
    pictures = frozenset(ObjectId(each) for each in row["pictures"])
    return RoomThread(question_id=QuestionId(row["question_id"]), room=address, pictures=pictures, **held)


def _room(row: sa.RowMapping) -> Room:
    return Room(
        panel_id=PanelId(row["panel_id"]),
        address=Address(channel=row["channel"], external_id=row["external_id"]),
        language=None if row["language"] is None else Language(row["language"]),
        suspended=Suspension(row["suspended"]),
    )
