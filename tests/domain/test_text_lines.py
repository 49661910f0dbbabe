"""Lines of a de-identified text that are replaced: the rest stays, with its placeholders in their places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.text import DeidentifiedText, IdentifierKind, Replacement, lines_of, with_lines

LINES = st.lists(st.text(alphabet="ab [", min_size=1, max_size=5), max_size=6)


def text(value: str, *places: tuple[int, int]) -> DeidentifiedText:
    replacements = tuple(Replacement(start=a, end=b, kind=IdentifierKind.NAME) for a, b in places)
    return DeidentifiedText(value=value, replacements=replacements)


@given(before=LINES, old=LINES, after=LINES, new=LINES)
def test_only_the_lines_that_were_meant_change(
    before: list[str], old: list[str], after: list[str], new: list[str]
) -> None:
    whole = text("\n".join([*before, *old, *after]))

    changed = with_lines(whole, text("\n".join(new)), first=len(before), count=len(old))

    assert changed == text("\n".join([*before, *new, *after]))


@given(lines=LINES)
def test_lines_are_counted_as_they_are_joined(lines: list[str]) -> None:
    assert lines_of(text("\n".join(lines))) == len(lines)


def test_placeholders_move_with_their_lines() -> None:
    whole = text("[name] A\nold [name]\nC [name]", (0, 6), (13, 19), (22, 28))

    changed = with_lines(whole, text("a [name] b", (2, 8)), first=1, count=1)

    assert changed == text("[name] A\na [name] b\nC [name]", (0, 6), (11, 17), (22, 28))


def test_placeholder_over_the_edge_is_not_cut() -> None:
    whole = text("A [na\nme] B", (2, 9))

    assert with_lines(whole, text("new"), first=1, count=1) is None
