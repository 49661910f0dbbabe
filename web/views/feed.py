"""What is new for the open streams since their marks, read in one transaction for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.ids import QuestionId
from domain.member import Member
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question
from domain.web import JsonValue
from web.sessions import FoundSession, find_session
from web.views.entries import is_told
from web.views.lines import change_view, line_view
from web.views.withheld import Withheld

BATCH = 200
_FOR_EVERYBODY = frozenset({EntryKind.TAKEN_DOWN, EntryKind.PUT_BACK, EntryKind.TAKEN_OUT})
"""Whoever has it on the screen takes it down at once, also who may not see the question any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a page has been told: the last line and the last entry; "12:345" as an event's id."""

    line: int
    entry: int

    def __str__(self) -> str:
        return f"{self.line}:{self.entry}"

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        line, _, entry = text.partition(":")
        if not (_is_number(line) and _is_number(entry)):
            return None
        return cls(line=int(line), entry=int(entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event, and where a page stands that has had it."""

    event: str
    data: dict[str, JsonValue]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One stream as the follower asks for it; `token_hash` is set where its session is to be looked at."""

    member: Member
    mark: Mark
    token_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one stream is told; `found` is its session, where it was asked for and still stands."""

    news: tuple[News, ...]
    mark: Mark
    found: FoundSession | None
    is_behind: bool


class Feed:
    """Reads for many streams at once: entries and questions that they share are read once."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._entries: dict[int, Sequence[Entry]] = {}
        self._questions: dict[QuestionId, Question] = {}
        self._withheld = Withheld(transaction)

    def tell(self, asked: Asked) -> Told:
        """Return what is new for one stream: its lines, then its questions."""
        found, member = None, asked.member
        if asked.token_hash is not None:
            found = find_session(self._transaction, asked.token_hash)
            if found is None:
                return Told(news=(), mark=asked.mark, found=None, is_behind=False)
            member = found.member
        lines = self._transaction.web.lines(member.id, after=asked.mark.line, limit=BATCH)
        entries = self._entries_after(asked.mark.entry)
        news: list[News] = []
        mark = asked.mark
        for line in lines:
            mark = Mark(line=line.id, entry=mark.entry)
            news.append(News(event="line", data=line_view(self._transaction, line, self._withheld), mark=mark))
        for entry in entries:
            mark = Mark(line=mark.line, entry=entry.id)
            if entry.kind in _FOR_EVERYBODY or is_told(member, self._question(entry.question_id), entry):
                news.append(News(event="question", data=change_view(entry), mark=mark))
        is_behind = max(len(lines), len(entries)) >= BATCH
        return Told(news=tuple(news), mark=mark, found=found, is_behind=is_behind)

    def _entries_after(self, entry_id: int) -> Sequence[Entry]:
        if entry_id not in self._entries:
            self._entries[entry_id] = self._transaction.entries.after(entry_id, limit=BATCH)
        return self._entries[entry_id]

    def _question(self, question_id: QuestionId) -> Question:
        if question_id not in self._questions:
            self._questions[question_id] = self._transaction.questions.get(question_id)
        return self._questions[question_id]


def _is_number(text: str) -> bool:
    """SQLite's integers end at 18 digits and a bit; nobody has seen that many lines."""
    return text.isascii() and text.isdecimal() and len(text) <= 18
