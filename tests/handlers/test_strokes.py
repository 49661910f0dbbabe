"""Commands in our sentences, written as a service takes them."""

from __future__ import annotations

import pytest

from handlers.strokes import with_lead


def _at_slack(text: str, *typed: str) -> str:
    return with_lead(text, lead="/hilum ", typed=typed)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Not you? Send /lost at once.", "Not you? Send /hilum lost at once."),
        ("/web sends another.", "/hilum web sends another."),
        ("다시 받기: /웹", "다시 받기: /hilum 웹"),
        ("Write /ask first.", "Write /ask first."),
        ("Like this: /back Q417 and your words.", "Like this: /hilum back Q417 and your words."),
        ("/찾기 낱말 · /find words", "/hilum 찾기 낱말 · /hilum find words"),
        ("“/a Q417 …”", "“/hilum a Q417 …”"),
        ("https://hilum.test/help and 120/80, and/or /mybots", "https://hilum.test/help and 120/80, and/or /mybots"),
    ],
)
def test_commands_are_named_as_they_can_be_typed(sentence: str, shown: str) -> None:
    assert _at_slack(sentence) == shown


def test_where_a_stroke_was_typed_nothing_is_touched() -> None:
    typed = "BP 120/80 /lost follow-up"

    assert _at_slack(f"Q1: {typed}", typed) == f"Q1: {typed}"


def test_most_services_take_them_as_they_stand() -> None:
    assert with_lead("/lost", lead="/", typed=()) == "/lost"
