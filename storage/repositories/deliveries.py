"""Deliveries: what goes out, and how far it has got."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.delivery import Delivery, DeliveryState, Priority, Value
from domain.digest import NAME_CASES, without_case
from domain.errors import PermanentError
from domain.ids import DeliveryId, ImageId, MemberId, QuestionId
from domain.messages import Action, Address
from domain.text import DeidentifiedText, Rewording
from storage.packing import pack_values, unpack_values
from storage.statements import insert_new, rows_of
from storage.tables import conversation, delivery, job, web_line
from storage.tables_incident import sent_reference

Values = Mapping[str, Value]

_WANTED = delivery.c.id == sa.bindparam("wanted")
_ONE = sa.select(delivery).where(_WANTED)
_LOCKED = _ONE.with_for_update()
_SET_STATE = sa.update(delivery).where(_WANTED).values(state=sa.bindparam("reached"))


class SqlDeliveries:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Delivery) -> bool:
        row = {
            "id": added.id,
            "channel": added.address.channel,
            "external_id": added.address.external_id,
            "member_id": added.member_id,
            "subject": added.subject,
            "key": added.key,
            "message_values": pack_values(added.values),
            "question_id": added.question_id,
            "images": list(added.images),
            "choices": [action.value for action in added.choices],
            "token": added.token,
            "link": added.link,
            "priority": int(added.priority),
            "state": added.state.value,
            "created_at": added.created_at,
        }
        return insert_new(self._connection, delivery, row)

    def get(self, delivery_id: DeliveryId) -> Delivery:
        return self._one(_ONE, delivery_id)

    def lock(self, delivery_id: DeliveryId) -> Delivery:
        return self._one(_LOCKED, delivery_id)

    def lock_about(self, question_id: QuestionId) -> Sequence[Delivery]:
        # In one order for everybody, so that no two wait for each other.
        about = sa.select(delivery).where(delivery.c.question_id == question_id).order_by(delivery.c.id)
        return tuple(unpack_delivery(row) for row in rows_of(self._connection, about.with_for_update()))

    def set_state(self, delivery_id: DeliveryId, state: DeliveryState) -> None:
        values = {"wanted": delivery_id, "reached": state.value}
        if self._connection.execute(_SET_STATE, values).rowcount != 1:
            raise PermanentError("delivery_unknown")

    def in_state(self, state: DeliveryState, *, limit: int = 100) -> Sequence[Delivery]:
        """Deliveries in a state, the oldest first."""
        statement = (
            sa.select(delivery)
            .where(delivery.c.state == state.value)
            .order_by(delivery.c.created_at, delivery.c.id)
            .limit(limit)
        )
        return tuple(unpack_delivery(row) for row in rows_of(self._connection, statement))

    def forget_words(self, question_id: QuestionId) -> None:
        self.reword(question_id, lambda _: DeidentifiedText(value=""))

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        def reworded(value: Value) -> Value:
            return change(value) if isinstance(value, DeidentifiedText) else value

        about = delivery.c.question_id == question_id
        self._rewrite(about, lambda values: {name: reworded(value) for name, value in values.items()})

    def strike_out(self, label: str) -> None:
        def struck(values: Values) -> Values:
            text = values.get("text")
            if not isinstance(text, DeidentifiedText) or label not in text.value:
                return values
            return {**values, "text": DeidentifiedText(value=without_case(text.value, label))}

        lists = sa.or_(*(delivery.c.key.startswith(key) for key in NAME_CASES))
        self._rewrite(
            sa.and_(lists, sa.cast(delivery.c.message_values, sa.Text).contains(label, autoescape=True)), struck
        )

    def forget(self, until: Mapping[str, datetime]) -> int:
        """The lanes of their jobs go too, which name an address; a lane without a question is one delivery's alone."""
        over = sa.or_(*(sa.and_(delivery.c.key == key, delivery.c.created_at <= at) for key, at in until.items()))
        gone = [unpack_delivery(row) for row in rows_of(self._connection, sa.select(delivery).where(over))]
        ids = [each.id for each in gone]
        lanes = [each.lane for each in gone]
        if not gone:
            return 0
        traces = {conversation: conversation.c.lane.in_(lanes), web_line: web_line.c.cause.in_(ids)}
        rows = {**traces, sent_reference: sent_reference.c.delivery_id.in_(ids), delivery: delivery.c.id.in_(ids)}
        self._connection.execute(sa.update(job).where(job.c.lane.in_(lanes)).values(lane=None, lane_seq=None))
        for table, condition in rows.items():
            self._connection.execute(sa.delete(table).where(condition))
        return len(gone)

    def _one(self, statement: sa.Select[Any], delivery_id: DeliveryId) -> Delivery:
        row = self._connection.execute(statement, {"wanted": delivery_id}).mappings().one_or_none()
        if row is None:
            raise PermanentError("delivery_unknown")
        return unpack_delivery(row)

    def _rewrite(self, condition: sa.ColumnElement[bool], change: Callable[[Values], Values]) -> None:
        """Give the deliveries that meet a condition what `change` makes of their values."""
        found = sa.select(delivery.c.id, delivery.c.message_values).where(condition).order_by(delivery.c.id)
        for row in rows_of(self._connection, found.with_for_update()):
            former = unpack_values(row["message_values"])
            changed = change(former)
            if changed != former:
                statement = sa.update(delivery).where(delivery.c.id == row["id"])
                self._connection.execute(statement.values(message_values=pack_values(changed)))


def unpack_delivery(row: sa.RowMapping) -> Delivery:
    """Return what a row of the table holds."""
    return Delivery(
        id=DeliveryId(row["id"]),
        address=Address(channel=row["channel"], external_id=row["external_id"]),
        member_id=MemberId(row["member_id"]),
        subject=row["subject"],
        key=row["key"],
        values=unpack_values(row["message_values"]),
        question_id=row["question_id"],
        images=tuple(ImageId(image) for image in row["images"]),
        choices=tuple(Action(choice) for choice in row["choices"]),
        token=row["token"],
        link=row["link"],
        priority=Priority(row["priority"]),
        state=DeliveryState(row["state"]),
        created_at=row["created_at"],
    )
