"""The two networks (text detector, text reader): their weights checked, made once per process, run on arrays.

The weights are those that the `rapidocr` distribution ships; its code is never imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from domain.errors import DeidentificationError

Floats = NDArray[np.float32]
DISTRIBUTION = "rapidocr"
WEIGHTS = {
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}
"""Files and their SHA-256: other weights were not measured, so they are not run."""
_DETECTOR, _READER = WEIGHTS
_threads = 2


def set_threads(threads: int) -> None:
    """Say how many threads one picture may use; sessions already made are made anew."""
    global _threads  # noqa: PLW0603 - one setting per process, as the sessions are
    _threads = max(1, threads)
    cv2.setNumThreads(_threads)
    _session.cache_clear()


def text_probability(batch: Floats) -> Floats:
    """Return the detector's probability of text per pixel; `batch` is (1, 3, rows, columns), normalised."""
    return _run(_DETECTOR, batch)


def character_probability(batch: Floats) -> Floats:
    """Return the reader's probability of each character; `batch` is (crops, 3, 48, columns), from -1 to 1."""
    return _run(_READER, batch)


@lru_cache(maxsize=1)
def characters() -> tuple[str, ...]:
    """Return what the reader's classes stand for; the first is "nothing"."""
    listed = _worker().submit(_session, _READER).result().get_modelmeta().custom_metadata_map["character"]
    return ("", *listed.split("\n"), " ")


def weights_folder(distribution: str = DISTRIBUTION) -> Path:
    """Return where the weights lie.

    Raises:
        DeidentificationError("text_search_missing"): the distribution is not installed.
    """
    found = importlib.util.find_spec(distribution)
    if found is None or found.origin is None:
        raise DeidentificationError("text_search_missing")
    return Path(found.origin).parent / "models"


def checked_weights(path: Path, digest: str) -> bytes:
    """Return the file's bytes.

    Raises:
        DeidentificationError("text_search_missing"): there is no such file, or it is another one.
    """
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise DeidentificationError("text_search_missing") from error
    if hashlib.sha256(weights).hexdigest() != digest:
        raise DeidentificationError("text_search_missing")
    return weights


@lru_cache(maxsize=1)
def _worker() -> ThreadPoolExecutor:
    """Return the one thread that makes and runs the sessions.

    The runtime has it take denormal numbers for zero, for good: no other thread should reckon like that.
    """
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="networks")


def _run(name: str, batch: Floats) -> Floats:
    return _worker().submit(_run_here, name, batch).result()


def _run_here(name: str, batch: Floats) -> Floats:
    session = _session(name)
    result: Floats = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return result


@lru_cache(maxsize=len(WEIGHTS))
def _session(name: str) -> Any:
    """Make a session without a memory arena: what a large picture took is given back.

    Within the detector numbers fade until processors are slow with them; taken for zero, they change no result.
    Threads that wait leave the processors to others: several processes do this at once.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    weights = checked_weights(weights_folder() / name, WEIGHTS[name])
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
