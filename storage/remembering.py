"""A memory of what was read, for a rehearsal: whatever has not changed since is not read again.

Everything is written as elsewhere, by the same repositories; what is here only
keeps a second reading away. It holds for one connection alone, which nobody
else writes beside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import MemberId, PanelId, QuestionId
from domain.incident import Incident
from domain.member import Member
from domain.messages import Address
from domain.panel import Panel
from domain.phone import TEST_LASTS, TestPage
from domain.question import Entry, Question
from domain.rota import Override
from domain.surge import Surge
from domain.text import Rewording
from storage.repositories.entries import SqlEntries
from storage.repositories.incidents import SqlIncidents
from storage.repositories.members import SqlMembers
from storage.repositories.pages import SqlPages
from storage.repositories.panels import SqlPanels
from storage.repositories.phones import SqlPhones
from storage.repositories.questions import WITH_IDS, SqlQuestions
from storage.repositories.rotas import SqlRotas
from storage.repositories.surge import SqlSurge
from storage.tables import entry, question
from storage.unit_of_work import Surroundings, UnitOfWork

_LAST_ENTRY = sa.select(sa.func.max(entry.c.id))
_NEVER = timedelta(days=36_500)


@dataclass(slots=True)
class Memory:
    """What was read and has not changed since; forgotten whole when anything is taken back."""

    members: dict[MemberId, Member] | None = None
    holders: dict[Address, MemberId] = field(default_factory=dict)
    panels: tuple[Panel, ...] | None = None
    panels_hold_until: datetime | None = None
    questions: dict[QuestionId, Question] = field(default_factory=dict)
    numbers: dict[int, QuestionId] = field(default_factory=dict)
    open_claims: Mapping[MemberId, int] | None = None
    asked: dict[MemberId, datetime] | None = None
    sent: SentPages | None = None
    entries: dict[QuestionId, list[Entry]] = field(default_factory=dict)
    surge: Surge | None = None
    has_incidents: bool = False
    is_touched: bool = False
    """Whether the work that is running has changed anything of what is remembered."""

    def take_back(self) -> None:
        """Forget everything where what failed had changed any of it."""
        if self.is_touched:
            self.members = self.panels = self.surge = self.open_claims = self.asked = self.sent = None
            self.questions.clear()
            self.numbers.clear()
            self.entries.clear()


@dataclass(slots=True, kw_only=True)
class SentPages:
    """When each address of some channels was paged since an instant, in the order of time."""

    since: datetime
    channels: frozenset[str] | None
    times: dict[Address, list[datetime]]

    def holds(self, since: datetime, channels: frozenset[str] | None) -> bool:
        return self.channels == channels and self.since <= since

    def note(self, address: Address, at: datetime) -> None:
        if self.channels is None or address.channel in self.channels:
            self.times.setdefault(address, []).append(at)

    def after(self, since: datetime) -> dict[Address, Sequence[datetime]]:
        """Return what is later than an instant, and let go of what is not: time runs one way."""
        self.since = since
        for times in self.times.values():
            del times[: bisect_right(times, since)]
        return {address: tuple(times) for address, times in self.times.items() if times}


class RememberingUnit(UnitOfWork):
    """A unit of work that asks its memory first."""

    def __init__(self, connection: sa.Connection, surroundings: Surroundings, memory: Memory) -> None:
        super().__init__(connection, surroundings)
        self.members = _Members(connection, memory)
        self.panels = _Panels(connection, surroundings.clock, memory)
        self.pages = _Pages(connection, memory)
        self.questions = _Questions(connection, memory)
        self.entries = _Entries(connection, memory)
        self.surge = _Surge(connection, memory)
        self.rotas = _Rotas(connection, memory)
        self.phones = _Phones(connection, memory)
        self.incidents = _Incidents(connection, memory)


class _Members(SqlMembers):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def get(self, member_id: MemberId) -> Member:
        found = self._known().get(member_id)
        if found is None:
            raise PermanentError("member_unknown")
        return found

    def lock(self, member_id: MemberId) -> Member:
        return self.get(member_id)

    def by_address(self, wanted: Address) -> Member | None:
        known = self._known()
        holder = self._memory.holders.get(wanted)
        return None if holder is None else known[holder]

    def all(self) -> Sequence[Member]:
        return tuple(self._known().values())

    def save(self, saved: Member) -> None:
        super().save(saved)
        # A member who has left, or a phone that was stopped, is a gap from now on.
        self._memory.members = self._memory.panels = None
        self._memory.is_touched = True

    def _known(self) -> dict[MemberId, Member]:
        if self._memory.members is None:
            found = super().all()
            self._memory.members = {member.id: member for member in found}
            self._memory.holders = {address: member.id for member in found for address in member.addresses}
        return self._memory.members


class _Panels(SqlPanels):
    def __init__(self, connection: sa.Connection, clock: Callable[[], datetime], memory: Memory) -> None:
        super().__init__(connection, clock)
        self._memory = memory

    def get(self, panel_id: PanelId) -> Panel:
        found = next((panel for panel in self.all() if panel.id == panel_id), None)
        if found is None:
            raise PermanentError("panel_unknown")
        return found

    def all(self) -> Sequence[Panel]:
        """Return the panels; anew from when on a phone's test has run out."""
        memory, now = self._memory, self._clock()
        if memory.panels is None or memory.panels_hold_until is None or memory.panels_hold_until <= now:
            memory.panels = tuple(super().all())
            records = SqlPhones(self._connection).records().values()
            ends = (record.passed_at + TEST_LASTS for record in records if record.passed_at is not None)
            memory.panels_hold_until = min((end for end in ends if end > now), default=now + _NEVER)
        return memory.panels

    def save(self, saved: Panel) -> None:
        super().save(saved)
        self._memory.panels, self._memory.is_touched = None, True


