"""The audit: events are added at the end of the chain and never changed."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.audit import AuditEvent, AuditKind, AuditLink, AuditSearch, linked
from domain.ids import QuestionId
from storage.statements import order_followed_rows, rows_of
from storage.tables_audit import audit_event

_KNOWN = sa.select(audit_event.c.number).where(audit_event.c.key == sa.bindparam("wanted"))
_ADD = sa.insert(audit_event)
_NEWEST = sa.select(audit_event).order_by(audit_event.c.number.desc()).limit(1)


class SqlAudit:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, event: AuditEvent) -> bool:
        # Two links that followed from the same one would be a fork.
        order_followed_rows(self._connection)
        if self._connection.execute(_KNOWN, {"wanted": event.key}).first() is not None:
            return False
        link = linked(event, after=self.last())
        row = {
            "number": link.number,
            "digest": link.digest,
            "key": event.key,
            "kind": event.kind.value,
            "action": event.action,
            "actor_id": event.actor_id,
            "channel": event.channel,
            "at": event.at,
            "question_id": event.question_id,
            "subject": event.subject,
            "details": dict(event.details),
        }
        self._connection.execute(_ADD, row)
        return True

    def last(self) -> AuditLink | None:
        return next((_link(row) for row in rows_of(self._connection, _NEWEST)), None)

    def after(self, number: int, *, limit: int = 1000) -> Sequence[AuditLink]:
        later = sa.select(audit_event).where(audit_event.c.number > number)
        return tuple(_link(row) for row in rows_of(self._connection, later.order_by(audit_event.c.number).limit(limit)))

    def of_question(self, question_id: QuestionId) -> Sequence[AuditLink]:
        theirs = sa.select(audit_event).where(audit_event.c.question_id == question_id)
        return tuple(_link(row) for row in rows_of(self._connection, theirs.order_by(audit_event.c.number)))

    def newest(self, wanted: AuditSearch, *, limit: int = 50) -> Sequence[AuditLink]:
        found = sa.select(audit_event).where(_meant(wanted)).order_by(audit_event.c.number.desc()).limit(limit)
        return tuple(_link(row) for row in rows_of(self._connection, found))


def _meant(wanted: AuditSearch) -> sa.ColumnElement[bool]:
    meant: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.question_id is not None:
        meant.append(audit_event.c.question_id == wanted.question_id)
    if wanted.member_id is not None:
        meant.append(sa.or_(audit_event.c.actor_id == wanted.member_id, audit_event.c.subject == wanted.member_id))
    if wanted.before is not None:
        meant.append(audit_event.c.number < wanted.before)
    return sa.and_(*meant)


def _link(row: sa.RowMapping) -> AuditLink:
    event = AuditEvent(
        key=row["key"],
        kind=AuditKind(row["kind"]),
        action=row["action"],
        actor_id=row["actor_id"],
        channel=row["channel"],
        at=row["at"],
        question_id=row["question_id"],
        subject=row["subject"],
        details=row["details"],
    )
    return AuditLink(number=row["number"], event=event, digest=row["digest"])
