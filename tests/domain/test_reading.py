"""What of the panel's words its reader has not answered to yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from domain.ids import MemberId, QuestionId
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from domain.reading import has_acted, unread
from domain.text import DeidentifiedText

MEMBER, PANELIST = MemberId("member"), MemberId("panelist")
NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
QUESTION = Question(
    id=QuestionId("q"),
    asker_id=MEMBER,
    text=DeidentifiedText(value="PE?"),
    created_at=NOON,
    state=QuestionState.ANSWERED,
    urgency=Urgency.URGENT,
)


def story(*said: str) -> tuple[Entry, ...]:
    """Return entries from words as "panelist answer", a minute apart."""
    people = {"member": MEMBER, "panelist": PANELIST}
    return tuple(
        Entry(
            key=f"{number}",
            question_id=QUESTION.id,
            kind=EntryKind(words.split()[1]),
            actor_id=people[words.split()[0]],
            channel="web",
            at=NOON + timedelta(minutes=number),
            id=number,
        )
        for number, words in zip(count(1), said, strict=False)
    )


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        (("member opened",), None),
        (("member opened", "panelist answer"), EntryKind.ANSWER),
        (("member opened", "panelist asked_back", "panelist note"), EntryKind.ASKED_BACK),
        (("member opened", "panelist answer", "member viewed"), EntryKind.ANSWER),
        (("member opened", "panelist answer", "member read"), None),
        (("member opened", "panelist asked_back", "member information"), None),
        (("member opened", "panelist answer", "member read", "panelist answer"), EntryKind.ANSWER),
    ],
)
def test_urgent_words_wait_until_the_asker_has_acted(said: tuple[str, ...], waits: EntryKind | None) -> None:
    found = unread(QUESTION, story(*said))

    assert (None if found is None else found.kind) is waits


@pytest.mark.parametrize(
    "changes",
    [{"urgency": Urgency.TODAY}, {"state": QuestionState.CLOSED}, {"wrong_patient_at": NOON}],
    ids=["today", "closed", "wrong patient"],
)
def test_what_is_not_urgent_or_over_waits_for_nobody(changes: dict[str, object]) -> None:
    question = replace(QUESTION, **changes)  # type: ignore[arg-type]  # checked by the dataclass

    assert unread(question, story("member opened", "panelist answer")) is None


def test_lower_urgency_is_told_as_urgently_as_it_was() -> None:
    question = replace(QUESTION, urgency=Urgency.TODAY, state=QuestionState.CLAIMED)

    found = unread(question, story("member opened", "panelist downgraded"))

    assert found is not None


def test_only_what_comes_after_counts_as_acting() -> None:
    entries = story("member read", "member viewed")

    assert has_acted(entries, MEMBER, since=NOON)
    assert not has_acted(entries, MEMBER, since=NOON + timedelta(minutes=1))
