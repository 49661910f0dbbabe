"""Drawn pictures with letters in them, and the mask that the door draws."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.finder import Findings

View = NDArray[np.uint8]


def anatomy(edge: int = 512) -> View:
    """Return a body on black, with a bright spine and a little noise."""
    rows, columns = np.mgrid[-1 : 1 : edge * 1j, -1 : 1 : edge * 1j]
    body = 90.0 * (rows**2 + columns**2 < 0.6) + 60.0 * ((rows - 0.4) ** 2 + columns**2 < 0.02)
    noise = np.random.default_rng(5).normal(0, 3, body.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(body, (0, 0), 4) + noise + 8, 0, 255), np.uint8)


def write(view: View, text: str, *, at: tuple[int, int], scale: float = 0.6, thickness: int = 1) -> None:
    """Write white letters into the picture; `at` is where the first one stands."""
    cv2.putText(view, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), thickness, cv2.LINE_AA)


def hatched(view: View, findings: Findings) -> View:
    """Return the picture with every text that is to be masked under hatches."""
    masked = view.copy()
    for x, y, width, height in (text.box for text in findings.blank):
        part = masked[max(0, y) : y + height, max(0, x) : x + width]
        rows, columns = np.indices(part.shape[:2])
        part[...] = np.where((rows + columns) // 6 % 2, 150, 90)
    return masked
