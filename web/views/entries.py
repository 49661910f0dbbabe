"""Who did what, as one reader may know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.access import may_see_entry, sees_full_card
from domain.handover import Side, askers_of, is_said_as_panelist
from domain.ids import MemberId, QuestionId
from domain.member import Member
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question
from domain.release import newest_release
from domain.text import DeidentifiedText
from domain.web import JsonValue
from domain.withholding import hides_entry


def entries_shown(member: Member, question: Question, entries: Sequence[Entry]) -> list[Entry]:
    """Return what a member reads of a thread; who lacks the full card reads the newest release alone."""
    newest = newest_release(entries)
    is_full = sees_full_card(member, question)
    return [e for e in entries if may_see_entry(member, question, e) and (is_full or e is newest)]


def is_told(member: Member, question: Question, entry: Entry) -> bool:
    """Return whether a member hears that an entry was added; of a thread they may not read, of releases alone."""
    if not may_see_entry(member, question, entry):
        return False
    return entry.kind is EntryKind.PUBLISHED or sees_full_card(member, question)


class Names:
    """How one reader is told of the others (safety rule 13), each member looked up once."""

    def __init__(self, transaction: Transaction, reader: Member) -> None:
        self._transaction = transaction
        self._reader = reader
        self._asked: dict[QuestionId, frozenset[MemberId]] = {}
        self._known: dict[MemberId, Member] = {reader.id: reader}

    def of(self, member_id: MemberId | None, question: Question) -> str:
        """Return the asker's alias to everybody but the asker, others' own names, "" for Hilum itself."""
        if member_id is None:
            return ""
        member = self.member(member_id)
        is_claimer = member_id == question.claimed_by
        is_hidden = member_id != self._reader.id and not is_claimer and self._is_asker(member_id, question)
        return member.alias if is_hidden else member.display_name

    def author(self, entry: Entry, question: Question) -> str:
        """Return who said something: what an asker said is an asker's, whoever has the question now."""
        if entry.actor_id is None or is_said_as_panelist(entry):
            return self.of(entry.actor_id, question)
        return self.as_asker(entry.actor_id, question)

    def as_asker(self, member_id: MemberId, question: Question) -> str:
        is_hidden = member_id != self._reader.id and self._is_asker(member_id, question)
        return self.member(member_id).alias if is_hidden else self.member(member_id).display_name

    def _is_asker(self, member_id: MemberId, question: Question) -> bool:
        """Return whether it is theirs, or was, or is offered to them: who has handed it over stays an alias."""
        if member_id == question.asker_id:
            return True
        if question.id not in self._asked:
            self._asked[question.id] = askers_of(self._transaction.entries.of_question(question.id))
        return member_id in self._asked[question.id]

    def member(self, member_id: MemberId) -> Member:
        if member_id not in self._known:
            self._known[member_id] = self._transaction.members.get(member_id)
        return self._known[member_id]


def entry_view(entry: Entry, question: Question, names: Names, *, reader: Member) -> dict[str, JsonValue]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "channel": entry.channel,
        "actor": names.author(entry, question),
        "mine": entry.actor_id == reader.id,
        "at": moment(entry.at),
        "text": None if entry.text is None else entry.text.value,
        "taken_down": hides_entry(question, entry),
        "details": _details(entry, question, names),
        "do_not_use": entry.kind is EntryKind.ANSWER and question.wrong_patient_at is not None,
    }


def _details(entry: Entry, question: Question, names: Names) -> dict[str, JsonValue]:
    """Return an entry's details; a member in them by name."""
    member_id = entry.details.get("member")
    if not member_id:
        return {**entry.details}
    name_of = names.as_asker if entry.details.get("side") == Side.ASKER.value else names.of
    return {**entry.details, "member": name_of(MemberId(str(member_id)), question)}


def text_view(text: DeidentifiedText) -> dict[str, JsonValue]:
    replacements: list[JsonValue] = [
        {"start": part.start, "end": part.end, "kind": part.kind.value} for part in text.replacements
    ]
    return {"value": text.value, "replacements": replacements}


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
