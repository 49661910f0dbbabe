"""When a case may go beyond the panel, with which words, and what an early release must not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.question import Entry, EntryKind

FULL_CARD_AFTER = timedelta(days=14)
"""Before this, a released case carries no sex, age or day (safety rule 6)."""

_AGE = (
    r"\d{1,3}\s*(?:세|살|대|개월\s*(?:된|령|아)|yo\b|y/o|yrs?\b|years?[ -]old|-?year-old"
    r"|s\b(?=\s*(?:[mf남여]|male|female)))"
)
_AGE_AND_SEX = r"\b\d{2,3}\s*/?\s*[MF]\b|\b[MF]\s*,?\s*/?\s*\d{2}s?\b"
_SEX = r"남자|여자|남성|여성|남아|여아|\b(?:male|female|man|woman|boy|girl)\b"
_DAY = r"\bD\s?\+?\d{1,3}\b|\d+\s*일\s*째|\bday\s+\d+|\d{1,4}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{1,4}|\d{1,2}월\s*\d{1,2}일"
_MADE_OF_ONE = r"\[(?:(?:about |in |약 )?\d+[^\]\d,\n][^\],\n]*|today|오늘|date|age)\]"
"""What the door put in the place of an age or a date: `[50s]`, `[90+]`, `[12 d ago]`, `[약 2개월 전]`."""
_PERSONAL = re.compile("|".join((_AGE, _AGE_AND_SEX, _SEX, _DAY, _MADE_OF_ONE)), re.IGNORECASE)


def mentions_sex_age_or_day(text: str) -> bool:
    """Return whether a text seems to name the patient's sex or age, or a day."""
    return _PERSONAL.search(text) is not None


def newest_release(entries: Sequence[Entry]) -> Entry | None:
    """Return what the editor published last: what was published before is nobody's to read any more."""
    return next((entry for entry in reversed(entries) if entry.kind is EntryKind.PUBLISHED), None)


def may_carry_full_card(opened_at: datetime, now: datetime) -> bool:
    return now - opened_at >= FULL_CARD_AFTER
