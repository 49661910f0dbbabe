"""Codes that link a channel: six digits, one use, few tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import MemberId
from domain.linking import LASTS, LOCKED_FOR, WRONG_TRIES, WRONG_TRIES_AT_A_CODE, LinkTries, code_in, new_link_code
from domain.member import Language, stranger, stranger_of
from domain.messages import Address

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PHONE = Address(channel="sms", external_id="+8210")


@given(st.text(min_size=22, max_size=40))
def test_code_has_six_digits_and_is_kept_as_its_hash(token: str) -> None:
    kept, code = new_link_code(token, MemberId("kim"), NOW)

    assert len(code) == 6
    assert code.isdecimal()
    assert kept.is_meant_by(code)
    assert code not in (kept.code_hash, kept.salt, kept.id)


def test_same_code_is_kept_differently_each_time() -> None:
    first, code = new_link_code("one", MemberId("kim"), NOW)
    second, _ = new_link_code("two", MemberId("kim"), NOW)

    assert not second.is_meant_by(code)
    assert first.code_hash != second.code_hash


def test_code_ends_with_its_time_its_use_and_its_tries() -> None:
    kept, _ = new_link_code("one", MemberId("kim"), NOW)

    assert kept.is_open(NOW + LASTS - timedelta(seconds=1))
    assert not kept.is_open(NOW + LASTS)
    assert not replace(kept, used_at=NOW).is_open(NOW)
    assert not replace(kept, wrong_tries=WRONG_TRIES_AT_A_CODE).is_open(NOW)


@pytest.mark.parametrize(
    "typed",
    ["123456", " 123 456 ", "123-456", "/link 123456", "link 123456", "/연결 123456", "/start 123456", "１２３４５６"],
)
def test_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_in(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "Q123456", "call 123456", "123456 please"])
def test_other_words_are_no_code(typed: str) -> None:
    assert code_in(typed) is None


@given(st.integers(0, 12))
def test_address_is_locked_from_the_fifth_wrong_code_on(wrong: int) -> None:
    tries = LinkTries(address=PHONE, last_at=NOW)
    for _ in range(wrong):
        tries = tries.with_wrong(NOW)

    assert tries.is_locked(NOW) == (wrong >= WRONG_TRIES)
    assert not tries.is_locked(NOW + LOCKED_FOR)


def test_wrong_codes_of_an_hour_ago_are_forgotten() -> None:
    tries = LinkTries(address=PHONE, wrong_tries=WRONG_TRIES, last_at=NOW)

    assert tries.with_wrong(NOW + LOCKED_FOR).wrong_tries == 1


@pytest.mark.parametrize("language", Language)
def test_stranger_is_known_again_by_the_language(language: Language) -> None:
    somebody = stranger(language, PHONE)

    assert somebody.is_stranger
    assert stranger_of(somebody.id) == stranger(language)
    assert stranger_of(MemberId("kim")) is None
