"""Finding questions by their words: full text on SQLite, vectors on PostgreSQL; only those that may be seen.

Answers come newest first. A common word is in tens of thousands of documents:
SQLite reads its list from the newest on and stops. PostgreSQL's index knows no
order, so the newest documents are looked through first, and the index is asked
only where they are not enough.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from domain.ids import PanelId, QuestionId
from domain.member import Member, Role
from domain.question import AWAITING_PANEL, Entry
from domain.search import ANSWERED, PANEL, Found, finder_words, found_by, shares_theme
from domain.words import Sought, sought_in, themes_of
from storage import search_index
from storage.access import may_be_read_with, may_be_seen_with
from storage.repositories.entries import SqlEntries
from storage.repositories.questions import SqlQuestions
from storage.search_spelling import Clause, Spelling, any_of, clause_of
from storage.statements import rows_of
from storage.tables import question
from storage.tables_search import search_document

_RECENT = 2_000 * search_index.READINGS
"""So far back PostgreSQL looks without its index."""
_MOST_THEMES = 24
_COMMON = 1_000
"""A word in more documents than these says little; how many more is not counted."""
_CANDIDATES = 200
_RANKED = 4
"""So many times as many as are wanted are looked at, before those that share mere words are dropped."""
_NAMED = search_document.c.id.in_(sa.bindparam("ids", expanding=True))
_WORDS_OF = sa.select(search_document.c.id, search_document.c.words).where(_NAMED)
_QUESTIONS_OF = sa.select(search_document.c.id, search_document.c.question_id).where(_NAMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """Only what waits for the panel, or for one panel."""

    panel_id: PanelId | None = None


class SqlSearch:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._spelling = Spelling(connection.dialect.name)

    def find(self, member: Member, words: str, *, limit: int = 5) -> Sequence[Found]:
        sought, finders = sought_in(words), finder_words(member)
        if not sought or not finders or not member.active:
            return ()
        wanted = [*(clause_of(group) for group in sought.groups), any_of(finders)]
        finding = _finding(self._connection.dialect.name, sa.and_(*_readable(member.roles), *_contained(sought)))
        return self._load(member, self._newest(finding, wanted, {"reader": member.id}, limit=limit))

    def related(
        self, member: Member, text: str, *, limit: int = 3, besides: QuestionId | None = None
    ) -> Sequence[Found]:
        return self._alike(member, text, required=[any_of({ANSWERED})], besides=besides)[:limit]

    def similar_open(
        self,
        member: Member,
        text: str,
        *,
        limit: int = 3,
        besides: QuestionId | None = None,
        panel_id: PanelId | None = None,
    ) -> Sequence[Found]:
        if PANEL not in finder_words(member):
            return ()
        waiting = _Waiting(panel_id=panel_id)
        return self._alike(member, text, required=[], besides=besides, waiting=waiting)[:limit]

    def rebuild(self) -> int:
        return search_index.rebuild(self._connection)

    def is_in_step(self) -> bool:
        return search_index.is_in_step(self._connection)

    def _alike(
        self,
        member: Member,
        text: str,
        *,
        required: Sequence[Clause],
        besides: QuestionId | None,
        waiting: _Waiting | None = None,
    ) -> list[Found]:
        """Return what shares the rarest words with a text, what shares most of them first."""
        finders = finder_words(member)
        themes = themes_of(text)
        weights = self._weights(themes[:_MOST_THEMES])
        if not weights or not finders or not member.active:
            return []
        wanted = [any_of(weights), any_of(finders), *required]
        finding = _alike_to(self._connection.dialect.name, member.roles, is_waiting=waiting is not None)
        panel_id = None if waiting is None else waiting.panel_id
        values = {"reader": member.id, "besides": besides or "", "panel": panel_id or ""}
        newest = self._newest(finding, wanted, values, limit=_CANDIDATES)
        found = self._load(member, self._ranked(newest, weights))
        return [each for each in found if shares_theme(frozenset(themes), each)]

    def _weights(self, themes: Sequence[str]) -> Mapping[str, float]:
        """Return how much each word says: the fewer documents have it, the more; one that none has says nothing."""
        counts = {theme: count for theme in themes if (count := self._count(theme))}
        return {theme: math.log(2 * _COMMON / count) for theme, count in counts.items()}

    def _count(self, word: str) -> int:
        sought = {"sought": self._spelling.sought([any_of({word})])}
        return int(self._connection.execute(_counting(self._connection.dialect.name), sought).scalar_one())

    def _newest(
        self, finding: Sequence[sa.Select[Any]], wanted: Sequence[Clause], values: Mapping[str, str], *, limit: int
    ) -> Sequence[int]:
        """Return the ids of the newest documents that have all the words and meet the statements' condition."""
        given = {**values, "sought": self._spelling.sought(wanted), "most": limit}
        found: Sequence[int] = ()
        for statement in finding:
            found = self._connection.execute(statement, given).scalars().all()
            if len(found) == limit:
                break
        return found

    def _ranked(self, ids: Sequence[int], weights: Mapping[str, float]) -> Sequence[int]:
        """Weigh here: in the database, a statement made for each set of words takes several times as long."""
        rows = rows_of(self._connection, _WORDS_OF, {"ids": list(ids)}) if ids else ()
        scores = {row["id"]: _score(row["words"], weights) for row in rows}
        return sorted(scores, key=lambda id_: (-scores[id_], -id_))[: _RANKED * 3]

    def _load(self, member: Member, ids: Sequence[int]) -> list[Found]:
        """Return the questions of documents in their order, once each, with what their finder may read."""
        rows = self._connection.execute(_QUESTIONS_OF, {"ids": list(ids)})
        of_document = {row.id: QuestionId(row.question_id) for row in rows}
        wanted = list(dict.fromkeys(of_document[id_] for id_ in ids))
        said: dict[QuestionId, list[Entry]] = {each: [] for each in wanted}
        for entry in SqlEntries(self._connection).spoken_of(wanted) if wanted else ():
            said[entry.question_id].append(entry)
        known = {each.id: each for each in SqlQuestions(self._connection).with_ids(wanted)} if wanted else {}
        return [found_by(member, known[each], said[each]) for each in wanted]


