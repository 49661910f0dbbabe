"""Who did what, as one reader may know it."""

from __future__ import annotations

from datetime import datetime

from domain.access import may_see_entry, sees_full_card
from domain.ids import MemberId
from domain.member import Member
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question
from domain.text import DeidentifiedText
from domain.web import JsonValue


def is_shown(member: Member, question: Question, entry: Entry) -> bool:
    """Return whether a member may read an entry; who lacks the full card reads the release alone."""
    if not may_see_entry(member, question, entry):
        return False
    return entry.kind is EntryKind.PUBLISHED or sees_full_card(member, question)


class Names:
    """How one reader is told of the others (safety rule 13), each member looked up once."""

    def __init__(self, transaction: Transaction, reader: Member) -> None:
        self._transaction = transaction
        self._reader = reader
        self._known: dict[MemberId, Member] = {reader.id: reader}

    def of(self, member_id: MemberId | None, question: Question) -> str:
        """Return the asker's alias to everybody but the asker, others' own names, "" for Hilum itself."""
        if member_id is None:
            return ""
        member = self.member(member_id)
        is_hidden = member_id == question.asker_id and member_id != self._reader.id
        return member.alias if is_hidden else member.display_name

    def member(self, member_id: MemberId) -> Member:
        if member_id not in self._known:
            self._known[member_id] = self._transaction.members.get(member_id)
        return self._known[member_id]


def entry_view(entry: Entry, question: Question, names: Names, *, reader: Member) -> dict[str, JsonValue]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "actor": names.of(entry.actor_id, question),
        "mine": entry.actor_id == reader.id,
        "at": moment(entry.at),
        "text": None if entry.text is None else entry.text.value,
        "details": dict(entry.details),
        "do_not_use": entry.kind is EntryKind.ANSWER and question.wrong_patient_at is not None,
    }


def text_view(text: DeidentifiedText) -> dict[str, JsonValue]:
    replacements: list[JsonValue] = [
        {"start": part.start, "end": part.end, "kind": part.kind.value} for part in text.replacements
    ]
    return {"value": text.value, "replacements": replacements}


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
