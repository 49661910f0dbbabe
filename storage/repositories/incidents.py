"""Incidents: what was flagged, and blanking for good what a moderator has removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.delivery import Delivery
from domain.digest import NAME_CASES
from domain.errors import PermanentError
from domain.ids import DeliveryId, MemberId, QuestionId
from domain.incident import SAYS, Decision, Hidden, Incident, What
from domain.messages import Address
from domain.question import OVER, QuestionState
from domain.text import DeidentifiedText, Rewording
from domain.withholding import holds, said_item
from storage import search_index
from storage.packing import pack_text, pack_values, unpack_text, unpack_values
from storage.repositories import question_review
from storage.repositories.deliveries import unpack_delivery
from storage.repositories.entries import SqlEntries
from storage.statements import insert_all_new, insert_new, rows_of
from storage.tables import delivery, entry, question, web_line
from storage.tables_incident import incident, incident_item, sent_reference

_NOTHING = DeidentifiedText(value="")
_UNSURE = "?"
"""Among the references of a delivery: one that nobody has named may stand there as well."""
_LIES = ~sent_reference.c.is_gone
_ENDED = OVER | {QuestionState.CLOSED}
_WORDS = ("reason", "note")
_MEMBERS = ("opened_by", "taken_by", "decided_by", "closed_by")
_COPIED = (*_MEMBERS, "opened_at", "due_at", "taken_at", "identifies_at", "decided_at", "closed_at")


class SqlIncidents:
    def __init__(self, connection: sa.Connection, note_erasure: Callable[[], None] = lambda: None) -> None:
        self._connection = connection
        self._note_erasure = note_erasure

    def add(self, added: Incident) -> bool:
        if not insert_new(self._connection, incident, {"id": added.id, "logged": False, **_row(added)}):
            return False
        rows = [
            {"incident_id": added.id, "question_id": each.question_id, "item": each.item, "place": place}
            for place, each in enumerate(added.hidden)
        ]
        insert_all_new(self._connection, incident_item, rows)
        self._follow(added)
        return True

    def lock(self, incident_id: str) -> Incident:
        found = self._load(sa.select(incident).where(incident.c.id == incident_id).with_for_update())
        if not found:
            raise PermanentError("incident_unknown")
        return found[0]

    def save(self, saved: Incident) -> None:
        self._connection.execute(sa.update(incident).where(incident.c.id == saved.id).values(**_row(saved)))
        self._follow(saved)
        if saved.decision is Decision.REMOVED:
            self._note_erasure()

    def recent(self, *, closed_since: datetime) -> Sequence[Incident]:
        still = self._load(sa.select(incident).where(incident.c.closed_at.is_(None)).order_by(incident.c.due_at))
        since = sa.select(incident).where(incident.c.closed_at >= closed_since)
        return (*still, *self._load(since.order_by(incident.c.closed_at.desc())))

    def of_question(self, question_id: QuestionId) -> Sequence[Incident]:
        about = sa.select(incident).where(incident.c.question_id == question_id)
        return self._load(about.order_by(incident.c.opened_at, incident.c.id))

    def question_of(self, incident_id: str) -> QuestionId | None:
        wanted = sa.select(incident.c.question_id).where(incident.c.id == incident_id)
        found: QuestionId | None = self._connection.execute(wanted).scalar_one_or_none()
        return found

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        hiding = sa.select(incident_item.c.incident_id).where(incident_item.c.question_id == question_id)
        about = sa.or_(incident.c.question_id == question_id, incident.c.id.in_(hiding))
        # In one order for everybody, so that no two wait for each other.
        said = sa.select(incident).where(about).order_by(incident.c.id).with_for_update()
        for row in rows_of(self._connection, said):
            words = {name: pack_text(change(unpack_text(row[name]))) for name in _WORDS}
            if words != {name: row[name] for name in _WORDS}:
                self._connection.execute(sa.update(incident).where(incident.c.id == row["id"]).values(**words))

    def taken_down(self) -> Mapping[QuestionId, frozenset[str]]:
        return question_review.taken_down(self._connection)

    def forget_texts(self, question_id: QuestionId, items: frozenset[str]) -> None:
        for each in SqlEntries(self._connection).of_question(question_id):
            if each.text is not None and said_item(each) in items:
                blank = sa.update(entry).where(entry.c.id == each.id).values(text=pack_text(_NOTHING))
                self._connection.execute(blank)
        search_index.follow(self._connection, question_id)
        search_index.forget_former_words(self._connection)

    def blank_copies(self, question_id: QuestionId, hidden: frozenset[str], *, key: str = "") -> None:
        sent = sa.select(delivery).where(delivery.c.question_id == question_id, delivery.c.key.startswith(key))
        for row in rows_of(self._connection, sent):
            former = unpack_values(row["message_values"])
            kept = {name: _blanked(value, hidden) for name, value in former.items()}
            if kept != former:
                statement = sa.update(delivery).where(delivery.c.id == row["id"])
                self._connection.execute(statement.values(message_values=pack_values(kept)))
        for row in rows_of(self._connection, sa.select(web_line).where(web_line.c.question_id == question_id)):
            if str(row["payload"].get("key", "")).startswith(key) and _holds(row["payload"], hidden):
                gone = {**row["payload"], "text": "", "quoted": None, "taken_down": True}
                self._connection.execute(sa.update(web_line).where(web_line.c.id == row["id"]).values(payload=gone))

    def _follow(self, changed: Incident) -> None:
        """The search follows at once: what is flagged is found by nobody."""
        for question_id in {each.question_id for each in changed.hidden}:
            search_index.follow(self._connection, question_id)

    def _load(self, statement: sa.Select[Any]) -> tuple[Incident, ...]:
        rows = rows_of(self._connection, statement)
        ids = [row["id"] for row in rows]
        listed = sa.select(incident_item).where(incident_item.c.incident_id.in_(ids)).order_by(incident_item.c.place)
        hidden: dict[str, list[Hidden]] = {}
        for row in rows_of(self._connection, listed) if ids else ():
            one = Hidden(question_id=QuestionId(row["question_id"]), item=row["item"])
            hidden.setdefault(row["incident_id"], []).append(one)
        return tuple(_incident(row, tuple(hidden[row["id"]])) for row in rows)


class SqlSent:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def note(self, delivery_id: DeliveryId, reference: str) -> None:
        row = {"delivery_id": delivery_id, "reference": reference}
        if insert_new(self._connection, sent_reference, row):
            return
        parts = (*_parts(self._kept(delivery_id)), *_parts(reference))
        self._keep(delivery_id, ",".join(dict.fromkeys(parts)))

    def note_gone(self, delivery_id: DeliveryId) -> None:
        mine = sent_reference.c.delivery_id == delivery_id
        self._connection.execute(sa.update(sent_reference).where(mine).values(is_gone=True))

    def reference(self, delivery_id: DeliveryId) -> str | None:
        return _named(self._kept(delivery_id))

    def note_unsure(self, delivery_id: DeliveryId) -> None:
        self.note(delivery_id, _UNSURE)

    def is_unsure(self, delivery_id: DeliveryId) -> bool:
        return _UNSURE in _parts(self._kept(delivery_id))

    def note_found(self, delivery_id: DeliveryId) -> None:
        kept = self._kept(delivery_id)
        if kept is not None:
            self._keep(delivery_id, _named(kept) or "")

    def about(self, question_id: QuestionId) -> Sequence[Delivery]:
        return self._known(delivery.c.question_id == question_id)

    def listing(self, label: str, *, since: datetime) -> Sequence[Delivery]:
        named = re.compile(rf"\b{re.escape(label)}\b")
        lists = sa.or_(*(delivery.c.key.startswith(key) for key in NAME_CASES))
        found = self._known(lists, delivery.c.created_at >= since)
        return tuple(each for each in found if named.search(_words_of(each)))

    def lying(self, address: Address, *, since: datetime) -> Sequence[Delivery]:
        is_over = question.c.state.in_([state.value for state in _ENDED])
        still = sa.and_(question.c.id.is_not(None), sa.or_(~is_over, question.c.closed_at >= since))
        there = sa.and_(delivery.c.channel == address.channel, delivery.c.external_id == address.external_id)
        return self._known(there, sa.or_(delivery.c.created_at >= since, still))

    def first_at(
        self, address: Address, question_id: QuestionId, *, besides: DeliveryId, unlike: Sequence[str] = ()
    ) -> str | None:
        there = sa.and_(delivery.c.channel == address.channel, delivery.c.external_id == address.external_id)
        wanted = (
            sa.select(sent_reference.c.reference)
            .join(delivery, delivery.c.id == sent_reference.c.delivery_id)
            .where(delivery.c.question_id == question_id, there, delivery.c.id != besides)
            .where(*(~delivery.c.key.startswith(begins, autoescape=True) for begins in unlike))
            .where(sent_reference.c.reference.not_in(("", _UNSURE)), _LIES)
            .order_by(delivery.c.created_at, delivery.c.id)
            .limit(1)
        )
        return _named(self._connection.execute(wanted).scalar_one_or_none())

    def _kept(self, delivery_id: DeliveryId) -> str | None:
        wanted = sa.select(sent_reference.c.reference).where(sent_reference.c.delivery_id == delivery_id, _LIES)
        return self._connection.execute(wanted).scalar_one_or_none()

    def _keep(self, delivery_id: DeliveryId, reference: str) -> None:
        mine = sent_reference.c.delivery_id == delivery_id
        self._connection.execute(sa.update(sent_reference).where(mine).values(reference=reference, is_gone=False))

    def _known(self, *conditions: sa.ColumnElement[bool]) -> tuple[Delivery, ...]:
        """Return what lies there and meets conditions, oldest first."""
        return self._ever_known(_LIES, *conditions)

    def _ever_known(self, *conditions: sa.ColumnElement[bool]) -> tuple[Delivery, ...]:
        """Return what lies or lay there and meets conditions, oldest first."""
        wanted = (
            sa.select(delivery)
            .join(sent_reference, delivery.c.id == sent_reference.c.delivery_id)
            .outerjoin(question, question.c.id == delivery.c.question_id)
            .where(*conditions)
            .order_by(delivery.c.created_at, delivery.c.id)
        )
        return tuple(unpack_delivery(row) for row in rows_of(self._connection, wanted))

    def found_at(self, address: Address, reference: str) -> Delivery | None:
        kept = sa.literal(",") + sent_reference.c.reference + ","
        found = self._ever_known(*_about_one_at(address), kept.contains(f",{reference},", autoescape=True))
        return found[0] if found else None

    def latest(self, address: Address, *, since: datetime) -> Delivery | None:
        found = self._known(*_about_one_at(address), delivery.c.created_at >= since)
        return found[-1] if found else None


def _about_one_at(address: Address) -> tuple[sa.ColumnElement[bool], ...]:
    """What lies at an address and is about a question: the index knows these."""
    there = (delivery.c.channel == address.channel, delivery.c.external_id == address.external_id)
    return (*there, delivery.c.question_id.is_not(None), ~delivery.c.key.startswith(SAYS))


def _parts(kept: str | None) -> tuple[str, ...]:
    return tuple(part for part in (kept or "").split(",") if part)


def _named(kept: str | None) -> str | None:
    """Return the references that are known; None where there are none."""
    return ",".join(part for part in _parts(kept) if part != _UNSURE) or None


def _words_of(sent: Delivery) -> str:
    text = sent.values.get("text")
    return text.value if isinstance(text, DeidentifiedText) else ""


def _blanked(value: Any, hidden: frozenset[str]) -> Any:
    return _NOTHING if isinstance(value, DeidentifiedText) and holds(value.value, hidden) else value


def _holds(payload: Mapping[str, Any], hidden: frozenset[str]) -> bool:
    quoted = payload.get("quoted") or {}
    return any(holds(str(part), hidden) for part in (payload.get("text", ""), quoted.get("value", "")))


def _row(value: Incident) -> Mapping[str, Any]:
    return {
        **{name: getattr(value, name) for name in _COPIED},
        "question_id": value.question_id,
        "what": value.what.value,
        "decision": value.decision.value,
        **{name: pack_text(getattr(value, name)) for name in _WORDS},
    }


def _incident(row: sa.RowMapping, hidden: tuple[Hidden, ...]) -> Incident:
    members = {name: None if row[name] is None else MemberId(row[name]) for name in _MEMBERS}
    words = {name: unpack_text(row[name]) for name in _WORDS}
    return Incident(
        **{**{name: row[name] for name in _COPIED}, **members, **words},
        id=row["id"],
        question_id=QuestionId(row["question_id"]),
        what=What(row["what"]),
        hidden=hidden,
        decision=Decision(row["decision"]),
    )
