"""The search for burned-in text over the instances of one series, in two passes.

Radiographs, photos of the secondary capture kind and single ultrasound pictures are read whole as they come.
Stacks (CT, MR and the like) and moving pictures are summed up instead – the brightest, the darkest and the mean
value of each pixel, and how many thin strokes each cell of each frame holds – and these sums are read once, for
all frames. Frames with strokes as dense as letters somewhere, and denser than the others there, outside what is masked
already, are named for a whole look in the second pass. No frame is kept between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from deidentify.burned_in.finder import Findings, find_text, still_shows
from deidentify.burned_in.strokes import CELL, only_strokes, outstanding, stroke_cells, stroke_mask
from deidentify.burned_in.views import View, to_view
from deidentify.pixels.decoding import decode_frame
from deidentify.pixels.findings import (
    ImageFindings,
    image_findings,
    only_certain,
    rectangle,
    sparing,
    union,
    with_more,
)
from deidentify.pixels.frame_views import colour_view, frame_views, grey_values, is_colour
from domain.study import Area

Values = NDArray[Any]
Look = Callable[[Sequence[View]], list[Findings]]
_STACKED = frozenset(("CT", "MR", "PT", "NM"))
_LEAST_STACK = 4
"""Fewer frames than this are read one by one."""
_MOST_STACKS = 8
"""Sizes of slices that are summed up at once in a series; slices of further sizes are read whole."""
_DARK_STROKES = 30
_MASK = 128


@dataclass(frozen=True, slots=True)
class TextFinder:
    """The look at one picture, and the second look at it after masking."""

    find: Callable[..., Findings] = find_text
    shows: Callable[[View, Findings], bool] = still_shows


class SeriesSearch:
    """Finds burned-in text in the instances of one series; instances may differ in size."""

    def __init__(self, named: frozenset[str] = frozenset(), *, finder: TextFinder | None = None) -> None:
        """Begin a search.

        Args:
            named: values of the case's header: a marker that is one of them is masked too.
        """
        self._named = named
        self._finder = finder or TextFinder()
        self._found: dict[str, ImageFindings] = {}
        self._stacks: dict[tuple[int, int], _Stack] = {}
        self._suspects: dict[str, tuple[int, ...]] = {}

    def add(self, key: str, dataset: Dataset) -> None:
        """Take one instance with pixel data into the search.

        Raises:
            DeidentificationError("pixels_undecodable"): a frame cannot be read.
        """
        frames = int(dataset.get("NumberOfFrames") or 1)
        place = (int(dataset.Rows), int(dataset.Columns))
        if frames > 1:
            self._finish_stack(_summed(key, dataset, frames))
        elif _is_slice(dataset) and (place in self._stacks or len(self._stacks) < _MOST_STACKS):
            values = _stack_values(dataset, 0)
            self._stacks.setdefault(place, _Stack(values)).take(key, 0, values)
        else:
            self._found[key] = self._look(dataset, 0)

    def finish(self) -> Mapping[str, ImageFindings]:
        """Return the findings by key; of stacks they hold for every frame, with frames to be read again named."""
        for stack in self._stacks.values():
            self._finish_stack(stack)
        return dict(self._found)

    def reread(self, key: str, dataset: Dataset) -> ImageFindings:
        """Return the findings of an instance that needs reading, after the whole look at its suspect frames."""
        found = replace(self._found[key], needs_reading=False)
        everywhere = [area for area in found.kept_text if area.frame is None]
        for frame in self._suspects.get(key, ()):
            found = found.merged(self._look(dataset, frame, is_suspect=True, kept=everywhere))
        self._found[key] = found
        return found

    def still_shows(self, key: str, dataset: Dataset) -> bool:
        """Return whether text still shows in an instance after masking, so that it is to be quarantined.

        The masked view was looked at once more when it was searched; here the file's own pixels are checked.
        """
        found = self._found[key]
        return found.still_shows or not _is_masked(dataset, found.masks)

    def _look(
        self, dataset: Dataset, frame: int, *, is_suspect: bool = False, kept: Sequence[Area] = ()
    ) -> ImageFindings:
        views = frame_views(dataset, frame)
        if is_suspect and views[0].ndim == 2:
            views = (*views, only_strokes(views[0]))
        is_moving = int(dataset.get("NumberOfFrames") or 1) > 1

        def look(shown: Sequence[View]) -> list[Findings]:
            return [sparing(found, kept) for found in self._in_lights(shown)]

        return self._settled(views, look, frame if is_moving else None)

    def _settled(self, views: Sequence[View], look: Look, frame: int | None) -> ImageFindings:
        """Find text, mask it in the views, look again; mask what is found then, and say whether text still shows."""
        found = union(look(views))
        masked = self._masked(views, found)
        if self._shows(masked, found):
            found = with_more(found, look(masked))
            if self._shows(self._masked(views, found), found):
                return replace(image_findings(found, views[0].shape, frame), still_shows=True)
        return image_findings(found, views[0].shape, frame)

    def _masked(self, views: Sequence[View], found: Findings) -> list[View]:
        masks = image_findings(found, views[0].shape, None).masks
        return [_with_masks(view, masks) for view in views]

    def _shows(self, masked: Sequence[View], found: Findings) -> bool:
        return bool(found.blank) and any(self._finder.shows(view, found) for view in masked)

    def _in_lights(self, views: Sequence[View]) -> list[Findings]:
        """Look at the first view for all text, at others for what the first may have hidden."""
        first, *others = self._in_sums(views)
        return [first, *map(only_certain, others)]

    def _in_sums(self, views: Sequence[View]) -> list[Findings]:
        return [self._finder.find(view, named=self._named) for view in views]

    def _finish_stack(self, stack: _Stack) -> None:
        if len(stack.members) < _LEAST_STACK:
            for key, frame in stack.members:
                self._suspects[key] = (*self._suspects.get(key, ()), frame)
                self._found[key] = ImageFindings(needs_reading=True)
            return
        found = self._settled(stack.views(), self._in_sums, None)
        suspects = stack.suspects((*found.masks, *found.kept_text))
        for key, _ in stack.members:
            self._suspects[key] = suspects.get(key, ())
            self._found[key] = replace(found, needs_reading=bool(self._suspects[key]))


def _is_slice(dataset: Dataset) -> bool:
    return str(dataset.get("Modality")) in _STACKED and not is_colour(dataset) and int(dataset.BitsAllocated) > 1


def _summed(key: str, dataset: Dataset, frames: int) -> _Stack:
    """Return the frames of a moving picture, summed up; it is a stack of its own, whole from the start."""
    stack = _Stack(_stack_values(dataset, 0))
    for frame in range(frames):
        stack.take(key, frame, _stack_values(dataset, frame))
    return stack


def _stack_values(dataset: Dataset, frame: int) -> Values:
    """Return values that can be compared between frames: rescaled ones, or colours in 8 bits."""
    stored = decode_frame(dataset, frame)
    if is_colour(dataset):
        return colour_view(stored, dataset)
    values = grey_values(stored, dataset, frame)
    return values if str(dataset.get("Modality")) == "CT" else to_view(values)


def _with_masks(view: View, masks: Sequence[Area]) -> View:
    after = view.copy()
    for area in masks:
        after[rectangle(area)] = _MASK
    return after


def _is_masked(dataset: Dataset, masks: Sequence[Area]) -> bool:
    """Return whether each mask is flat in the first, middle and last frame that it covers."""
    frames = int(dataset.get("NumberOfFrames") or 1)
    for frame in {0, frames // 2, frames - 1} | {mask.frame for mask in masks if mask.frame is not None}:
        inside = [mask for mask in masks if mask.frame in (None, frame)]
        pixels = decode_frame(dataset, frame) if inside else None
        if pixels is not None and not all(_is_flat(pixels[rectangle(mask)]) for mask in inside):
            return False
    return True


def _is_flat(pixels: Values) -> bool:
    return bool((pixels == pixels[:1, :1]).all())


class _Stack:
    """Frames of one size, summed up."""

    def __init__(self, first: Values) -> None:
        self.members: list[tuple[str, int]] = []
        self.strokes: list[NDArray[np.uint8]] = []
        self.brightest, self.darkest = first.copy(), first.copy()
        self.total = np.zeros(first.shape, dtype=np.float32)

    def take(self, key: str, frame: int, values: Values) -> None:
        """Add a frame of the size and kind of the first."""
        self.members.append((key, frame))
        self.strokes.append(stroke_cells(_one_sample(values)))
        np.maximum(self.brightest, values, out=self.brightest)
        np.minimum(self.darkest, values, out=self.darkest)
        self.total += values

    def views(self) -> tuple[View, ...]:
        """Return the sums as pictures; the darkest values only where they show strokes of dark text."""
        mean = self.total / len(self.members)
        shown = [to_view(self.brightest), to_view(mean)]
        dark = to_view(-self.darkest.astype(np.float32))
        if int(stroke_mask(_one_sample(dark)).sum()) > _DARK_STROKES:
            shown.append(255 - dark)
        return tuple(shown)

    def suspects(self, covered: Sequence[Area]) -> dict[str, tuple[int, ...]]:
        """Return the frames with strokes like letters that are not usual there, by key."""
        cells = np.stack(self.strokes)
        found: dict[str, tuple[int, ...]] = {}
        for place in sorted(outstanding(cells, _covered_cells(covered, cells.shape[2:]))):
            key, frame = self.members[place]
            found[key] = (*found.get(key, ()), frame)
        return found


def _one_sample(values: Values) -> Values:
    return values if values.ndim == 2 else values.max(axis=2)


def _covered_cells(areas: Sequence[Area], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    covered = np.zeros(shape, dtype=np.bool_)
    for area in areas:
        rows = slice(area.y // CELL, (area.y + area.height - 1) // CELL + 1)
        covered[rows, area.x // CELL : (area.x + area.width - 1) // CELL + 1] = True
    return covered
