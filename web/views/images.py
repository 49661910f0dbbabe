"""Series as the viewer scrolls through them, who may see an image, and who has seen one."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from domain.access import may_see, sees_full_card
from domain.ids import MemberId, QuestionId, derive_id
from domain.member import Member
from domain.ports.services import Wording
from domain.ports.store import Store, Transaction
from domain.question import Entry, EntryKind, Question
from domain.study import TO_CONFIRM, Area, Image, Series, group_into_series
from domain.web import JsonValue

_KEPT_VIEWS = 10_000


def may_see_image(member: Member, question: Question, image: Image) -> bool:
    """Return whether a member may see an image: the asker before confirming it, others only then.

    Readers of a release see what it released: an image confirmed later passed no editor.
    """
    if image.removed_at is not None or question.wrong_patient_at is not None or not may_see(member, question):
        return False
    if question.asker_id == member.id:
        return True
    return image.is_visible and (sees_full_card(member, question) or _was_released(image, question))


def series_views(member: Member, question: Question, images: tuple[Image, ...], *, wording: Wording) -> list[JsonValue]:
    """Return what this member may scroll through, series by series."""
    seen = tuple(image for image in images if may_see_image(member, question, image))
    is_asker = question.asker_id == member.id
    return [
        {**_series_view(series), **_concerns_view(series, member, wording=wording, is_asker=is_asker)}
        for series in group_into_series(seen)
    ]


def _was_released(image: Image, question: Question) -> bool:
    confirmed, released = image.confirmed_at, question.released_at
    return confirmed is not None and released is not None and confirmed <= released


def frame_count(images: tuple[Image, ...]) -> int:
    """Return how many frames the panel sees."""
    return sum(image.facts.frames for image in images if image.is_visible)


def _series_view(series: Series) -> dict[str, JsonValue]:
    facts = series.images[0].facts
    unit = facts.detail.get("pixel_unit")
    frames: list[JsonValue] = [
        _frame_view(image, frame) for image in series.images for frame in range(image.facts.frames)
    ]
    return {
        "uid": series.uid,
        "modality": facts.modality,
        "confirmed": series.is_confirmed,
        "slices": series.slices,
        "unit": None if unit is None else str(unit),
        "spacing_mm": None if facts.spacing_mm is None else list(facts.spacing_mm),
        "detail": dict(facts.detail),
        "projection": series.slices > 1,
        "frames": frames,
    }


def _concerns_view(series: Series, member: Member, *, wording: Wording, is_asker: bool) -> dict[str, JsonValue]:
    """Return what has to be known of a series, and what its asker has yet to confirm of it (safety rules 8 and 9)."""
    quality = [concern for concern in series.concerns if concern not in TO_CONFIRM]
    asked = [concern for concern in series.concerns if concern in TO_CONFIRM and is_asker and not series.is_confirmed]
    return {
        "concerns": [concern.value for concern in series.concerns],
        "quality": " ".join(wording.text(f"concern.{concern}", member, {}) for concern in quality) or None,
        "to_confirm": [wording.text(f"to_confirm.{concern}", member, {}) for concern in asked],
    }


def _frame_view(image: Image, frame: int) -> dict[str, JsonValue]:
    facts = image.facts
    return {
        "image": image.id,
        "frame": frame,
        "position_mm": facts.position_mm,
        "orientation": None if facts.orientation is None else list(facts.orientation),
        "rows": facts.rows,
        "columns": facts.columns,
        "window": None if facts.window is None else list(facts.window),
        "masks": [{**_area_view(mask), "frame": mask.frame} for mask in facts.masks_of(frame)],
        "kept_text": [_area_view(area) for area in facts.kept_text if area.covers(frame)],
        "crop": None if facts.crop is None else _area_view(facts.crop),
    }


def _area_view(area: Area) -> dict[str, JsonValue]:
    return {"x": area.x, "y": area.y, "width": area.width, "height": area.height}


class ViewLog:
    """Notes who sees a question and its images, and when (safety rules 3 and 10)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: OrderedDict[str, None] = OrderedDict()

    async def note(self, member: Member, question: Question, at: datetime, *, images: bool) -> bool:
        """Note a view before it is served; False where the question was marked as the wrong patient meanwhile.

        Kept to the minute; of images, others than the asker also get an entry a day in the timeline.
        """
        key = _minute_key(question.id, member.id, at)
        is_viewed = images and member.id != question.asker_id
        if key in self._noted and (not is_viewed or view_key(question.id, member.id, at) in self._noted):
            return True

        def note(transaction: Transaction) -> bool:
            transaction.viewings.note(question.id, member.id, at)
            if is_viewed:
                transaction.entries.add(_viewed(question, member, at))
            return transaction.questions.get(question.id).wrong_patient_at == question.wrong_patient_at

        is_unmarked = await self._store.write(note)
        self._remember(key, *([view_key(question.id, member.id, at)] if is_viewed else []))
        return is_unmarked

    def _remember(self, *keys: str) -> None:
        self._noted.update(dict.fromkeys(keys))
        while len(self._noted) > _KEPT_VIEWS:
            self._noted.popitem(last=False)


def _viewed(question: Question, member: Member, at: datetime) -> Entry:
    return Entry(
        key=view_key(question.id, member.id, at),
        question_id=question.id,
        kind=EntryKind.VIEWED,
        actor_id=member.id,
        channel="web",
        at=at,
    )


def _minute_key(question_id: QuestionId, member_id: MemberId, at: datetime) -> str:
    return derive_id("viewing", question_id, member_id, at.replace(second=0, microsecond=0).isoformat())


def view_key(question_id: QuestionId, member_id: MemberId, at: datetime) -> str:
    return derive_id("viewed", question_id, member_id, at.date().isoformat())
