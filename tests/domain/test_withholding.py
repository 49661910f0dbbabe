"""What is hidden: items of a question, and copies of hidden words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import ImageId, MemberId, ObjectId, QuestionId, UploadId
from domain.question import Entry, EntryKind, Question
from domain.study import Image, ImageFacts
from domain.text import DeidentifiedText
from domain.withholding import (
    TEXT,
    hidden_words,
    hides_image,
    hides_text,
    holds,
    said_item,
    series_item,
    series_of,
    shown,
    shown_entries,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
QUESTION = Question(
    id=QuestionId("q"), asker_id=MemberId("kim"), text=DeidentifiedText(value="PE? Ward Alpha."), created_at=NOW
)


def _entry(key: str, text: str | None) -> Entry:
    return Entry(
        key=key,
        question_id=QUESTION.id,
        kind=EntryKind.ANSWER,
        actor_id=MemberId("lee"),
        channel="web",
        at=NOW,
        text=None if text is None else DeidentifiedText(value=text),
    )


ANSWER, SHORT, OTHER = _entry("m1:answer", "CTPA now."), _entry("m1:short_line", "CTPA."), _entry("m2:answer", "OP.")
MARK = _entry("m1:claimed", None)


def test_answer_goes_with_its_line_for_sms() -> None:
    flagged = replace(QUESTION, taken_down=frozenset({said_item(ANSWER)}))

    assert hidden_words(flagged, (ANSWER, SHORT, OTHER, MARK)) == {"CTPA now.", "CTPA."}
    assert [entry.text and entry.text.value for entry in shown_entries(flagged, (ANSWER, SHORT, OTHER, MARK))] == [
        "",
        "",
        "OP.",
        None,
    ]


def test_hidden_text_leaves_the_rest_of_the_question() -> None:
    flagged = replace(QUESTION, taken_down=frozenset({TEXT}))

    assert (hides_text(flagged), shown(flagged).text.value, shown(QUESTION)) == (True, "", QUESTION)
    assert hidden_words(flagged, (ANSWER,)) == {"PE? Ward Alpha."}
    assert shown_entries(QUESTION, [ANSWER]) == (ANSWER,)


def test_series_is_hidden_as_a_whole() -> None:
    facts = ImageFacts(
        study_uid="1", series_uid="2.25.9", instance_uid="3", modality="CT", media_type="x", frames=1, rows=1, columns=1
    )
    image = Image(
        id=ImageId("i"),
        question_id=QUESTION.id,
        upload_id=UploadId("u"),
        object_id=ObjectId("o"),
        facts=facts,
        added_at=NOW,
    )
    flagged = replace(QUESTION, taken_down=frozenset({series_item("2.25.9"), TEXT}))

    assert (hides_image(flagged, image), hides_image(QUESTION, image)) == (True, False)
    assert series_of(flagged.taken_down) == {"2.25.9"}


@pytest.mark.parametrize(
    ("copy", "hidden", "is_hit"),
    [
        ("Dr A: CTPA now.", "CTPA now.", True),
        ("no", "no", True),
        ("not now", "no", False),
        ("OP.", "CTPA now.", False),
    ],
)
def test_short_words_count_only_where_they_are_the_whole_copy(copy: str, hidden: str, *, is_hit: bool) -> None:
    assert holds(copy, (hidden,)) is is_hit


@given(text=st.text(min_size=4), before=st.text(), behind=st.text())
def test_longer_words_are_found_in_any_copy(text: str, before: str, behind: str) -> None:
    assert holds(before + text + behind, [text])


def test_key_without_a_message_is_an_item_of_its_own() -> None:
    assert said_item(_entry("alone", "a")) != said_item(_entry("other", "a"))
