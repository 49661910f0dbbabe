"""The search for burned-in text: what has to be masked, which markers stay, and whether a mask left anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from deidentify.burned_in.detection import Line, extent
from deidentify.burned_in.markers import holds_side, is_marker, is_named, is_side
from deidentify.burned_in.reading import Reading, cut, read
from deidentify.burned_in.search import search, search_again
from deidentify.burned_in.strokes import stroke_strength
from deidentify.burned_in.views import View, as_grey, as_rgb

Box = tuple[int, int, int, int]
_PAD = 2
_SURE, _READ = 0.8, 0.55
_LETTER_SHARE = 0.6
_COVERED = 0.6
_LEGIBLE, _SMALLEST = 5, 16
"""A picture narrower than the first holds no letter that a person could read; one narrower than the second is
enlarged and padded before the look."""
_PART, _PART_OVERLAP, _ENLARGED, _ROOM = 600, 240, 2, 320
_WHOLE, _SHORT = 0.8, 4 * _SMALLEST
_THINNEST, _THIN, _THICK, _THICKER = 0.015, 0.04, 0.055, 0.10
_WORD_LONG, _LONG, _LONGER = 1.35, 1.4, 3.0
_WORD = 2
_STROKES, _FAINT_STROKES, _COMPACT_STROKES = 38, 20, 50
_SURELY, _CLEAR, _FAIR, _LIKELY = 0.92, 0.82, 0.75, 0.6
_MARGIN = 0.25
_MOST_GIVEN = 0.35
_EMPTY = 0.05
_SAME_LINE, _LONGER_BOX = 0.6, 1.2
_ALIKE, _NEXT_BLOB, _SHARED = 2.0, 1.5, 0.3
_EDGE, _MIDDLE = 0.08, (0.3, 0.7)


class FoundText(NamedTuple):
    """A line of text in a picture; `words` never leave the process."""

    quad: tuple[tuple[float, float], ...]
    words: str
    certainty: float
    letter_height: float

    @property
    def box(self) -> Box:
        """The rectangle around it (x, y, width, height), a little larger, in whole pixels."""
        corners = np.array(self.quad, np.float32)
        left, top = (int(edge) for edge in np.floor(corners.min(axis=0)) - _PAD)
        right, bottom = (int(edge) for edge in np.ceil(corners.max(axis=0)) + _PAD)
        return left, top, right - left, bottom - top


class Findings(NamedTuple):
    """What to mask, what stays, and which of the masked are likely side markers."""

    blank: tuple[FoundText, ...]
    kept: tuple[FoundText, ...]
    lost_markers: tuple[FoundText, ...]


def find_text(view: View, *, named: frozenset[str] = frozenset(), is_photo: bool = False) -> Findings:
    """Return the text of a picture.

    Args:
        view: 8 bits, rows × columns or rows × columns × 3 (RGB), as a person sees it.
        named: values that identify the case; a marker that holds one is masked.
        is_photo: taken with a camera, so that letters are blurred and the screen's grid shows.
    Raises:
        DeidentificationError("text_search_missing"): there are no networks to look with.
    """
    return _searched(as_rgb(view), lambda rgb: search(rgb, is_photo=is_photo), named)


def still_shows(view_after: View, findings: Findings) -> bool:
    """Whether text can still be read on the masked view, so that the picture has to be held back.

    The second look is at another size than the first, so that it does not repeat its oversights.
    """
    if not findings.blank:
        return False
    rgb, known = as_rgb(view_after), [text.box for text in (*findings.blank, *findings.kept)]
    again = _searched(rgb, search_again, frozenset())
    return any(
        _is_certain_word(Reading(text.words, text.certainty)) and not _covered(text.box, known) for text in again.blank
    )


def _searched(rgb: View, look: Callable[[View], list[Line]], named: frozenset[str]) -> Findings:
    """Look at a picture; at one too narrow for the networks in parts, enlarged and with room around them.

    One narrower than any legible letter is not looked at.
    """
    if min(rgb.shape[:2]) < _LEGIBLE:
        return Findings((), (), ())
    if min(rgb.shape[:2]) >= _SMALLEST:
        return _judged(rgb, look(rgb), named)
    parts = [_searched_part(rgb, place, look=look, named=named) for place in _parts(rgb.shape)]
    blank, kept, lost = ([text for part in parts for text in part[kind]] for kind in range(3))
    return Findings(tuple(blank), tuple(kept), tuple(lost))


def _parts(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the corners (x, y) of the parts of a narrow picture; they overlap by more than a name."""
    starts = range(0, max(1, max(shape[:2]) - _PART_OVERLAP), _PART - _PART_OVERLAP)
    return [(start, 0) if shape[1] >= shape[0] else (0, start) for start in starts]


