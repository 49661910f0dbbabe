"""Whoever may see a text finds it, and nobody else: the rule of `domain.access` against what the databases find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.access import may_see, may_see_entry, sees_full_card
from domain.consent import ConsentScope
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.question import SEEN_BY_PANEL, Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from storage.engines import open_engine
from storage.repositories.entries import SqlEntries
from storage.repositories.questions import SqlQuestions
from storage.repositories.search import SqlSearch
from tests.contracts.samples import NOW, closed_question, entry

PEOPLE = ("kim", "lee", "o'park")
KINDS = (EntryKind.ANSWER, EntryKind.NOTE, EntryKind.PUBLISHED, EntryKind.INFORMATION)
MEMBERS = st.builds(
    lambda name, roles, active: Member(
        id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles), active=active
    ),
    st.sampled_from(PEOPLE),
    st.sets(st.sampled_from(Role)),
    st.sampled_from([True, True, True, False]),
)
CASES = st.lists(
    st.fixed_dictionaries(
        {
            "asker_id": st.sampled_from(PEOPLE),
            "state": st.sampled_from(QuestionState),
            "consent": st.sampled_from(ConsentScope),
            "released_at": st.sampled_from([None, NOW]),
            "wrong_patient_at": st.sampled_from([None, None, NOW]),
            "kinds": st.lists(st.sampled_from(KINDS), max_size=3),
        }
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    engine = open_engine(database_url, size=1)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(member=MEMBERS, cases=CASES, later=st.lists(st.sampled_from(QuestionState), max_size=5))
def test_everybody_finds_what_they_may_see(connection, member, cases, later) -> None:
    transaction = connection.begin()
    stored = [_store(connection, number, dict(case)) for number, case in enumerate(cases, start=1)]
    for place, state in enumerate(later[: len(stored)]):
        stored[place] = (replace(stored[place][0], state=state), stored[place][1])
        SqlQuestions(connection).save(stored[place][0])

    for words in ("question", *KINDS):
        hits = SqlSearch(connection).find(member, words.replace("_", ""), limit=9)
        assert {hit.question.id for hit in hits} == {q.id for q, thread in stored if _says(member, q, thread, words)}
        assert len(hits) == len({hit.question.id for hit in hits})
    assert SqlSearch(connection).is_in_step()
    transaction.rollback()


def _store(connection: sa.Connection, number: int, case: dict[str, Any]) -> tuple[Question, list[Entry]]:
    kinds = case.pop("kinds")
    asked = closed_question(f"q{number}", number, text=DeidentifiedText(value="question"), **case)
    SqlQuestions(connection).add(asked)
    thread = [
        entry(f"{number}:{place}", kind=kind, text=DeidentifiedText(value=kind), question_id=QuestionId(asked.id))
        for place, kind in enumerate(kinds)
    ]
    for each in thread:
        SqlEntries(connection).add(each)
    return asked, thread


def _says(member: Member, asked: Question, thread: list[Entry], words: str) -> bool:
    """The rule of `domain.access`, text by text; and what was taken back is found by nobody."""
    taken_back = asked.state not in SEEN_BY_PANEL or asked.wrong_patient_at is not None
    if taken_back or not may_see(member, asked):
        return False
    if not sees_full_card(member, asked):
        return words == EntryKind.PUBLISHED and EntryKind.PUBLISHED in {each.kind for each in thread}
    readable = {each.kind.value for each in thread if may_see_entry(member, asked, each)}
    return words in {"question", *readable}
