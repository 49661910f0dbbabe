"""The one rule of who may see what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.access import may_see, may_see_entry, sees_full_card
from domain.consent import ConsentScope
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _member(name: str, *roles: Role) -> Member:
    return Member(id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles))


ASKER, OTHER = _member("asker"), _member("other")
PANELIST, EDITOR = _member("panelist", Role.PANELIST), _member("editor", Role.EDITOR)
CONSULT = Question(
    id=QuestionId("q"),
    asker_id=ASKER.id,
    text=DeidentifiedText(value="?"),
    created_at=NOW,
    state=QuestionState.CLOSED,
    number=1,
)
TEACHING = replace(CONSULT, consent=ConsentScope.TEACHING)
RELEASED = replace(TEACHING, released_at=NOW)


@pytest.mark.parametrize(
    ("question", "seen_by"),
    [
        (replace(CONSULT, state=QuestionState.DRAFT), {"asker"}),
        (replace(CONSULT, state=QuestionState.WITHDRAWN), {"asker"}),
        (CONSULT, {"asker", "panelist"}),
        (TEACHING, {"asker", "panelist", "editor"}),
        (RELEASED, {"asker", "panelist", "editor", "other"}),
        (replace(CONSULT, released_at=NOW), {"asker", "panelist"}),
    ],
)
def test_question_is_seen_by_those_it_concerns(question: Question, seen_by: set[str]) -> None:
    seen = {member.id for member in (ASKER, OTHER, PANELIST, EDITOR) if may_see(member, question)}

    assert seen == seen_by


def test_member_who_left_sees_nothing() -> None:
    assert not may_see(replace(ASKER, active=False), RELEASED)


def test_internal_note_stays_with_the_panel() -> None:
    note = Entry(key="k", question_id=CONSULT.id, kind=EntryKind.NOTE, actor_id=None, channel="", at=NOW)

    readers = {member.id for member in (ASKER, OTHER, PANELIST, EDITOR) if may_see_entry(member, RELEASED, note)}

    assert readers == {"panelist"}


def test_other_members_do_not_get_the_full_card() -> None:
    assert sees_full_card(ASKER, RELEASED)
    assert sees_full_card(EDITOR, RELEASED)
    assert not sees_full_card(OTHER, RELEASED)
    assert not sees_full_card(OTHER, CONSULT)
