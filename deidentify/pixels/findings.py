"""What the search found in the pictures of one instance, and how boxes of text become areas of pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.finder import Box, Findings, FoundText
from deidentify.burned_in.markers import holds_side
from domain.study import Area, Concern

LEAST_LETTER = 10
"""Letters lower than this many pixels are found too rarely for a claim."""
_SAME_PLACE = 0.6
_MUCH_LARGER = 1.7
_SLANTED, _PAD = 1.5, 2
_SURE, _LEAST_LETTERS = 0.8, 3
_MOST_STRIPS = 12
_WORD = 2
_NEARLY = 2
"""A box that reaches this far out of another of the same text, in pixels, still lies within it: both have a margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFindings:
    """What is to be masked and said of one instance.

    `words` is what was read of the text that is masked: identifiable, for the comparison of patients in memory,
    and never to be kept. `needs_reading` asks for the whole look of the second pass, `still_shows` for quarantine.
    """

    masks: tuple[Area, ...] = ()
    kept_text: tuple[Area, ...] = ()
    words: tuple[str, ...] = ()
    marker_lost: bool = False
    letters_too_small: bool = False
    needs_reading: bool = False
    still_shows: bool = False

    def __repr__(self) -> str:
        return f"ImageFindings({len(self.masks)} masks, {len(self.kept_text)} kept)"

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """Return what a person must look at; whether a mask covers lung is judged in `lungs.py`."""
        said = ((Concern.MARKER_LOST, self.marker_lost), (Concern.LETTERS_TOO_SMALL, self.letters_too_small))
        return tuple(concern for concern, holds in said if holds)

    def merged(self, other: ImageFindings) -> ImageFindings:
        """Return both together, each area once."""
        return replace(
            self,
            masks=_distinct((*self.masks, *other.masks)),
            kept_text=_distinct((*self.kept_text, *other.kept_text)),
            words=tuple(dict.fromkeys((*self.words, *other.words))),
            marker_lost=self.marker_lost or other.marker_lost,
            letters_too_small=self.letters_too_small or other.letters_too_small,
            needs_reading=self.needs_reading or other.needs_reading,
            still_shows=self.still_shows or other.still_shows,
        )


def image_findings(found: Findings, shape: Sequence[int], frame: int | None) -> ImageFindings:
    """Return what a look found as areas of a picture of this shape (rows, columns, …), of one frame or of all."""
    kept = _distinct(area for text in found.kept for area in text_areas(text, shape, frame))
    masks = (area for text in found.blank for area in text_areas(text, shape, frame))
    return ImageFindings(
        masks=_distinct(masks),
        kept_text=kept,
        words=tuple(dict.fromkeys(text.words for text in found.blank if text.words)),
        marker_lost=bool(found.lost_markers),
        letters_too_small=any(text.letter_height < LEAST_LETTER for text in found.blank),
    )


def union(looks: Sequence[Findings]) -> Findings:
    """Return what several looks at the same picture found.

    A marker that one look keeps stays although another took it for text, unless that other text is much larger.
    """
    kept = _first_of_each(text for look in looks for text in look.kept)
    blank = [text for look in looks for text in look.blank if not any(_is_same(text, marker) for marker in kept)]
    kept = [marker for marker in kept if not any(_share_within(marker, text) > _SAME_PLACE for text in blank)]
    lost = tuple(text for look in looks for text in look.lost_markers if text in blank)
    return Findings(tuple(blank), tuple(kept), lost)


def with_more(found: Findings, again: Sequence[Findings]) -> Findings:
    """Return what was found with what looks at the masked picture still found: that is masked, marker or not."""
    more = [text for look in again for text in look.blank]
    kept = tuple(marker for marker in found.kept if not any(_share_within(marker, text) > _SAME_PLACE for text in more))
    lost = tuple(marker for marker in found.kept if marker not in kept and holds_side(marker.words))
    again_lost = (text for look in again for text in look.lost_markers)
    return Findings((*found.blank, *more), kept, (*found.lost_markers, *again_lost, *lost))


def sparing(found: Findings, kept: Sequence[Area]) -> Findings:
    """Return what was found in one frame without what stands at markers of all frames, unless surely another word."""
    blank = tuple(
        text
        for text in found.blank
        if _is_sure_word(text) or not any(_share_of_box(text.box, _box(area)) >= _SAME_PLACE for area in kept)
    )
    return Findings(blank, found.kept, tuple(text for text in found.lost_markers if text in blank))


def _is_sure_word(text: FoundText) -> bool:
    return text.certainty >= _SURE and _letters(text) >= _WORD


