"""How much the door takes at the most; every bound is checked before memory is spent on it."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one call of the door.

    `frame_pixels` bounds rows × columns of one picture, `decoded_bytes` all
    frames of one file as decoded. `ratio` bounds how far a packed entry above
    `ratio_from_bytes` may inflate. `series` are searched for text together; `held_bytes` of
    cleaned files are kept from the first pass to the second, others are cleaned twice.
    """

    file_bytes: int = 512 * MEBIBYTE
    frame_pixels: int = 200_000_000
    decoded_bytes: int = 2048 * MEBIBYTE
    depth: int = 32
    elements: int = 1_500_000
    entries: int = 5_000
    inflated_bytes: int = 2048 * MEBIBYTE
    ratio: int = 200
    ratio_from_bytes: int = 64 * MEBIBYTE
    series: int = 200
    held_bytes: int = 256 * MEBIBYTE

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 1:
            raise ValueError("every limit is at least 1")
