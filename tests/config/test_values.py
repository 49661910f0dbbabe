"""Durations and sizes are read as they are written, and only so."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.values import parse_duration, parse_size


@contextmanager
def suppress_reasoned():
    try:
        yield
    except ValueError as error:
        if "must be" not in str(error):
            raise


@given(days=st.integers(0, 999), hours=st.integers(0, 99), minutes=st.integers(0, 99), seconds=st.integers(0, 99))
def test_any_mix_of_units_adds_up(days, hours, minutes, seconds):
    written = f"{days}d {hours}h {minutes}m {seconds}s"

    assert parse_duration(written) == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(("written", "meant"), [("250ms", 0.25), ("1.5h", 5400), (" 2 m ", 120), ("1h30m", 5400)])
def test_duration_is_read(written, meant):
    assert parse_duration(written).total_seconds() == meant


@pytest.mark.parametrize("written", ["", "60", 60, 1.5, "-5m", "5 weeks", "m", "5m!", None, True, "PT5M"])
def test_duration_without_a_unit_is_refused(written):
    with pytest.raises(ValueError, match="must be a duration"):
        parse_duration(written)


@given(text=st.text())
@pytest.mark.parametrize("parse", [parse_duration, parse_size])
def test_text_is_read_or_refused_with_a_reason(parse, text):
    with suppress_reasoned():
        assert parse(text) is not None


@pytest.mark.parametrize(("written", "meant"), [("3", 3), (3, 3), ("500 MiB", 500 * 2**20), ("4GiB", 2**32)])
def test_size_is_read(written, meant):
    assert parse_size(written) == meant


@pytest.mark.parametrize("written", ["", "4 GB", "1.5 GiB", -1, True, None, "MiB", 1.0])
def test_size_of_another_kind_is_refused(written):
    with pytest.raises(ValueError, match="must be a size"):
        parse_size(written)