def _score(words: str, weights: Mapping[str, float]) -> float:
    """Weigh a document by its words as stored; PostgreSQL shows each in quotes, which no word of ours holds."""
    held = set(words.replace("'", "").split())
    return sum(weight for word, weight in weights.items() if word in held)


# Building a statement takes longer than running it.


@cache
def _counting(dialect: str) -> sa.Select[int]:
    having = Spelling(dialect).having().limit(_COMMON).subquery()
    return sa.select(sa.func.count()).select_from(having)


@lru_cache(maxsize=256)
def _alike_to(dialect: str, roles: frozenset[Role], *, is_waiting: bool) -> Sequence[sa.Select[Any]]:
    """Return the statements for other questions about the same; `besides` and `panel` are empty where none is meant."""
    panel: sa.BindParameter[str] = sa.bindparam("panel", type_=question.c.id.type)
    of_panel = sa.or_(panel == "", question.c.panel_id == panel)
    awaited = question.c.state.in_(sorted(state.value for state in AWAITING_PANEL))
    waiting = sa.and_(awaited, of_panel) if is_waiting else sa.true()
    another = question.c.id != sa.bindparam("besides", type_=question.c.id.type)
    return _finding(dialect, sa.and_(*_readable(roles), waiting, another))


def _finding(dialect: str, condition: sa.ColumnElement[bool]) -> Sequence[sa.Select[Any]]:
    spelling = Spelling(dialect)
    meets = sa.exists().where(
        search_document.c.id == spelling.id, question.c.id == search_document.c.question_id, condition
    )
    most: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
    return tuple(statement.where(meets).limit(most) for statement in spelling.passes(recent=_RECENT))


def _readable(roles: frozenset[Role]) -> tuple[sa.ColumnElement[bool], ...]:
    return may_be_seen_with(roles), may_be_read_with(roles)


def _contained(sought: Sought) -> Collection[sa.ColumnElement[bool]]:
    """Three syllables are two pairs, which may stand apart: what the index finds is looked at once more."""
    held = [group.contains for group in sought.groups if group.contains]
    return [search_document.c.folded.contains(each, autoescape=True) for each in held]
