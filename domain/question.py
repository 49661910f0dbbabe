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
    """DRAFT → OPEN → CLAIMED ⇄ NEEDS_INFO → ANSWERED → CLOSED, with three side exits, and MERGED into another.

    A second opinion that is sought brings an answered question back to OPEN; that an answer is out already, the
    timeline says (`domain.opinions`).
    """

    DRAFT = "draft"
    OPEN = "open"
    CLAIMED = "claimed"
    NEEDS_INFO = "needs_info"
    ANSWERED = "answered"
    CLOSED = "closed"
    MERGED = "merged"
    """It gets the answer of the question that it was merged into."""
    DISCARDED = "discarded"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


AWAITING_PANEL = frozenset({QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO})
"""States in which the panel still owes an answer."""

TAKES_IMAGES = AWAITING_PANEL | {QuestionState.DRAFT, QuestionState.ANSWERED, QuestionState.MERGED}

SEEN_BY_PANEL = AWAITING_PANEL | {QuestionState.ANSWERED, QuestionState.CLOSED, QuestionState.MERGED}

OVER = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED, QuestionState.WITHDRAWN})
"""Its asker was told that everything is deleted: nothing that comes later may bring anything back."""

_FROM_THE_PANEL = frozenset(
    {QuestionState.ANSWERED, QuestionState.CLOSED, QuestionState.WITHDRAWN, QuestionState.MERGED}
)
"""Closed while it waits: by its asker where one answer is out already, or since they never replied."""

_NEXT: Mapping[QuestionState, frozenset[QuestionState]] = {
    QuestionState.DRAFT: frozenset({QuestionState.OPEN, QuestionState.DISCARDED, QuestionState.EXPIRED}),
    QuestionState.OPEN: _FROM_THE_PANEL | {QuestionState.CLAIMED},
    QuestionState.CLAIMED: _FROM_THE_PANEL | {QuestionState.OPEN, QuestionState.NEEDS_INFO},
    QuestionState.NEEDS_INFO: _FROM_THE_PANEL | {QuestionState.OPEN, QuestionState.CLAIMED},
    QuestionState.MERGED: frozenset({QuestionState.OPEN, QuestionState.ANSWERED, QuestionState.WITHDRAWN}),
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
    needs: int = 1
    """How many answers, each by another panelist."""
    is_sealed: bool = False
    """Opinions that are written now stay hidden from the others of the panel until all answers are in."""
    unsealed_at: datetime | None = None
    """Up to when what was written under seal is open to the panel."""
    merged_into: QuestionId | None = None
    """The question whose answers this one gets."""
    taken_down: frozenset[str] = frozenset()
    """Items that are shown to nobody (`domain.withholding`); the store fills them in, and saves them with the flag."""
    is_under_review: bool = False
    """Whether a moderator has yet to judge any of them: until then it goes nowhere beyond the panel."""

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
    PAGED = "paged"
    PASSED = "passed"
    OWNED = "owned"
    RESUMED = "resumed"
    EXTENDED = "extended"
    READ = "read"
    ASKED_AGAIN = "asked_again"
    """Its asker was asked whether it is as urgent as they said."""
    PANEL_CHOSEN = "panel_chosen"
    """Its asker has said which panel it is for, or that its topic decides."""
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
    SOLVED = "solved"
    EXPIRED = "expired"
    TEXT_EDITED = "text_edited"
    SERIES_CONFIRMED = "series_confirmed"
    SERIES_REMOVED = "series_removed"
    PROPOSED = "proposed"
    """To the editors, by the panel: as a case, for the quiz, or for the guideline."""
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
    OPINION = "opinion"
    """A panelist's own reading, for the panel."""
    SHORT_LINE = "short_line"
    """The answer as it goes by SMS."""
    SEALED = "sealed"
    SECOND_OPINION = "second_opinion"
    """A second one is wanted."""
    SECOND_SOUGHT = "second_sought"
    """The panel is being asked for it."""
    DOWNGRADED = "downgraded"
    INSISTED = "insisted"
    TAKEN_OVER = "taken_over"
    HANDOVER_OFFERED = "handover_offered"
    HANDOVER_DECLINED = "handover_declined"
    HANDED_OVER = "handed_over"
    MERGED = "merged"
    UNMERGED = "unmerged"
    TAKEN_DOWN = "taken_down"
    """Something of it was flagged, and is hidden."""
    PUT_BACK = "put_back"
    TAKEN_OUT = "taken_out"
    """What was hidden is gone for good."""
    OUTCOME_ASKED = "outcome_asked"
    OUTCOME = "outcome"
    """What it turned out to be, as its asker says."""
    OUTCOME_DECLINED = "outcome_declined"
    FOLLOWED = "followed"
    """Somebody of the panel wants to hear how it goes on with a question that another has."""
    UNFOLLOWED = "unfollowed"
    GROUPED = "grouped"
    """It asks like another that waits; while a surge lasts, such questions stand together."""


INTERNAL_KINDS = frozenset(
    {
        *(EntryKind.NOTE, EntryKind.VIEWED, EntryKind.NOTIFIED, EntryKind.PAGED, EntryKind.PASSED, EntryKind.RESUMED),
        *(EntryKind.OPINION, EntryKind.SEALED, EntryKind.FOLLOWED, EntryKind.UNFOLLOWED),
        *(EntryKind.GROUPED, EntryKind.PROPOSED),
    }
)
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
