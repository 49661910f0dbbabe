"""What a benchmark says of its figures: each promise that is not kept is named."""

from __future__ import annotations

import pytest

from bench import digest_flood, inbound_kill, webhook

KEPT = {
    "digest_flood": {"lost": 0, "twice": 0, "average_per_s": 25.0, "most_asked": 30, "urgent_s": 0.99},
    "inbound_kill": {"lost": 0, "twice": 0},
    "telegram": {"p99_ms": 99.9, "lost": 0},
    "slack": {"p99_ms": 499.9, "lost": 0},
}
JUDGES = {"digest_flood": digest_flood.TARGETS, "inbound_kill": inbound_kill.TARGETS, **webhook.TARGETS}
BROKEN = [
    ("digest_flood", "lost", 1),
    ("digest_flood", "twice", 1),
    ("digest_flood", "average_per_s", 24.9),
    ("digest_flood", "most_asked", 31),
    ("digest_flood", "urgent_s", 1.0),
    ("inbound_kill", "lost", 1),
    ("inbound_kill", "twice", 1),
    ("telegram", "p99_ms", 100.0),
    ("telegram", "lost", 1),
    ("slack", "p99_ms", 500.0),
    ("slack", "lost", 1),
]


@pytest.mark.parametrize("name", KEPT)
def test_promises_that_are_kept_are_met(name):
    assert JUDGES[name].verdict(KEPT[name]) == "met"


@pytest.mark.parametrize(("name", "figure", "value"), BROKEN)
def test_promise_that_is_broken_is_named(name, figure, value):
    assert JUDGES[name].verdict(KEPT[name] | {figure: value}) == f"missed: {figure}"


def test_figure_that_was_not_measured_is_no_promise_kept():
    assert JUDGES["inbound_kill"].verdict({"lost": 0, "twice": None}) == "missed: twice"


def test_every_promise_is_tried_here():
    judged = {(name, target.figure) for name, targets in JUDGES.items() for target in targets.all}

    assert judged == {(name, figure) for name, figure, _ in BROKEN}
