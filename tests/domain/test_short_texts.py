"""Words in one text message: whole or not at all, and never changed in what they say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import QuestionId
from domain.lengths import length_of
from domain.messages import Address
from domain.short_codes import LINK_CODE_LENGTH, ShortCode, link_code, next_code
from domain.short_texts import cuts, first_sentence, plain_signs, shown_plainly, summary_length
from domain.text import DeidentifiedText, IdentifierKind, Replacement
from tests.contracts.samples import NOW

PHONE = Address(channel="sms", external_id="1")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("✅ Q417 – no PE → CTPA", "Q417 - no PE -> CTPA"),
        ("D-dimer↑, ≥ 5 mm, −5 HU, ±2", "D-dimer up, >= 5 mm, -5 HU, +/-2"),
        ("CT · MR, 5·2 cm", "CT - MR, 5·2 cm"),
        ("✔ D-dimer↑·저산소증 – 없음", "D-dimer↑·저산소증 - 없음"),
        ("좌측 5 mm² ❓", "좌측 5 mm² "),
        ("two\nlines  here", "two\nlines here"),
    ],
)
def test_signs_are_those_of_text_messages(text: str, sent: str) -> None:
    assert plain_signs(text) == sent.strip()


@given(st.text("0123456789abcyzLR .,-+<>=가나다좌우없음–≥✅"))
def test_letters_digits_and_hangul_are_never_altered(text: str) -> None:
    kept = re.compile(r"[0-9a-zA-Z가-힣]")

    assert kept.findall(plain_signs(text)) == kept.findall(text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("No PE. But effusion.", "No PE."),
        ("PE vs. pneumonia of 2.5 cm. CTPA.", "PE vs. pneumonia of 2.5 cm."),
        ("1) OP pattern. 2) PE", "1) OP pattern."),
        ("1. OP pattern. 2. PE", "1. OP pattern."),
        ("소견 없음\n추적 관찰", "소견 없음"),
        ("no stop at all", "no stop at all"),
        ("", ""),
    ],
)
def test_first_sentence_is_whole(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_ages_lose_their_brackets_and_other_places_keep_one() -> None:
    text = DeidentifiedText(
        value="[50s] M [name]\nPE?",
        replacements=(
            Replacement(start=0, end=5, kind=IdentifierKind.AGE),
            Replacement(start=8, end=14, kind=IdentifierKind.NAME),
        ),
    )

    assert shown_plainly(text) == "50s M (name)\nPE?"


@given(st.text(min_size=1))
def test_cuts_end_with_nothing(text: str) -> None:
    found = list(cuts(text))

    assert found[0] == text
    assert found[-1] == ""


@given(st.text(min_size=1))
def test_link_code_can_be_read_aloud_and_typed(token: str) -> None:
    code = link_code(token)

    assert re.fullmatch(f"[1-9A-HJ-NP-Za-km-z]{{{LINK_CODE_LENGTH}}}", code)
    assert length_of(code).septets == LINK_CODE_LENGTH == 10


def test_codes_begin_at_41_and_leave_out_own_numbers() -> None:
    given_41 = ShortCode(address=PHONE, code=41, question_id=QuestionId("q"), given_at=NOW)

    assert next_code(()) == 41
    assert next_code((given_41,), taken={42}) == 43


def test_oldest_code_is_given_again_when_all_are_taken() -> None:
    codes = [ShortCode(address=PHONE, code=c, question_id=QuestionId("q"), given_at=NOW) for c in range(10, 100)]

    assert next_code(codes) == 10


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("OP pattern, CTPA now. #G6", (25, 160)),
        ("바이러스보다 OP 양상. CTPA 권고.", (22, 70)),
        (f"OP pattern. {'Effusion is probably new. ' * 8}", (11, 160)),
        (f"폐색전 배제 못함. {'흉수는 새로 생긴 것으로 보임. ' * 8}", (10, 70)),
    ],
)
def test_summary_is_all_of_it_or_the_first_sentence(text: str, length: tuple[int, int]) -> None:
    assert summary_length(DeidentifiedText(value=text)) == length
