"""Series as the viewer scrolls through them, who may see an image, and who has seen one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.access import Capability, can, may_see, sees_full_card
from domain.audit import AuditEvent, AuditKind
from domain.ids import ImageId, MemberId, QuestionId, derive_id
from domain.key_slices import KeySlice, seen_keys
from domain.member import Member
from domain.ports.services import Wording
from domain.ports.store import Store, Transaction
from domain.question import Entry, EntryKind, Question
from domain.study import TO_CONFIRM, Area, Image, ImageFacts, Series, days_before_newest, group_into_series
from domain.web import JsonValue
from domain.withholding import hides_image

_KEPT_VIEWS = 10_000


def may_see_image(member: Member, question: Question, image: Image) -> bool:
    """Return whether a member may see an image: the asker before confirming it, others only then.

    Readers of a release see what it released: an image confirmed later passed no editor.
    """
    if image.removed_at is not None or question.wrong_patient_at is not None:
        return False
    if hides_image(question, image):
        return question.is_under_review and can(member, Capability.MODERATE)
    if not may_see(member, question):
        return False
    if question.asker_id == member.id:
        return True
    return image.is_visible and (sees_full_card(member, question) or _was_released(image, question))


Marks = Mapping[tuple[ImageId, int], Mapping[str, bool]]
"""By image and frame: whether the asker marked it, somebody of the panel, and the reader themselves."""


def series_views(
    transaction: Transaction, question: Question, images: tuple[Image, ...], *, reader: Member, wording: Wording
) -> list[JsonValue]:
    """Return what this reader may scroll through, series by series, with the slices that are marked."""
    seen = tuple(image for image in images if may_see_image(reader, question, image))
    marks = _marks(seen_keys(reader, question, transaction.key_slices.of_question(question.id)), reader)
    days_before, is_full = days_before_newest(seen), sees_full_card(reader, question)
    is_asker = question.asker_id == reader.id
    return [
        {
            **_series_view(series, marks=marks),
            **_prior_view(days_before.get(series.images[0].facts.study_uid), is_full=is_full),
            **_concerns_view(series, reader, wording=wording, is_asker=is_asker),
        }
        for series in group_into_series(seen)
    ]


def _prior_view(days_before: int | None, *, is_full: bool) -> dict[str, JsonValue]:
    """Return that a series is a prior, and how old: a release carries no day (safety rule 5), nor do its images."""
    return {"prior": days_before is not None, "days_before": days_before if is_full else None}


def _marks(keys: Sequence[KeySlice], reader: Member) -> Marks:
    marks: dict[tuple[ImageId, int], dict[str, bool]] = {}
    for key in keys:
        mark = marks.setdefault((key.image_id, key.frame), {"asker": False, "panel": False, "mine": False})
        mark["asker" if key.is_askers else "panel"] = True
        mark["mine"] = mark["mine"] or key.member_id == reader.id
    return marks


def _was_released(image: Image, question: Question) -> bool:
    confirmed, released = image.confirmed_at, question.released_at
    return confirmed is not None and released is not None and confirmed <= released


def frame_count(images: tuple[Image, ...]) -> int:
    """Return how many frames the panel sees."""
    return sum(image.facts.frames for image in images if image.is_visible)


def _series_view(series: Series, *, marks: Marks) -> dict[str, JsonValue]:
    facts = series.images[0].facts
    unit = facts.detail.get("pixel_unit")
    frames: list[JsonValue] = [
        {**_frame_view(image, frame, mark=marks.get((image.id, frame))), **_own_grid(image.facts, facts)}
        for image in series.images
        for frame in range(image.facts.frames)
    ]
    return {
        "uid": series.uid,
        "study": facts.study_uid,
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


def _frame_view(image: Image, frame: int, *, mark: Mapping[str, bool] | None) -> dict[str, JsonValue]:
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
        "key": None if mark is None else dict(mark),
    }


def _own_grid(facts: ImageFacts, first: ImageFacts) -> dict[str, JsonValue]:
    """Return how large a slice's pixels are, where they are not as large as the first one's."""
    kind, usual = (each.detail.get("spacing_kind") for each in (facts, first))
    if (facts.spacing_mm, kind) == (first.spacing_mm, usual):
        return {}
    return {"spacing_mm": None if facts.spacing_mm is None else list(facts.spacing_mm), "spacing_kind": kind}


def _area_view(area: Area) -> dict[str, JsonValue]:
    return {"x": area.x, "y": area.y, "width": area.width, "height": area.height}


class ViewLog:
    """Notes who sees a question and its images, and when (safety rules 3 and 10)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: OrderedDict[str, None] = OrderedDict()

    async def note(self, member: Member, question: Question, at: datetime, *, series: str = "") -> bool:
        """Note a view before it is served; False where the question was marked as the wrong patient meanwhile.

        Kept to the minute, and once a day in the audit for the words and for each series; of images, others than the
        asker also get an entry a day in the timeline.

        Args:
            series: the one that is looked at; without it, the words are.
        """
        is_viewed = bool(series) and member.id != question.asker_id
        event = _view_event(question, member, at, series=series)
        keys = [_minute_key(question.id, member.id, at), event.key]
        if is_viewed:
            keys.append(view_key(question.id, member.id, at))
        if all(key in self._noted for key in keys):
            return True

        def note(transaction: Transaction) -> bool:
            transaction.viewings.note(question.id, member.id, at)
            transaction.audit.add(event)
            if is_viewed:
                transaction.entries.add(_viewed(question, member, at))
            return transaction.questions.get(question.id).wrong_patient_at == question.wrong_patient_at

        is_unmarked = await self._store.write(note)
        self._remember(*keys)
        return is_unmarked

    async def note_looks(self, *events: AuditEvent) -> None:
        """Note looks at what is no question's own page, before they are served; what was noted is not written again."""
        fresh = [event for event in events if event.key not in self._noted]
        if not fresh:
            return

        def note(transaction: Transaction) -> None:
            for event in fresh:
                transaction.audit.add(event)

        await self._store.write(note)
        self._remember(*(event.key for event in fresh))

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


def _view_event(question: Question, member: Member, at: datetime, *, series: str) -> AuditEvent:
    """Return the audit's event of a look: at the words, or at one series."""
    what = "images" if series else "words"
    return AuditEvent(
        key=":".join(filter(None, (what, view_key(question.id, member.id, at), series))),
        kind=AuditKind.VIEWED,
        action=f"view_{what}",
        actor_id=member.id,
        channel="web",
        at=at,
        question_id=question.id,
        details={"series": series} if series else {},
    )


def _minute_key(question_id: QuestionId, member_id: MemberId, at: datetime) -> str:
    return derive_id("viewing", question_id, member_id, at.replace(second=0, microsecond=0).isoformat())


def view_key(question_id: QuestionId, member_id: MemberId, at: datetime) -> str:
    return derive_id("viewed", question_id, member_id, at.date().isoformat())
