"""What a digest says, in the reader's language and on the reader's clock; and what is never in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta

import pytest

from digests.compose import DigestComposer
from domain.consent import ConsentScope
from domain.digest import Digest
from domain.ids import QuestionId
from domain.member import Language, Member
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from tests.fakes.society import CATALOGUE, COLLEAGUE, MEMBER, MONDAY_NOON, Society

COMPOSER = DigestComposer(wording=CATALOGUE)


def _released(
    number: int, title: str | None = "Embolism?", *, changes: Mapping[str, object] | None = None
) -> tuple[Question, Entry]:
    question = Question(
        id=QuestionId(f"q{number}"),
        asker_id=MEMBER.id,
        text=DeidentifiedText(value="the asker's own words"),
        created_at=MONDAY_NOON,
        state=QuestionState.CLOSED,
        number=number,
        consent=ConsentScope.TEACHING,
        released_at=MONDAY_NOON - timedelta(minutes=60 - number),
    )
    entry = Entry(
        key=f"published{number}",
        question_id=question.id,
        kind=EntryKind.PUBLISHED if title is not None else EntryKind.CLOSED,
        actor_id=None,
        channel="",
        at=MONDAY_NOON,
        text=DeidentifiedText(value=f"{title}\nThe panel advised CTPA."),
    )
    return replace(question, **(changes or {})), entry  # type: ignore[arg-type]


async def _compose(society: Society, *cases: tuple[Question, Entry], member: Member = COLLEAGUE) -> str | None:
    digest = Digest(
        name="daily",
        period=MONDAY_NOON.date(),
        member_id=member.id,
        since=MONDAY_NOON - timedelta(days=1),
        until=MONDAY_NOON,
    )

    def fill(transaction: Transaction) -> None:
        for question, entry in cases:
            transaction.questions.add(question)
            transaction.entries.add(entry)

    await society.change(fill)
    return await society.read(lambda transaction: COMPOSER.compose(transaction, digest, member))


async def test_nothing_new_is_no_digest(society: Society) -> None:
    assert await _compose(society) is None


async def test_case_is_named_by_the_editors_title(society: Society) -> None:
    text = await _compose(society, _released(1))

    assert text is not None
    assert "Q1 Embolism?" in text
    assert "own words" not in text
    assert "the panel advised" not in text.lower()


async def test_more_than_six_are_counted(society: Society) -> None:
    text = await _compose(society, *(_released(number) for number in range(1, 10)))

    assert text is not None
    assert [f"Q{number}" in text for number in (1, 6, 7)] == [True, True, False]
    assert "+3" in text


async def test_case_without_a_text_keeps_its_number(society: Society) -> None:
    text = await _compose(society, _released(1, title=None))

    assert text is not None
    assert "Q1" in text
    assert "own words" not in text


@pytest.mark.parametrize(
    "changes",
    [
        {"consent": ConsentScope.CONSULT_ONLY},
        {"released_at": None},
        {"released_at": MONDAY_NOON - timedelta(days=2)},
        {"released_at": MONDAY_NOON + timedelta(seconds=1)},
        {"state": QuestionState.WITHDRAWN},
    ],
)
async def test_what_may_not_be_seen_or_is_not_new_is_left_out(society: Society, changes: dict[str, object]) -> None:
    assert await _compose(society, _released(1, changes=changes)) is None


@pytest.mark.parametrize("language", list(Language))
async def test_digest_speaks_the_readers_language(society: Society, language: Language) -> None:
    reader = replace(COLLEAGUE, language=language, digest_at=time(6, 45), time_zone="Europe/Berlin")

    text = await _compose(society, _released(1), member=reader)

    assert text is not None
    assert ("06:45" in text, "Europe/Berlin" in text) == (True, True)
    assert any("가" <= character <= "힣" for character in text) == (language is Language.KOREAN)


async def test_reader_without_a_time_is_told_none(society: Society) -> None:
    text = await _compose(society, _released(1), member=replace(COLLEAGUE, digest_at=None))

    assert text is not None
    assert "None" not in text
