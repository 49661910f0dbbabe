"""The two text types, and joining de-identified texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement, joined


def test_identifiable_text_never_prints_itself() -> None:
    text = IdentifiableText("FICTUS ZEBRA")

    shown = f"{text} {text!r} {[text]}"

    assert "ZEBRA" not in shown
    assert "12 characters" in shown


@given(st.text(), st.text(min_size=1), st.integers(min_value=0, max_value=5))
def test_joining_keeps_replacements_in_place(first: str, word: str, before: int) -> None:
    second = DeidentifiedText(
        value="x" * before + word,
        replacements=(Replacement(start=before, end=before + len(word), kind=IdentifierKind.PHONE),),
    )

    both = joined(DeidentifiedText(value=first), second)

    spot = both.replacements[0]
    assert both.value[spot.start : spot.end] == word


def test_resident_number_is_noticed() -> None:
    span = Replacement(start=0, end=3, kind=IdentifierKind.RESIDENT_NUMBER)

    text = DeidentifiedText(value="[x]", replacements=(span,))

    assert text.names_a_resident_number
    assert not DeidentifiedText(value="[x]").names_a_resident_number
