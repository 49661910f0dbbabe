"""Pacing: in no stretch of time does more pass than a burst and the pace allow."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.gates import Gate, allowed, pass_through
from tests.contracts.samples import NOW

INTERVAL = timedelta(milliseconds=37)


@given(
    burst=st.integers(1, 30),
    steps=st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 40)), min_size=1, max_size=40),
)
def test_pace_holds_over_every_stretch(burst, steps):
    gate, now, passed = Gate(interval=INTERVAL, burst=burst), NOW, []
    for wait, wanted in steps:
        now += timedelta(milliseconds=wait)
        count = allowed(gate, now, limit=wanted)
        gate = pass_through(gate, now, count=count) if count else gate
        passed.append((now, count))

    for first in range(len(passed)):
        for last in range(first, len(passed)):
            most = burst + (passed[last][0] - passed[first][0]) // INTERVAL
            assert sum(count for _, count in passed[first : last + 1]) <= most


@given(burst=st.integers(1, 30))
def test_rested_gate_lets_a_burst_pass(burst):
    assert allowed(Gate(interval=INTERVAL, burst=burst), NOW, limit=100) == burst


def test_held_and_unpaced_gates():
    held = Gate(interval=timedelta(0), burst=1, held_until=NOW)

    assert allowed(held, NOW - INTERVAL, limit=7) == 0
    assert allowed(held, NOW, limit=7) == 7
