"""What a question was proposed for is kept in its timeline."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.ids import QuestionId
from domain.proposals import PURPOSE, purposes_of
from domain.question import Entry, EntryKind


def _entry(kind: EntryKind, purpose: str = "") -> Entry:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    details = {PURPOSE: purpose} if purpose else {}
    return Entry(key=purpose, question_id=QuestionId("q"), kind=kind, actor_id=None, channel="", at=at, details=details)


def test_each_purpose_is_named_once_in_its_order() -> None:
    said = [_entry(EntryKind.PROPOSED, each) for each in ("quiz", "case", "quiz")]

    assert purposes_of([*said, _entry(EntryKind.NOTE)]) == ("quiz", "case")