def _searched_part(
    rgb: View, place: tuple[int, int], *, look: Callable[[View], list[Line]], named: frozenset[str]
) -> Findings:
    x, y = place
    part = rgb[y : y + _PART, x : x + _PART]
    large = cv2.resize(part, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    room = tuple(max(_ENLARGED * _SMALLEST, (_ROOM - edge) // 2) for edge in large.shape[:2])
    ground = [float(value) for value in np.median(part, axis=(0, 1))]
    shown = cv2.copyMakeBorder(large, room[0], room[0], room[1], room[1], cv2.BORDER_CONSTANT, value=ground)
    view = np.asarray(shown, np.uint8)
    offset = (x - room[1] / _ENLARGED, y - room[0] / _ENLARGED)
    found = _judged(view, look(view), named)
    return Findings(
        *(tuple(one for text in texts if not _is_whole(one := _placed(text, offset), place, part)) for texts in found)
    )


def _is_whole(text: FoundText, place: tuple[int, int], part: View) -> bool:
    """Whether a short part is itself taken for one sign, so that masking it would blank the picture."""
    height, width = part.shape[:2]
    shared = _overlap(text.box, (*place, width, height))
    is_word = _is_certain_word(Reading(text.words, text.certainty))
    return shared > _WHOLE * width * height and max(width, height) < _SHORT and not is_word


def _placed(text: FoundText, offset: tuple[float, float]) -> FoundText:
    """Return a text of an enlarged part in the pixels of the whole picture."""
    quad = tuple((x / _ENLARGED + offset[0], y / _ENLARGED + offset[1]) for x, y in text.quad)
    return text._replace(quad=quad, letter_height=text.letter_height / _ENLARGED)


def _judged(rgb: View, lines: Sequence[Line], named: frozenset[str]) -> Findings:
    found = [_found(line, reading) for line, reading in zip(lines, _readings(rgb, lines), strict=True)]
    kept = [text for text in found if _may_stay(text, rgb.shape[:2], named)]
    kept += [text for text in found if text not in kept and _is_part(text, found, named)]
    grey = as_grey(rgb)
    written = [
        text
        for line, text in zip(lines, found, strict=True)
        if text not in kept
        and (_is_text(line, text, grey) or _is_beside_words(line, text, found, edge=min(grey.shape)))
        and not _is_lone_sign(line, text, found)
    ]
    kept = [text for text in kept if not any(_is_fragment(text, whole) for whole in written)]
    kept_boxes = [text.box for text in kept]
    blank = [_without(text, kept_boxes, grey) for text in written if not _covered(text.box, kept_boxes)]
    return Findings(tuple(blank), tuple(kept), tuple(text for text in blank if holds_side(text.words)))


def _covered(box: Box, others: Iterable[Box]) -> bool:
    return any(_overlap(box, other) > _COVERED * box[2] * box[3] for other in others)


def _overlap(first: Box, second: Box) -> int:
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return max(0, width) * max(0, height)


def _readings(rgb: View, lines: Sequence[Line]) -> list[Reading]:
    """Return the best reading of each line: as it stands, on its side; mirrored, if that shows a side marker."""
    ways = [(place, crop, False) for place, line in enumerate(lines) for crop in _ways(rgb, line)]
    ways += [(place, crop[:, ::-1], True) for place, crop, _ in ways if max(crop.shape[:2]) < 2 * min(crop.shape[:2])]
    best = [Reading("", 0.0)] * len(lines)
    readings = read([np.ascontiguousarray(crop) for _, crop, _ in ways])
    for (place, _, mirrored), reading in zip(ways, readings, strict=True):
        if not mirrored or (is_side(reading.words) and not _is_certain_word(best[place])):
            best[place] = max(best[place], reading, key=_rank)
    return best


def _is_certain_word(reading: Reading) -> bool:
    return reading.certainty >= _SURE and _signs(reading.words) >= _WORD


def _signs(words: str) -> int:
    return sum(sign.isalnum() for sign in words)


def _rank(reading: Reading) -> tuple[bool, float]:
    return reading.certainty >= _SURE and is_marker(reading.words, at_edge=True), reading.certainty


def _ways(rgb: View, line: Line) -> list[View]:
    """Return how a line may have to be held to be read: high ones also on either side."""
    crop = cut(rgb, line.quad)
    if crop is None:
        return []
    rows, columns = crop.shape[:2]
    ways = [crop] if rows < 2.5 * columns else []
    if rows > 1.3 * columns:
        ways += [np.ascontiguousarray(np.rot90(crop, turns)) for turns in (1, 3)]
    return ways


def _found(line: Line, reading: Reading) -> FoundText:
    corners = tuple((float(x), float(y)) for x, y in line.quad)
    return FoundText(corners, reading.words, reading.certainty, extent(line.quad)[0] * _LETTER_SHARE)


def _may_stay(text: FoundText, shape: tuple[int, ...], named: frozenset[str]) -> bool:
    return (
        text.certainty >= _SURE
        and is_marker(text.words, at_edge=_at_edge(text.box, shape))
        and not is_named(text.words, named)
    )


def _is_part(text: FoundText, found: Sequence[FoundText], named: frozenset[str]) -> bool:
    """Whether it is one half of a marker found as two lines side by side ("1 2.3" and "cm", "Se:" and "4")."""
    return text.certainty >= _SURE and any(
        is_marker(words) and not is_named(words, named)
        for other in found
        if other.certainty >= _SURE
        for before, after in ((text, other), (other, text))
        if _stands_behind(after.box, before.box) and (words := f"{before.words} {after.words}")
    )


def _stands_behind(box: Box, before: Box) -> bool:
    """Whether a box is the next one on the same line."""
    x, y, width, height = before
    gap, same_line = box[0] - (x + width), min(y + height, box[1] + box[3]) - max(y, box[1])
    return -height < gap < height and same_line > _COVERED * max(height, box[3])


def _is_fragment(text: FoundText, whole: FoundText) -> bool:
    """Whether a marker is only a part of a line that was surely read: "r L" in "Liver L", "94%" in "DVA: 94%"."""
    is_longer = whole.certainty >= _SURE and _signs(whole.words) > _signs(text.words)
    is_larger = whole.box[2] * whole.box[3] > _LONGER_BOX * text.box[2] * text.box[3]
    is_same_line = text.letter_height >= _SAME_LINE * whole.letter_height or whole.certainty > text.certainty
    return is_longer and is_larger and is_same_line and _covered(text.box, [whole.box])


def _is_lone_sign(line: Line, text: FoundText, found: Sequence[FoundText]) -> bool:
    """Whether something as wide as high is neither read nor one of several: a caliper, an arrow, a speck of flow."""
    thickness, length = extent(line.quad)
    is_read = text.certainty >= _READ and _signs(text.words) >= _WORD
    is_sign = text.certainty >= _SURE and text.words.strip().isalnum()
    return length < _WORD_LONG * thickness and not (is_read or is_sign or any(_is_next(text, other) for other in found))


def _is_next(text: FoundText, other: FoundText) -> bool:
    """Whether another line of about the same height stands beside, above or below, as the next letter would."""
    x, y, width, height = text.box
    left, top, columns, rows = other.box
    across = min(x + width, left + columns) - max(x, left)
    down = min(y + height, top + rows) - max(y, top)
    reach = text.letter_height / _LETTER_SHARE
    is_alike = 1 / _ALIKE <= other.letter_height / text.letter_height <= _ALIKE
    is_same = _overlap(text.box, other.box) > _SHARED * min(width * height, columns * rows)
    is_beside = down >= _SAME_LINE * min(height, rows) and -across < _NEXT_BLOB * reach
    is_below = across >= _SAME_LINE * min(width, columns) and -down < reach
    return is_alike and not is_same and (is_beside or is_below)


def _emptiest(grey: View, rows: tuple[int, int], columns: tuple[int, int], *, last: bool) -> int:
    """Return the first, or last, row with the fewest edges of letters between two lines."""
    start = max(0, rows[0])
    part = grey[start : rows[1], max(0, columns[0]) : columns[1]].astype(np.float32)
    if part.shape[0] < 1 or part.shape[1] < 2:
        return rows[1] if last else rows[0]
    ink = np.abs(np.diff(part, axis=1)).sum(axis=1)
    empty = np.flatnonzero(ink <= ink.min() + _EMPTY * np.ptp(ink))
    return start + int(empty[-1] + 1 if last else empty[0])


def _without(text: FoundText, kept: Sequence[Box], grey: View) -> FoundText:
    """Return a line to be masked without the margin that reaches into the markers above, below or beside it."""
    x, y, width, height = text.box
    left, top, right, bottom = x, y, x + width, y + height
    give, most = int(min(width, height) * _MARGIN), int(height * _MOST_GIVEN)
    for kx, ky, kept_width, kept_height in (box for box in kept if _overlap(text.box, box)):
        if min(right, kx + kept_width) - max(left, kx) > min(bottom, ky + kept_height) - max(top, ky):
            columns = max(x, kx), min(x + width, kx + kept_width)
            middle, kept_middle = y + height // 2, ky + kept_height // 2
            if kept_middle < middle:
                top = max(top, min(_emptiest(grey, (kept_middle, middle), columns, last=False), y + most))
            else:
                bottom = min(bottom, max(_emptiest(grey, (middle, kept_middle), columns, last=True), y + height - most))
        else:
            left = min(max(left, kx + kept_width), x + give) if kx < x else left
            right = max(min(right, kx), x + width - give) if kx > x else right
    if (left, top, right, bottom) == (x, y, x + width, y + height):
        return text
    inner = (left + _PAD, top + _PAD, right - _PAD, bottom - _PAD)
    return text._replace(quad=tuple((float(inner[i]), float(inner[j])) for i, j in ((0, 1), (2, 1), (2, 3), (0, 3))))


def _at_edge(box: Box, shape: tuple[int, ...]) -> bool:
    """Whether the middle of the box is near an edge of the picture and near that edge's middle."""
    x, y = (box[0] + box[2] / 2) / shape[1], (box[1] + box[3] / 2) / shape[0]
    low, high = _MIDDLE
    return (min(x, 1 - x) < _EDGE and low < y < high) or (min(y, 1 - y) < _EDGE and low < x < high)


def _is_text(line: Line, text: FoundText, grey: View) -> bool:
    """Whether there is enough to mask it: diagnostic pixels are not given up on weak evidence."""
    share = extent(line.quad)[0] / min(grey.shape)
    is_read = text.certainty >= _READ and _signs(text.words) >= _WORD
    if is_read or share > _THICKER:
        return is_read and (share <= _THICKER or text.certainty >= _SURE)
    return _looks_like_text(line, share, strokes=stroke_strength(grey, text.box))


def _looks_like_text(line: Line, share: float, *, strokes: float) -> bool:
    """Whether something unread is written: by how sure the detector is, its shape, and the thin strokes in it."""
    thickness, length = extent(line.quad)
    surely = _CLEAR if line.is_extreme or share <= _THINNEST else _SURELY
    if line.score >= surely and share <= _THIN and length >= _WORD_LONG * thickness:
        return True
    if share > _THICK and line.score < _FAIR:
        return False
    if length < _LONG * thickness:
        return share <= _THICK and line.score >= _LIKELY and strokes >= _COMPACT_STROKES
    if length < _LONGER * thickness:
        return strokes >= _COMPACT_STROKES
    return strokes >= _STROKES or (line.score >= _LIKELY and strokes >= _FAINT_STROKES)


def _is_beside_words(line: Line, text: FoundText, found: Sequence[FoundText], *, edge: int) -> bool:
    """Whether something unread, but clear and as long as a word, stands next to a line that was surely read."""
    thickness, length = extent(line.quad)
    is_clear = line.score >= _CLEAR and length >= _WORD_LONG * thickness and thickness <= _THIN * edge
    return is_clear and any(
        _is_certain_word(Reading(one.words, one.certainty)) and _is_next(text, one) for one in found
    )
