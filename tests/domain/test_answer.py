"""The answer form: what it takes, what it refuses, and the text that it makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answer import Answer, citations_in, confidence_in, lines_of, listed_citations
from domain.errors import UserError
from domain.text import DeidentifiedText, IdentifierKind, Replacement


def _text(value: str) -> DeidentifiedText:
    return DeidentifiedText(value=value)


def test_answer_is_one_text_in_a_fixed_order() -> None:
    answer = Answer(
        diagnoses=(_text("OP pattern"), _text("PE not excluded #G6")),
        text=_text("CTPA now."),
        ct_severity=9,
        co_rads=4,
        score=_text("Brixia 11"),
        citations=(6, 7),
    )

    lines = answer.composed().value.splitlines()

    ranked = ["1) OP pattern", "2) PE not excluded #G6"]
    assert lines == [*ranked, "CTPA now.", "CT-SS 9/25 · CO-RADS 4 · Brixia 11", "#G7"]


def test_urgent_answer_needs_one_line_only() -> None:
    answer = Answer(text=_text("CTPA now."))

    assert answer.composed().value == "CTPA now."
    assert answer.details() == {}


def test_numbers_and_references_stand_beside_the_text() -> None:
    answer = Answer(diagnoses=(_text("OP"),), confidence=4, ct_severity=0, citations=(6,))

    assert answer.details() == {"confidence": 4, "ct_severity": 0, "diagnoses": 1, "citations": "G6"}


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({}, "text_missing"),
        ({"text": _text("  ")}, "text_missing"),
        ({"diagnoses": (_text("a"),) * 4}, "too_many_diagnoses"),
        ({"text": _text("a"), "confidence": 6}, "confidence_unknown"),
        ({"text": _text("a"), "ct_severity": 26}, "ct_severity_unknown"),
        ({"text": _text("a"), "co_rads": 0}, "co_rads_unknown"),
    ],
)
def test_form_out_of_range_is_refused(given_: dict[str, object], code: str) -> None:
    with pytest.raises(UserError, match=code):
        Answer(**given_)  # type: ignore[arg-type]  # what a form may hold


def test_score_alone_stands_on_its_line() -> None:
    assert Answer(text=_text("OP"), score=_text("RALE 20")).composed().value == "OP\nRALE 20"


@pytest.mark.parametrize(
    ("text", "cited"), [("see #G6, #g7 and #G6", (6, 7)), ("#G12345", ()), ("# G6", (6,)), ("G6 Q417 #417", ())]
)
def test_citations_are_found_in_a_text(text: str, cited: tuple[int, ...]) -> None:
    assert citations_in(text) == cited


@pytest.mark.parametrize(("text", "cited"), [("", ()), ("6, #G7; g8", (6, 7, 8)), ("#G6", (6,))])
def test_citations_are_listed_with_or_without_their_mark(text: str, cited: tuple[int, ...]) -> None:
    assert listed_citations(text) == cited


@pytest.mark.parametrize("text", ["six", "6a", "item 6", "12345"])
def test_anything_else_is_no_citation(text: str) -> None:
    with pytest.raises(UserError, match="citation_unknown"):
        listed_citations(text)


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("OP pattern, CTPA. conf 4 #G6", "4"),
        ("OP pattern. Conf. 3/5", "3"),
        ("OP 양상 확신 4", "4"),
        ("OP 양상, 확신도: 5.", "5"),
        ("confidence 2; then conf 4", "4"),
        ("confidence 3 mm nodule", ""),
        ("low confidence 4.5 mm", ""),
        ("conf 7", ""),
        ("conf 45", ""),
        ("reconf 4", ""),
        ("OP pattern", ""),
    ],
)
def test_confidence_is_read_where_nothing_else_can_be_meant(text: str, confidence: str) -> None:
    assert confidence_in(text) == confidence


def test_lines_lose_their_own_numbers() -> None:
    lines = lines_of(_text("1) OP\n\n  2. PE \n3 cm nodule\n   "))

    assert [line.value for line in lines] == ["OP", "PE", "3 cm nodule"]


@given(st.lists(st.text(alphabet="abc12).\n ", max_size=12), max_size=4))
def test_placeholders_keep_covering_what_they_cover(parts: list[str]) -> None:
    value = "[name]".join(["x", *parts, "y"])
    places = [place for place in range(len(value)) if value.startswith("[name]", place)]
    marks = tuple(Replacement(start=place, end=place + 6, kind=IdentifierKind.DATE) for place in places)

    lines = lines_of(DeidentifiedText(value=value, replacements=marks))[:3]
    composed = Answer(diagnoses=lines, text=_text("end")).composed()

    covered = [composed.value[mark.start : mark.end] for mark in composed.replacements]
    assert covered == ["[name]"] * sum(line.value.count("[name]") for line in lines)
