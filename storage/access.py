"""`domain.access` as conditions of a query, so that a search reads nothing that its reader may not see.

The rule itself stands in `domain/access.py`; a test compares the two over
generated members and questions.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.consent import ConsentScope
from domain.member import Role
from domain.question import SEEN_BY_PANEL, QuestionState
from domain.search import Reading
from storage.repositories.question_review import UNDER_REVIEW
from storage.tables import question
from storage.tables_search import search_document

_SEEN_BY_PANEL = sorted(state.value for state in SEEN_BY_PANEL)
_CLOSED = question.c.state == QuestionState.CLOSED.value
_ALLOWED = sa.and_(question.c.consent != ConsentScope.CONSULT_ONLY.value, question.c.id.not_in(UNDER_REVIEW))


_READER: sa.BindParameter[str] = sa.bindparam("reader", type_=question.c.asker_id.type)


def may_be_seen_with(roles: frozenset[Role]) -> sa.ColumnElement[bool]:
    """Return the condition under which an active member, the `reader`, may see a question: `domain.access.may_see`."""
    own = question.c.asker_id == _READER
    if _is_of_panel(roles):
        return sa.or_(own, question.c.state.in_(_SEEN_BY_PANEL))
    if Role.EDITOR in roles:
        return sa.or_(own, sa.and_(_CLOSED, _ALLOWED))
    return sa.or_(own, sa.and_(_CLOSED, _ALLOWED, question.c.released_at.is_not(None)))


def may_be_read_with(roles: frozenset[Role]) -> sa.ColumnElement[bool]:
    """Return the condition under which the `reader` may read a document of a question that they may see.

    It is `domain.access.sees_full_card` and `may_see_entry`. Of one question a
    member reads one document; the panel the one that its finders name.
    """
    reading = search_document.c.reading
    if _is_of_panel(roles):
        return reading.in_((Reading.OPEN.value, Reading.INTERNAL.value))
    if Role.EDITOR in roles:
        return reading == Reading.OPEN.value
    own = question.c.asker_id == _READER
    return sa.or_(sa.and_(own, reading == Reading.OPEN.value), sa.and_(sa.not_(own), reading == Reading.RELEASED.value))


def _is_of_panel(roles: frozenset[Role]) -> bool:
    return Role.PANELIST in roles or Role.COORDINATOR in roles
