"""The weights: found without importing their distribution, and only the measured ones are run."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from deidentify.burned_in.networks import (
    WEIGHTS,
    character_probability,
    characters,
    checked_weights,
    set_threads,
    text_probability,
    weights_folder,
)
from domain.errors import DeidentificationError


def test_missing_distribution_closes_the_door():
    with pytest.raises(DeidentificationError, match="text_search_missing"):
        weights_folder("no_such_distribution_of_weights")


def test_folder_is_found_without_importing_it():
    assert {path.name for path in weights_folder().glob("*.onnx")} >= set(WEIGHTS)
    assert "rapidocr" not in sys.modules


def test_other_weights_are_not_run(tmp_path):
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not the weights that were measured")

    for path in (other, tmp_path / "missing.onnx"):
        with pytest.raises(DeidentificationError, match="text_search_missing"):
            checked_weights(path, next(iter(WEIGHTS.values())))


def test_networks_tell_probabilities_on_any_number_of_threads():
    set_threads(0)

    found = text_probability(np.zeros((1, 3, 64, 64), np.float32))
    read = character_probability(np.zeros((2, 3, 48, 64), np.float32))

    assert found.shape == (1, 1, 64, 64)
    assert found.max() < 0.5
    assert read.shape[0] == 2
    assert read.shape[2] == len(characters())


def test_networks_leave_denormal_numbers_to_everybody_else():
    set_threads(1)

    text_probability(np.zeros((1, 3, 64, 64), np.float32))
    smallest = np.array([1e-38], np.float32) * np.float32(0.01)

    assert smallest[0] > 0
