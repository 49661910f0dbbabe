"""Which panel a question goes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import MemberId, PanelId
from domain.member import Language
from domain.panel import Panel
from domain.topics import panel_for

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def _panel(panel_id: str, *, topics: tuple[str, ...] = (), fallback: str | None = None, reached: bool = True) -> Panel:
    member = MemberId(f"{panel_id}-member")
    return Panel(
        id=PanelId(panel_id),
        name=panel_id.title(),
        members=(member,),
        coordinator_id=MemberId("office"),
        primary=None,
        secondary=None,
        absent=frozenset() if reached else frozenset({member}),
        topics=topics,
        fallback_id=None if fallback is None else PanelId(fallback),
    )


CARDIAC = _panel("cardiac", topics=("heart", "심장", "cardiac mr"), fallback="chest")
CHEST = _panel("chest")
CHILD = _panel("child", topics=("neonate", "소아"), fallback="cardiac")


@pytest.mark.parametrize(
    ("text", "panel"),
    [
        ("PE?", CHEST),
        ("심장 비대?", CARDIAC),
        ("Cardiac-MR of a neonate: heart?", CARDIAC),
        ("소아 심장 neonate", CHILD),
    ],
)
def test_question_goes_where_most_of_its_topics_are(text: str, panel: Panel) -> None:
    assert panel_for(text, (CARDIAC, CHEST, CHILD), now=NOW) is panel


@pytest.mark.parametrize(("chosen", "panel"), [(CHILD.id, CHILD), ("gone", CARDIAC), ("", CARDIAC)])
def test_chosen_panel_goes_before_all_topics(chosen: str, panel: Panel) -> None:
    assert panel_for("심장 비대?", (CARDIAC, CHEST, CHILD), now=NOW, chosen=chosen) is panel


def test_without_a_general_panel_the_first_is_meant() -> None:
    assert panel_for("PE?", (CARDIAC, CHILD), now=NOW) is CARDIAC


def test_without_any_panel_there_is_none() -> None:
    assert panel_for("PE?", (), now=NOW) is None


def test_fallbacks_are_followed_to_who_is_reached() -> None:
    silent = [replace(panel, absent=frozenset(panel.members)) for panel in (CARDIAC, CHILD)]

    assert panel_for("소아", (*silent, CHEST), now=NOW) is CHEST


@given(st.lists(st.sampled_from([None, "a", "b", "c", "gone"]), min_size=3, max_size=3))
def test_ring_of_silent_panels_ends_with_the_one_meant(fallbacks: list[str | None]) -> None:
    panels = [
        _panel(name, topics=(name * 3,), fallback=fallback, reached=False)
        for name, fallback in zip("abc", fallbacks, strict=True)
    ]

    assert panel_for("bbb", panels, now=NOW) is panels[1]


@pytest.mark.parametrize(
    ("panel", "language", "name"),
    [
        (CHEST, Language.ENGLISH, "chest"),
        (CHEST, Language.KOREAN, "chest"),
        (replace(CHEST, korean_name="흉부"), Language.KOREAN, "흉부"),
        (replace(CHEST, name="PE team"), Language.ENGLISH, "PE team"),
    ],
)
def test_name_stands_within_a_sentence(panel: Panel, language: Language, name: str) -> None:
    assert panel.named(language) == name


@pytest.mark.parametrize(
    ("panel", "language", "name"),
    [
        (replace(CHEST, korean_name="흉부"), Language.ENGLISH, "Chest"),
        (replace(CHEST, korean_name="흉부"), Language.KOREAN, "흉부"),
        (CHEST, Language.KOREAN, "Chest"),
    ],
)
def test_name_stands_by_itself(panel: Panel, language: Language, name: str) -> None:
    assert panel.called(language) == name
