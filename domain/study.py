"""De-identified images, as the archive and the viewer know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from domain.ids import ImageId, MemberId, ObjectId, QuestionId, UploadId


class UploadState(StrEnum):
    """RECEIVING → COMPLETE → CLEANED or REFUSED; SHREDDED once its key is gone."""

    RECEIVING = "receiving"
    COMPLETE = "complete"
    CLEANED = "cleaned"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSegment:
    """A sealed stretch of one upload: up to 8 MiB, a key of its own, never resumed into."""

    upload_id: UploadId
    position: int
    size_bytes: int
    wrapped_key: bytes
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file on its way in; its name never leaves the sender's device."""

    id: UploadId
    member_id: MemberId
    declared_bytes: int
    received_bytes: int = 0
    state: UploadState = UploadState.RECEIVING
    question_id: QuestionId | None = None
    refusals: tuple[str, ...] = ()
    """Wording keys of the reasons why it, or files in it, were refused; each once."""
    created_at: datetime
    shredded: bool = False

    @property
    def is_complete(self) -> bool:
        return self.state is not UploadState.RECEIVING

    @property
    def is_pending(self) -> bool:
        """On its way, or not yet looked at: nothing is known of what is in it."""
        return self.state in (UploadState.RECEIVING, UploadState.COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle of pixels of one image; `frame` counts from 0, None means every frame."""

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 1:
            raise ValueError("an area lies within the image and has at least one pixel")

    def is_within(self, facts: ImageFacts) -> bool:
        """Return whether an image has all of these pixels, and the frame."""
        fits = self.x + self.width <= facts.columns and self.y + self.height <= facts.rows
        return fits and (self.frame is None or 0 <= self.frame < facts.frames)

    def covers(self, frame: int) -> bool:
        return self.frame is None or self.frame == frame

    def meets(self, other: Area) -> bool:
        """Return whether two areas share a pixel of a frame."""
        if None not in (self.frame, other.frame) and self.frame != other.frame:
            return False
        across = min(self.x + self.width, other.x + other.width) > max(self.x, other.x)
        return across and min(self.y + self.height, other.y + other.height) > max(self.y, other.y)

    def seen_in(self, cut: Area) -> Area | None:
        """Return the part that a crop leaves, in the crop's own pixels; None where it leaves nothing."""
        left, top = max(self.x, cut.x), max(self.y, cut.y)
        right = min(self.x + self.width, cut.x + cut.width)
        bottom = min(self.y + self.height, cut.y + cut.height)
        if right <= left or bottom <= top:
            return None
        return replace(self, x=left - cut.x, y=top - cut.y, width=right - left, height=bottom - top)


class Preset(StrEnum):
    """A part of every image of a series that is blanked by its name; a text-only reader says its place from 1."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"
    TOP = "top"
    BOTTOM = "bottom"


CORNER_PER_CENT = 25
"""Of rows and of columns: a corner of the image."""
STRIP_PER_CENT = 12
"""Of rows: a strip along the whole edge."""


class Concern(StrEnum):
    """What a person has to know of an image; the first three need the asker's word (safety rule 8)."""

    MASK_OVER_LUNG = "mask_over_lung"
    MARKER_LOST = "marker_lost"
    LETTERS_TOO_SMALL = "letters_too_small"
    """So small that the search makes no claim: the asker's own look decides."""
    SCREEN_PHOTO = "screen_photo"
    LOW_RESOLUTION = "low_resolution"
    COMPRESSED = "compressed"
    CLIPPED = "clipped"
    BLURRED = "blurred"


CONCERN_ORDER = tuple(Concern)
TO_CONFIRM = frozenset({Concern.MASK_OVER_LUNG, Concern.MARKER_LOST, Concern.LETTERS_TOO_SMALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What the viewer needs to know of one de-identified instance.

    Uids are pseudonymous. `position_mm` is the slice's place along the stack's
    normal; `orientation` are the letters at the left, right, top and bottom edges
    (for example "R", "L", "A", "P"), empty where they cannot be known.
    `spacing_mm` is row and column spacing; `window` is centre and width in
    rescaled units, None for 8-bit sources, which cannot be windowed.
    `detail` holds further facts by name: thickness_mm, kernel, contrast,
    pixel_unit ("HU"), spacing_kind ("patient" or "detector"; "captured" where the pixels are no detector's own).
    `masks` were blanked; `kept_text` are allow-listed markers that stay; `concerns`
    is what a person has to know; `crop` is what a photo of a screen could be cut to.
    """

    study_uid: str
    series_uid: str
    instance_uid: str
    modality: str
    media_type: str
    frames: int
    rows: int
    columns: int
    instance_number: int = 0
    position_mm: float | None = None
    orientation: tuple[str, str, str, str] | None = None
    spacing_mm: tuple[float, float] | None = None
    window: tuple[float, float] | None = None
    detail: Mapping[str, str | float] = field(default_factory=dict)
    masks: tuple[Area, ...] = ()
    kept_text: tuple[Area, ...] = ()
    concerns: tuple[Concern, ...] = ()
    crop: Area | None = None
    changing: tuple[str, ...] = ()
    """Causes of changes that were asked for and are not done: until then nobody can confirm the image."""
    study_day: int | None = None
    """The study's day, shifted like every date: only the distance between two of one question means anything."""

    def __post_init__(self) -> None:
        if self.frames < 1 or self.rows < 1 or self.columns < 1:
            raise ValueError("an image has at least one pixel")

    def masks_of(self, frame: int) -> tuple[Area, ...]:
        """Return what is blanked in a frame."""
        return tuple(mask for mask in self.masks if mask.covers(frame))

    def area_of(self, preset: Preset) -> Area:
        """Return the pixels of a named part, in every frame; at least one."""
        is_corner = preset not in (Preset.TOP, Preset.BOTTOM)
        height = max(1, self.rows * (CORNER_PER_CENT if is_corner else STRIP_PER_CENT) // 100)
        width = max(1, self.columns * CORNER_PER_CENT // 100) if is_corner else self.columns
        is_right = preset in (Preset.TOP_RIGHT, Preset.BOTTOM_RIGHT)
        is_bottom = preset in (Preset.BOTTOM_LEFT, Preset.BOTTOM_RIGHT, Preset.BOTTOM)
        left, top = self.columns - width if is_right else 0, self.rows - height if is_bottom else 0
        return Area(x=left, y=top, width=width, height=height)

    def masked(self, areas: tuple[Area, ...], *, media_type: str, covers_lung: bool = False) -> ImageFacts:
        """Return the facts once further areas were blanked; a marker under one of them is lost."""
        kept = tuple(text for text in self.kept_text if not any(area.meets(text) for area in areas))
        lost = (Concern.MARKER_LOST,) if len(kept) < len(self.kept_text) else ()
        lung = (Concern.MASK_OVER_LUNG,) if covers_lung else ()
        return replace(
            self,
            masks=tuple(dict.fromkeys((*self.masks, *areas))),
            kept_text=kept,
            concerns=tuple(dict.fromkeys((*self.concerns, *lung, *lost))),
            media_type=media_type,
        )

    def cropped(self, *, media_type: str) -> ImageFacts:
        """Return the facts once the image was cut to its crop."""
        if self.crop is None:
            raise ValueError("nothing to cut this image to")
        cut = self.crop
        return replace(
            self,
            rows=cut.height,
            columns=cut.width,
            masks=_seen_in(cut, self.masks),
            kept_text=_seen_in(cut, self.kept_text),
            media_type=media_type,
            crop=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One de-identified instance in the archive; exists only if the door passed it.

    The panel sees it from `confirmed_at` on: the asker has then looked at the
    full-size preview and found no name on it.
    """

    id: ImageId
    question_id: QuestionId
    upload_id: UploadId
    object_id: ObjectId
    facts: ImageFacts
    added_at: datetime
    report: Mapping[str, int] = field(default_factory=dict)
    """De-identification rules applied, with counts; never a value."""
    confirmed_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def is_visible(self) -> bool:
        return self.confirmed_at is not None and self.removed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Images of one series in reading order (position, then instance number)."""

    uid: str
    images: tuple[Image, ...]

    @property
    def is_confirmed(self) -> bool:
        return all(image.confirmed_at is not None for image in self.images)

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """What a person has to know of any of its images, each once."""
        found = {concern for image in self.images for concern in image.facts.concerns}
        return tuple(concern for concern in CONCERN_ORDER if concern in found)

    @property
    def slices(self) -> int:
        """How many frames a reader scrolls through."""
        return sum(image.facts.frames for image in self.images)


def days_before_newest(images: Sequence[Image]) -> Mapping[str, int]:
    """Return by study how many days before the newest one it was made; the newest, and what has no day, is left out."""
    days: dict[str, int] = {}
    for image in images:
        day = image.facts.study_day
        if day is not None:
            days[image.facts.study_uid] = min(day, days.get(image.facts.study_uid, day))
    newest = max(days.values(), default=0)
    return {uid: newest - day for uid, day in days.items() if day < newest}


def subject_of(question_id: QuestionId) -> str:
    """Return whom the linkage knows behind a question's images: for a consultation, the question itself."""
    return f"question:{question_id}"


def group_into_series(images: tuple[Image, ...]) -> tuple[Series, ...]:
    """Return the images that are not removed, by series in order of arrival, each sorted to read."""
    by_uid: dict[str, list[Image]] = {}
    for image in images:
        if image.removed_at is None:
            by_uid.setdefault(image.facts.series_uid, []).append(image)
    return tuple(Series(uid=uid, images=tuple(sorted(group, key=_reading_order))) for uid, group in by_uid.items())


def _reading_order(image: Image) -> tuple[float, int, str]:
    """Head first in a CT: the standard's z axis grows towards the head, so it is turned round."""
    position = image.facts.position_mm
    return (0.0 if position is None else -position, image.facts.instance_number, image.id)


def concerns_of(images: tuple[Image, ...]) -> tuple[Concern, ...]:
    """Return what has to be known of those images that the panel sees, each once."""
    found = {concern for image in images if image.is_visible for concern in image.facts.concerns}
    return tuple(concern for concern in CONCERN_ORDER if concern in found)


def _seen_in(cut: Area, areas: tuple[Area, ...]) -> tuple[Area, ...]:
    return tuple(seen for area in areas if (seen := area.seen_in(cut)) is not None)