def rectangle(area: Area) -> tuple[slice, slice]:
    """Return an area as the index of its rows and columns."""
    return slice(area.y, area.y + area.height), slice(area.x, area.x + area.width)


def only_certain(look: Findings) -> Findings:
    """Return what was surely read in a look: enough of a second look at the same picture in another light."""
    blank = tuple(text for text in look.blank if text.certainty >= _SURE and _letters(text) >= _LEAST_LETTERS)
    return Findings(blank, look.kept, tuple(text for text in look.lost_markers if text in blank))


def _letters(text: FoundText) -> int:
    return sum(sign.isalnum() for sign in text.words)


def text_areas(text: FoundText, shape: Sequence[int], frame: int | None) -> list[Area]:
    """Return the rectangles that cover a found text; a slanted line is covered by several, not by one great one."""
    quad = np.asarray(text.quad, dtype=np.float32)
    sides = np.linalg.norm(quad[1] - quad[0]) * np.linalg.norm(quad[2] - quad[1])
    if float(np.prod(np.ptp(quad, axis=0))) <= _SLANTED * float(sides):
        return _fitting([text.box], shape, frame)
    return _fitting([_around(strip) for strip in _strips(quad)], shape, frame)


def _around(corners: NDArray[np.float32]) -> tuple[int, int, int, int]:
    x, y, width, height = cv2.boundingRect(corners)
    return x - _PAD, y - _PAD, width + 2 * _PAD, height + 2 * _PAD


def _strips(quad: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Cut a slanted line across its long side into pieces about as long as they are high."""
    if np.linalg.norm(quad[1] - quad[0]) < np.linalg.norm(quad[2] - quad[1]):
        quad = np.roll(quad, 1, axis=0)
    length, height = float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[2] - quad[1]))
    cuts = np.linspace(0, 1, min(_MOST_STRIPS, max(2, round(length / max(height, 1.0)))) + 1)
    upper = [quad[0] + (quad[1] - quad[0]) * cut for cut in cuts]
    lower = [quad[3] + (quad[2] - quad[3]) * cut for cut in cuts]
    pieces = zip(upper[:-1], upper[1:], lower[1:], lower[:-1], strict=True)
    return [np.asarray(piece, dtype=np.float32) for piece in pieces]


def _fitting(boxes: Iterable[Sequence[int]], shape: Sequence[int], frame: int | None) -> list[Area]:
    areas: list[Area] = []
    for x, y, width, height in boxes:
        left, top = max(0, int(x)), max(0, int(y))
        right, bottom = min(int(x + width), shape[1]), min(int(y + height), shape[0])
        if left < right and top < bottom:
            areas.append(Area(x=left, y=top, width=right - left, height=bottom - top, frame=frame))
    return areas


def _distinct(areas: Iterable[Area]) -> tuple[Area, ...]:
    """Return the areas without those that lie within another."""
    listed = sorted(dict.fromkeys(areas), key=lambda area: -area.width * area.height)
    kept: list[Area] = []
    for area in listed:
        if not any(_holds(larger, area) for larger in kept):
            kept.append(area)
    return tuple(sorted(kept, key=lambda area: (-1 if area.frame is None else area.frame, area.y, area.x)))


def _holds(larger: Area, area: Area) -> bool:
    """Whether an area adds nothing: boxes of the same text differ by a pixel or two from frame to frame."""
    return (
        larger.frame in (None, area.frame)
        and larger.x <= area.x + _NEARLY
        and larger.y <= area.y + _NEARLY
        and larger.x + larger.width >= area.x + area.width - _NEARLY
        and larger.y + larger.height >= area.y + area.height - _NEARLY
    )


def _first_of_each(texts: Iterable[FoundText]) -> list[FoundText]:
    found: list[FoundText] = []
    for text in texts:
        if not any(_share_within(text, other) > _SAME_PLACE for other in found):
            found.append(text)
    return found


def _is_same(text: FoundText, marker: FoundText) -> bool:
    """Return whether a text is no more than the marker at its place."""
    is_small = _size(text) <= _MUCH_LARGER * _size(marker)
    return is_small and _share_within(text, marker) > _SAME_PLACE


def _size(text: FoundText) -> float:
    return float(max(1, text.box[2] * text.box[3]))


def _share_within(text: FoundText, other: FoundText) -> float:
    """Return how much of a text's box lies within another's."""
    return _share_of_box(text.box, other.box)


def _share_of_box(box: Box, other: Box) -> float:
    x, y, width, height = box
    left, top, columns, rows = other
    across = min(x + width, left + columns) - max(x, left)
    down = min(y + height, top + rows) - max(y, top)
    return max(0, across) * max(0, down) / max(1, width * height)


def _box(area: Area) -> Box:
    return area.x, area.y, area.width, area.height
