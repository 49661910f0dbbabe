"""Whether a question is as urgent as its asker says: two questions that are asked once, and never stand in the way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_SPACES = re.compile(r"[\s\-_]+")

DANGER_WORDS = (
    *("tension pneumothorax", "massive hemoptysis", "massive haemoptysis", "aortic dissection", "aortic rupture"),
    *("ruptured aneurysm", "cardiac tamponade", "massive pulmonary embolism", "saddle embolus", "free air"),
    *("esophageal rupture", "oesophageal rupture", "cardiac arrest", "cord compression"),
    *("긴장성 기흉", "대량 객혈", "대동맥 박리", "대동맥 파열", "동맥류 파열", "심장 압전", "심낭 압전"),
    *("광범위 폐색전", "식도 파열", "심정지", "척수 압박"),
)
"""What would not wait for a day, as members write it; spaces and hyphens do not matter."""

DISCREPANCY_WORDS = (
    *("discrepancy", "discrepant", "second reading differs", "missed finding", "misread"),
    *("판독 불일치", "판독 차이", "판독이 다", "이전 판독과 다", "오독"),
)
"""By which a question is known to be about another reader's report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """When an asker is asked again."""

    urgent_questions: int = 3
    """The so many-th urgent question of one member within `within` is asked about."""
    within: timedelta = timedelta(hours=24)
    danger_words: tuple[str, ...] = DANGER_WORDS
    discrepancy_words: tuple[str, ...] = DISCREPANCY_WORDS

    def doubts_urgent(self, opened: Iterable[datetime], now: datetime) -> bool:
        """Return whether another urgent question now would be one too many; `opened` are the earlier ones' times."""
        recent = sum(now - at < self.within for at in opened)
        return recent + 1 >= self.urgent_questions

    def names_danger(self, text: str) -> bool:
        return _names(self.danger_words, text)

    def is_discrepancy(self, text: str) -> bool:
        return _names(self.discrepancy_words, text)


def count_of(words: Sequence[str], text: str) -> int:
    """Return how many of some words a text names; capitals, spaces and hyphens do not matter."""
    told = _plain(text)
    return sum(word in told for word in _all_plain(tuple(words)))


def _names(words: Sequence[str], text: str) -> bool:
    return count_of(words, text) > 0


@lru_cache(maxsize=16)
def _all_plain(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain for word in words if (plain := _plain(word)))


def _plain(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).casefold())
