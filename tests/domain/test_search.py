"""What of a question may be found, and the line that is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.consent import ConsentScope
from domain.ids import MemberId, QuestionId
from domain.member import Member, Role
from domain.opinions import SEAL
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.search import (
    ANSWERED,
    EDITORS,
    MEMBERS,
    PANEL,
    Found,
    documents_of,
    excerpt_of,
    finder_words,
    found_by,
    own_word,
    readable_texts,
    shares_theme,
)
from domain.text import DeidentifiedText
from domain.words import sought_in, themes_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ASKER = Member(id=MemberId("asker"), display_name="a", alias="a")
OTHER = Member(id=MemberId("other"), display_name="o", alias="o")
QUESTION = Question(
    id=QuestionId("q"),
    asker_id=ASKER.id,
    text=DeidentifiedText(value="흉수"),
    created_at=NOW,
    state=QuestionState.CLOSED,
    number=1,
)
RELEASED = replace(QUESTION, consent=ConsentScope.TEACHING, released_at=NOW)


def _entry(kind: EntryKind, text: str, **details: str | int) -> Entry:
    said = DeidentifiedText(value=text)
    return Entry(
        key=text, question_id=QUESTION.id, kind=kind, actor_id=None, channel="", at=NOW, text=said, details=details
    )


NOTE = _entry(EntryKind.NOTE, "note")
ANSWER = _entry(EntryKind.ANSWER, "answer")
PUBLISHED = _entry(EntryKind.PUBLISHED, "published")


def test_each_reading_is_found_by_its_own() -> None:
    documents = {each.reading.name: each for each in documents_of(RELEASED, [NOTE, ANSWER, PUBLISHED])}

    assert {name: each.finders for name, each in documents.items()} == {
        "OPEN": {ANSWERED, EDITORS, own_word(ASKER.id)},
        "INTERNAL": {ANSWERED, PANEL},
        "RELEASED": {ANSWERED, MEMBERS},
    }
    assert documents["RELEASED"].texts == ("published",)


def test_question_without_notes_needs_one_document_of_its_own() -> None:
    [document] = documents_of(QUESTION, [ANSWER])

    assert document.finders == {ANSWERED, PANEL, own_word(ASKER.id)}
    assert document.texts == ("흉수", "answer")


@pytest.mark.parametrize(
    "change",
    [{"state": QuestionState.WITHDRAWN}, {"state": QuestionState.DRAFT}, {"number": None}, {"wrong_patient_at": NOW}],
)
def test_what_was_taken_back_has_no_document(change: dict[str, object]) -> None:
    gone = replace(RELEASED, **change)  # type: ignore[arg-type]  # a test changes what it is about

    assert documents_of(gone, [PUBLISHED]) == ()
    assert readable_texts(ASKER, gone, [PUBLISHED]) == ()


def test_sealed_opinion_is_in_no_document() -> None:
    sealed = _entry(EntryKind.ANSWER, "sealed", **{SEAL: 1})

    texts = {text for each in documents_of(QUESTION, [sealed, NOTE]) for text in each.texts}

    assert texts == {"흉수", "note"}


def test_release_without_a_text_gives_members_nothing() -> None:
    assert readable_texts(OTHER, RELEASED, [NOTE]) == ()
    assert [each.reading.name for each in documents_of(RELEASED, [])] == ["OPEN"]


def test_members_find_by_what_they_are() -> None:
    panelist, editor = (replace(OTHER, roles=frozenset({role})) for role in (Role.COORDINATOR, Role.EDITOR))

    words = [finder_words(member) for member in (OTHER, panelist, editor, replace(OTHER, active=False))]

    own = own_word(OTHER.id)
    assert words == [{MEMBERS, own}, {PANEL}, {EDITORS, own}, frozenset()]


def test_finder_is_told_whether_it_is_answered_and_all_they_may_read() -> None:
    mine = found_by(ASKER, RELEASED, [NOTE, ANSWER, PUBLISHED])
    others = found_by(OTHER, replace(RELEASED), [NOTE, PUBLISHED])

    assert ([text.value for text in mine.texts], mine.is_answered) == (["흉수", "answer", "published"], True)
    assert ([text.value for text in others.texts], others.is_answered) == (["published"], False)
    assert (mine.is_released_alone, others.is_released_alone) == (False, True)


def _found(*texts: str) -> Found:
    said = tuple(DeidentifiedText(value=text) for text in texts)
    return Found(question=QUESTION, texts=said, is_answered=True)


def test_excerpt_is_of_the_text_that_holds_most() -> None:
    found = _found("흉수", "CT: 흉수와 결절", "결절")

    assert excerpt_of(found, sought_in("흉수 결절")).text == "CT: 흉수와 결절"
    assert excerpt_of(_found(), sought_in("흉수")).text == ""


@pytest.mark.parametrize("filler", ["word ", "말" * 80])
def test_long_excerpt_is_cut_around_the_first_find(filler: str) -> None:
    text = filler * 30 + "\n흉수 " + filler * 30

    excerpt = excerpt_of(_found(text), sought_in("흉수"))

    [(start, end)] = excerpt.spans
    assert excerpt.text[start:end] == "흉수"
    assert excerpt.text.startswith("…")
    assert excerpt.text.endswith("…")
    assert len(excerpt.text) <= 92


def test_theme_is_shared_where_enough_of_it_is() -> None:
    found = _found("Reexpansion edema after drainage")

    assert shares_theme(frozenset(themes_of("reexpansion edema again?")), found)
    assert not shares_theme(frozenset(themes_of("edema of the legs after surgery, valve and heart failure")), found)
