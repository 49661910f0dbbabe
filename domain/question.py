"""A question, from draft to close, and the append-only entries that make its thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.consent import ConsentScope
from domain.ids import MemberId, PanelId, QuestionId
from domain.text import DeidentifiedText


class Urgency(StrEnum):
    URGENT = "urgent"
    TODAY = "today"
    ROUTINE = "routine"


class QuestionState(StrEnum):
    """DRAFT → OPEN → CLAIMED ⇄ NEEDS_INFO → ANSWERED → CLOSED, with three side exits."""

    DRAFT = "draft"
    OPEN = "open"
    CLAIMED = "claimed"
    NEEDS_INFO = "needs_info"
    ANSWERED = "answered"
    CLOSED = "closed"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


AWAITING_PANEL = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO})
"""States in which the panel still owes an answer."""

SEEN_BY_PANEL = AWAITING_PANEL | {QuestionState.ANSWERED, QuestionState.CLOSED}

OVER = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED, QuestionState.WITHDRAWN})
"""Its asker was told that everything is deleted: nothing that comes later may bring anything back."""

_NEXT: Mapping[QuestionState, frozenset[QuestionState]] = {
    QuestionState.DRAFT: frozenset({QuestionState.OPEN, QuestionState.DISCARDED, QuestionState.EXPIRED}),
    QuestionState.OPEN: frozenset({QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.WITHDRAWN}),
    QuestionState.CLAIMED: frozenset(
        {QuestionState.OPEN, QuestionState.NEEDS_INFO, QuestionState.ANSWERED, QuestionState.WITHDRAWN}
    ),
    QuestionState.NEEDS_INFO: frozenset(
        {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.WITHDRAWN}
    ),
    QuestionState.ANSWERED: frozenset({QuestionState.CLOSED, QuestionState.OPEN}),
    QuestionState.CLOSED: frozenset({QuestionState.OPEN}),
    QuestionState.DISCARDED: frozenset(),
    QuestionState.EXPIRED: frozenset(),
    QuestionState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; a draft has no number yet, and `opened_at` is None until it is sent.

    `previewed_at` is when the asker was last shown the preview, after which a
    send button counts; None again as soon as what it shows has changed. `released_at`
    is the editor's privacy release (safety rule 6). From `wrong_patient_at` on nobody
    sees an image of it, and its answers are not to be used (safety rule 3).
    """

    id: QuestionId
    asker_id: MemberId
    text: DeidentifiedText
    created_at: datetime
    state: QuestionState = QuestionState.DRAFT
    number: int | None = None
    panel_id: PanelId | None = None
    urgency: Urgency | None = None
    consent: ConsentScope = ConsentScope.CONSULT_ONLY
    claimed_by: MemberId | None = None
    previewed_at: datetime | None = None
    opened_at: datetime | None = None
    claim_due_at: datetime | None = None
    answer_due_at: datetime | None = None
    closed_at: datetime | None = None
    held_back: bool = False
    released_at: datetime | None = None
    """When an editor released it for wider use than the panel."""
    wrong_patient_at: datetime | None = None

    @property
    def label(self) -> str:
        """Q417, or an empty text while it is a draft."""
        return "" if self.number is None else f"Q{self.number}"

    def allows(self, state: QuestionState) -> bool:
        return state in _NEXT[self.state]

    @property
    def is_awaiting_panel(self) -> bool:
        return self.state in AWAITING_PANEL


class EntryKind(StrEnum):
    """What happened; kinds with a text are lines of the thread, the others its timeline."""

    OPENED = "opened"
    NOTIFIED = "notified"
    CLAIMED = "claimed"
    RELEASED_CLAIM = "released_claim"
    ASKED_BACK = "asked_back"
    INFORMATION = "information"
    IMAGES_CLEANED = "images_cleaned"
    IMAGES_ADDED = "images_added"
    NOTE = "note"
    ANSWER = "answer"
    HELPED = "helped"
    CHANGED_PLAN = "changed_plan"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    TEXT_EDITED = "text_edited"
    SERIES_CONFIRMED = "series_confirmed"
    SERIES_REMOVED = "series_removed"
    CONSENT_GIVEN = "consent_given"
    PUBLISHED = "published"
    HELD_BACK = "held_back"
    VIEWED = "viewed"
    ERASED = "erased"
    RESIDENT_NUMBER_CUT = "resident_number_cut"
    CHECK_CONFIRMED = "check_confirmed"
    MASKED = "masked"
    CROPPED = "cropped"
    WRONG_PATIENT = "wrong_patient"
    VIEWERS_PAGED = "viewers_paged"
    ACKNOWLEDGED = "acknowledged"


INTERNAL_KINDS = frozenset({EntryKind.NOTE, EntryKind.VIEWED, EntryKind.NOTIFIED})
"""Kinds that the asker never sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact about a question: who did what, through which channel, when. Never edited.

    `key` makes it unique (derived from the command), so that a repeat adds
    nothing; `id` is given by storage and only grows, so that streams can
    follow it. `actor_id` is None where Hilum itself acted.
    """

    key: str
    question_id: QuestionId
    kind: EntryKind
    actor_id: MemberId | None
    channel: str
    at: datetime
    text: DeidentifiedText | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)
    id: int = 0

    @property
    def is_internal(self) -> bool:
        return self.kind in INTERNAL_KINDS
