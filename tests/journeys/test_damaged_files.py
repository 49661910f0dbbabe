"""A short round of the fuzzer: some hundred damaged files, and nothing marked comes through the door."""

from __future__ import annotations

import pytest

from bench._mutations import originals
from bench.fuzz import verdict

ROUNDS, CASES = 8, 60


@pytest.mark.parametrize("first", range(0, ROUNDS * CASES, CASES))
def test_damaged_files_leak_nothing_and_surprise_nobody(first: int) -> None:
    verdicts = {seed: verdict(seed) for seed in range(first, first + CASES)}

    leaks = {seed: said for seed, said in verdicts.items() if said.startswith("leak")}

    assert leaks == {}


def test_originals_are_full_of_marks() -> None:
    dicom = [original for original in originals() if len(original.marks) > 60]

    assert len(dicom) > 60
    assert all(mark in original.data for original in dicom[:20] for mark in original.marks[:2])