class _Pages(SqlPages):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def last_asked(self) -> Mapping[MemberId, datetime]:
        if self._memory.asked is None:
            self._memory.asked = dict(super().last_asked())
        return self._memory.asked

    def sent_since(
        self, instant: datetime, *, channels: Collection[str] | None = None
    ) -> Mapping[Address, Sequence[datetime]]:
        wanted = None if channels is None else frozenset(channels)
        known = self._memory.sent
        if known is None or not known.holds(instant, wanted):
            found = super().sent_since(instant, channels=channels)
            times = {address: list(sent) for address, sent in found.items()}
            known = self._memory.sent = SentPages(since=instant, channels=wanted, times=times)
        return known.after(instant)

    def _note_sent(self, member_id: MemberId, address: Address | None, at: datetime) -> None:
        super()._note_sent(member_id, address, at)
        self._memory.is_touched = True
        if self._memory.asked is not None:
            self._memory.asked[member_id] = at
        if self._memory.sent is not None and address is not None:
            self._memory.sent.note(address, at)


class _Questions(SqlQuestions):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def add(self, added: Question) -> bool:
        self._memory.is_touched = True
        return super().add(added)

    def get(self, question_id: QuestionId) -> Question:
        known = self._memory.questions.get(question_id)
        return super().get(question_id) if known is None else known

    def lock(self, question_id: QuestionId) -> Question:
        return self.get(question_id)

    def by_number(self, number: int) -> Question | None:
        if number not in self._memory.numbers:
            found = super().by_number(number)
            if found is None:
                return None
            self._memory.numbers[number] = found.id
        return self.get(self._memory.numbers[number])

    def open_claims(self) -> Mapping[MemberId, int]:
        if self._memory.open_claims is None:
            self._memory.open_claims = super().open_claims()
        return self._memory.open_claims

    def save(self, saved: Question) -> None:
        self._memory.questions.pop(saved.id, None)
        self._memory.open_claims, self._memory.is_touched = None, True
        super().save(saved)
        if not self._memory.has_incidents:
            # What flags hide of a question is not saved with it, and might be more than whoever saves it knows.
            self._memory.questions[saved.id] = saved

    def _load(self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
        """Ask which they are, and read only those that are not known."""
        ids = self._connection.execute(_ids_of(statement), values).scalars().all()
        known = self._memory.questions
        if missing := [each for each in ids if each not in known]:
            known.update((each.id, each) for each in super()._load(WITH_IDS, {"ids": missing}))
        return tuple(known[each] for each in ids)


class _Entries(SqlEntries):
    """Reads a question's timeline once, and adds to it what comes."""

    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def of_question(self, question_id: QuestionId) -> Sequence[Entry]:
        known = self._memory.entries.get(question_id)
        if known is None:
            known = self._memory.entries[question_id] = list(super().of_question(question_id))
        return tuple(known)

    def add(self, added: Entry) -> bool:
        is_new = super().add(added)
        if is_new and added.question_id in self._memory.entries:
            number = self._connection.execute(_LAST_ENTRY).scalar_one()
            self._memory.entries[added.question_id].append(replace(added, id=number))
        self._memory.is_touched = True
        return is_new

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        self._memory.entries.pop(question_id, None)
        super().reword(question_id, change)


class _Surge(SqlSurge):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def get(self) -> Surge:
        if self._memory.surge is None:
            self._memory.surge = super().get()
        return self._memory.surge

    def save(self, saved: Surge) -> None:
        super().save(saved)
        self._memory.surge, self._memory.is_touched = None, True


class _Rotas(SqlRotas):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def add_override(self, override: Override) -> bool:
        self._memory.panels, self._memory.is_touched = None, True
        return super().add_override(override)

    def remove_override(self, override_id: str) -> bool:
        self._memory.panels, self._memory.is_touched = None, True
        return super().remove_override(override_id)


class _Phones(SqlPhones):
    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def add(self, page: TestPage) -> bool:
        self._memory.panels, self._memory.is_touched = None, True
        return super().add(page)

    def note_passed(self, test_id: str, member_id: MemberId, at: datetime) -> bool:
        self._memory.panels, self._memory.is_touched = None, True
        return super().note_passed(test_id, member_id, at)


class _Incidents(SqlIncidents):
    """What is taken down is part of a question as it is read."""

    def __init__(self, connection: sa.Connection, memory: Memory) -> None:
        super().__init__(connection)
        self._memory = memory

    def add(self, added: Incident) -> bool:
        self._forget_questions()
        return super().add(added)

    def save(self, saved: Incident) -> None:
        self._forget_questions()
        super().save(saved)

    def forget_texts(self, question_id: QuestionId, items: frozenset[str]) -> None:
        self._forget_questions()
        super().forget_texts(question_id, items)

    def _forget_questions(self) -> None:
        self._memory.questions.clear()
        self._memory.entries.clear()
        self._memory.has_incidents = self._memory.is_touched = True


@lru_cache(maxsize=64)
def _ids_of(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Return a statement for questions that brings back their ids alone."""
    return statement.with_only_columns(question.c.id)
