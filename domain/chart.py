"""What an asker copies into the chart: which of the panel's answers, by whom, when, by which images, what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.ids import MemberId
from domain.question import Entry, EntryKind, Question
from domain.text import DeidentifiedText


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLine:
    """One answer as it stands in the chart."""

    adviser: MemberId
    at: datetime
    text: DeidentifiedText
    confidence: int | None
    standing: str
    """As what it was given: "first", "second", "correction", "addition"."""


def chart_lines(question: Question, entries: Sequence[Entry]) -> tuple[ChartLine, ...]:
    """Return every answer, corrections behind what they correct; none where they are not to be used."""
    if question.wrong_patient_at is not None:
        return ()
    return tuple(
        ChartLine(
            adviser=entry.actor_id,
            at=entry.at,
            text=entry.text,
            confidence=int(entry.details["confidence"]) if "confidence" in entry.details else None,
            standing=str(entry.details.get("as", "first")),
        )
        for entry in entries
        if entry.kind is EntryKind.ANSWER and entry.text is not None and entry.actor_id is not None
    )
