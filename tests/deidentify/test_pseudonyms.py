"""What is derived from a subject's secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentify.limits import Limits
from deidentify.pseudonyms import Pseudonyms

_secrets = st.binary(min_size=16, max_size=40)


@given(_secrets)
def test_dates_never_move_by_an_obvious_number_of_days(secret):
    days = Pseudonyms(secret).shift.days

    assert days >= 400
    assert all(days % obvious for obvious in (7, 10, 30, 365))


@given(_secrets, st.text(max_size=64))
def test_uid_is_valid_repeatable_and_keyed(secret, original):
    uid = Pseudonyms(secret).uid(original)

    assert uid.startswith("2.25.")
    assert len(uid) <= 64
    assert int(uid.removeprefix("2.25.")) < 2**128
    assert uid == Pseudonyms(secret).uid(original) != Pseudonyms(secret + b"x").uid(original)


def test_pseudonyms_never_show_their_secret():
    assert "secret" not in repr(Pseudonyms(b"a secret of at least 16 bytes"))


def test_short_secret_is_no_secret():
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"short")


def test_a_limit_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="at least 1"):
        Limits(entries=0)
