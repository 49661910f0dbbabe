"""Series as the viewer scrolls through them, who may see an image, and who has seen one."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from domain.access import may_see, sees_full_card
from domain.ids import MemberId, QuestionId, derive_id
from domain.member import Member
from domain.ports.store import Store
from domain.question import Entry, EntryKind, Question
from domain.study import Image, Series, group_into_series
from domain.web import JsonValue

_KEPT_VIEWS = 10_000


def may_see_image(member: Member, question: Question, image: Image) -> bool:
    """Return whether a member may see an image: the asker before confirming it, others only then.

    Readers of a release see what it released: an image confirmed later passed no editor.
    """
    if image.removed_at is not None or not may_see(member, question):
        return False
    if question.asker_id == member.id:
        return True
    return image.is_visible and (sees_full_card(member, question) or _was_released(image, question))


def series_views(member: Member, question: Question, images: tuple[Image, ...]) -> list[JsonValue]:
    """Return what this member may scroll through, series by series."""
    seen = tuple(image for image in images if may_see_image(member, question, image))
    return [_series_view(series) for series in group_into_series(seen)]


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
        "frames": frames,
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
    }


class ViewLog:
    """Notes the first time each day that a member sees a question's images (safety rule 10)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: OrderedDict[str, None] = OrderedDict()

    async def note(self, member: Member, question: Question, at: datetime) -> None:
        """Add the entry, unless this member's own question or a view of the day that is noted."""
        if member.id == question.asker_id:
            return
        key = view_key(question.id, member.id, at)
        if key in self._noted:
            return
        entry = Entry(
            key=key,
            question_id=question.id,
            kind=EntryKind.VIEWED,
            actor_id=member.id,
            channel="web",
            at=at,
        )
        await self._store.write(lambda transaction: transaction.entries.add(entry))
        self._noted[key] = None
        while len(self._noted) > _KEPT_VIEWS:
            self._noted.popitem(last=False)


def view_key(question_id: QuestionId, member_id: MemberId, at: datetime) -> str:
    return derive_id("viewed", question_id, member_id, at.date().isoformat())
