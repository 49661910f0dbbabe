"""Names of text blocks, and what is typed to change them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answer import added_words
from domain.directed import Directed, directed
from domain.errors import UserError
from domain.ids import MemberId, PanelId
from domain.messages import Action
from domain.text_blocks import TextBlock, asked_of_block, block_name, called, is_block_name, key_of, offered

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def block(name: str = "ctpa", text: str = "CT now.", *, panel: str | None = None) -> TextBlock:
    panel_id = None if panel is None else PanelId(panel)
    return TextBlock(owner_id=MemberId("kim"), name=name, text=text, changed_at=NOW, panel_id=panel_id)


@pytest.mark.parametrize("name", ["op", "CTPA", "폐색전", "covid19", "a" * 20, unicodedata.normalize("NFD", "흉수")])
def test_one_word_of_letters_and_digits_is_a_name(name: str) -> None:
    assert block_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name", ["", "c", "a" * 21, "two words", "ct-pa", "ct_pa", "417", "q417", "Q417", "417번", "save", "삭제", "[name]"]
)
def test_anything_else_is_no_name(name: str) -> None:
    assert not is_block_name(name)
    with pytest.raises(UserError, match="block_name"):
        block_name(name)


@pytest.mark.parametrize("text", ["", "x" * 1001])
def test_block_says_something_and_not_too_much(text: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        block(text=text)


@given(st.from_regex(r"[a-zA-Z가-힣]{2,10}", fullmatch=True))
def test_spelling_of_a_name_makes_no_difference(name: str) -> None:
    spelled = unicodedata.normalize("NFD", name.upper())

    assert key_of(name) == key_of(spelled)


def test_same_name_has_the_same_place_for_each_owner() -> None:
    assert block().id == block("CTPA", "Other.").id
    assert len({block().id, block("op").id, block(panel="chest").id, block(panel="heart").id}) == 4


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("CT now.", "CT now."),
        ("Two\nlines.", "Two lines."),
        ("CT pulmonary angiography now if D-dimer is raised.", "CT pulmonary angiography now if D-dimer is …"),
        ("가" * 60, f"{'가' * 48} …"),
    ],
)
def test_beginning_is_whole_words_on_one_line(text: str, beginning: str) -> None:
    assert block(text=text).beginning == beginning


def test_own_block_hides_the_panels_of_its_name() -> None:
    own, panels, other = block("CTPA"), block("ctpa", panel="chest"), block("op", panel="chest")

    found = offered([own], [panels, other])

    assert found == (own, other)
    assert called("ctpa", found) is own
    assert called("pe", found) is None


@pytest.mark.parametrize(
    ("text", "action", "name", "rest"),
    [
        ("/snip save ctpa CT now.\n10⁹/L", Action.SAVE_BLOCK, "ctpa", "CT now.\n10⁹/L"),
        ("／문구 저장 폐색전 바로 CTPA", Action.SAVE_BLOCK, "폐색전", "바로 CTPA"),
        ("/snip Delete ctpa", Action.DELETE_BLOCK, "ctpa", ""),
        ("/snip share ctpa chest", Action.SHARE_BLOCK, "ctpa", "chest"),
        ("/snip save", Action.SAVE_BLOCK, "", ""),
    ],
)
def test_what_becomes_of_a_block_is_said_behind_the_word(text: str, action: Action, name: str, rest: str) -> None:
    asked = asked_of_block(text)

    assert asked is not None
    assert (asked.action, asked.name, asked.rest) == (action, name, rest)


@pytest.mark.parametrize("text", ["/snip", "/snip ctpa", "snip save ctpa CT.", "/snip please save"])
def test_other_words_change_no_block(text: str) -> None:
    assert asked_of_block(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snip ctpa", Directed(action=Action.ADD_BLOCK, field="block", text="ctpa")),
        ("문구 폐색전", Directed(action=Action.ADD_BLOCK, field="block", text="폐색전")),
        ("/snip Q417 CTPA", Directed(action=Action.ADD_BLOCK, field="block", text="CTPA", has_stroke=True, number=417)),
        ("snip", Directed(action=Action.ADD_BLOCK)),
        ("문구 확인 부탁드립니다", None),
        ("/snip save ctpa CT.", None),
        ("snip save", None),
    ],
)
def test_block_is_named_in_a_thread(text: str, expected: Directed | None) -> None:
    assert directed(text) == expected


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("+ CTPA now.", "CTPA now."),
        ("＋ 추적\n내일", "추적\n내일"),
        ("+ve D-dimer", None),
        ("CTPA + V/Q", None),
        ("+", None),
    ],
)
def test_plus_with_a_blank_adds_to_an_answer(text: str, added: str | None) -> None:
    assert added_words(text) == added
