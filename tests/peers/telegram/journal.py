"""Every call as the peer took it, and how fast they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from aiogram.methods import TelegramMethod

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Call:
    """One call: `weight` is how many messages it sends, `status` what it was answered (0: the line was cut)."""

    at: datetime
    method: str
    chat_id: int | str | None = None
    request: TelegramMethod[Any] | None = None
    status: int = 0

    @property
    def weight(self) -> int:
        if not self.method.startswith(("send", "editMessage")) or self.method == "sendChatAction":
            return 0
        return len(getattr(self.request, "media", None) or "1") if self.method == "sendMediaGroup" else 1


@dataclass(slots=True)
class Journal:
    entries: list[Call] = field(default_factory=list)

    def calls(self, method: str | None = None, *, chat_id: int | None = None) -> list[Call]:
        return [
            each
            for each in list(self.entries)
            if method in (None, each.method) and chat_id in (None, each.chat_id)
        ]  # fmt: skip

    def requests(self, method: str, *, chat_id: int | None = None) -> list[Any]:
        return [each.request for each in self.calls(method, chat_id=chat_id)]

    def busiest_second(self, *, chat_id: int | None = None) -> int:
        """Return the most messages that were sent or edited within any one second."""
        return self.busiest(_SECOND, chat_id=chat_id)

    def busiest_minute(self, *, chat_id: int | None = None) -> int:
        return self.busiest(_MINUTE, chat_id=chat_id)

    def busiest(self, window: timedelta, *, chat_id: int | None = None) -> int:
        """Return the most messages within any time of this length, refused ones counted too."""
        sent = sorted(self._sent(chat_id), key=lambda each: each.at)
        most = held = first = 0
        for each in sent:
            held += each.weight
            while sent[first].at <= each.at - window:
                held -= sent[first].weight
                first += 1
            most = max(most, held)
        return most

    def recent(self, window: timedelta, now: datetime, *, chat_id: int | None = None) -> int:
        """Return how many messages were let through within this time until now."""
        sent = (each for each in reversed(self.entries) if each.weight and each.status == 200)
        late = takewhile(lambda each: each.at > now - window, sent)
        return sum(each.weight for each in late if chat_id in (None, each.chat_id))

    def _sent(self, chat_id: int | None) -> Iterator[Call]:
        return (each for each in self.calls(chat_id=chat_id) if each.weight)
