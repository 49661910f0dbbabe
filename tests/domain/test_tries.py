"""How often and after how long something is tried again, whatever a service says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tries import LONGEST_NAMED, SHORTEST_NAMED, Tries, wait_named

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("named", "wait"),
    [
        ("7", timedelta(seconds=7)),
        (0, SECOND),
        ("-5", SECOND),
        (31_536_000, HOUR),
        ("1e20", HOUR),
        ("inf", HOUR),
        (10**400, HOUR),
        ("nan", None),
        ("soon", None),
        (None, None),
        ({}, None),
    ],
)
def test_wait_that_a_service_names_is_bounded(named, wait):
    assert wait_named(named) == wait


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.integers(), max_size=1))
def test_no_wait_that_is_named_crashes_or_lasts(named):
    wait = wait_named(named)

    assert wait is None or SHORTEST_NAMED <= wait <= LONGEST_NAMED


def test_tries_end_and_begin_anew():
    tries = Tries(3)

    assert [tries.count_try("one") for _ in range(4)] == [True, True, False, True]
    assert tries.count_try("another")


def test_what_went_well_is_forgotten():
    tries = Tries(2)

    before = tries.count_try("one")
    tries.forget("one")

    assert (before, tries.count_try("one")) == (True, True)


def test_tries_of_long_ago_are_forgotten():
    tries = Tries(2)
    tries.count_try("first")

    for number in range(1_000):
        tries.count_try(number)

    assert tries.count_try("first")
