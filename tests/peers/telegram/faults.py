"""What a test makes go wrong: busy answers, broken servers, cut lines, and limits that are enforced."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from tests.peers.telegram.journal import Call, Journal
from tests.peers.telegram.refusals import busy

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)


class Kind(StrEnum):
    NONE = "none"
    """The call passes, and what is in store behind this strikes the next one."""
    BUSY = "busy"
    """429: nothing was done."""
    BROKEN = "broken"
    """5xx: nothing was done, and the answer is a web page of the proxy in front."""
    REFUSED = "refused"
    """400: this one call is wrong in itself, and will be the next time."""
    CUT_BEFORE = "cut_before"
    """The connection ends before anything was done."""
    CUT_AFTER = "cut_after"
    """The connection ends after all was done: the bot cannot know."""
    NONSENSE = "nonsense"
    """All was done, and the answer says "ok", and nothing that makes sense beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    code: int = 502
    retry_after: int | str = 1

    def concerns(self, call: Call) -> bool:
        return self.method in (None, call.method) and self.chat_id in (None, call.chat_id)


@dataclass(slots=True)
class Faults:
    """Faults in store, each for one call; and those that strike by chance, from a seed."""

    _stored: list[Fault] = field(default_factory=list)
    _chances: tuple[tuple[Fault, float], ...] = ()
    _random: Random = field(default_factory=Random)

    def busy(
        self, times: int = 1, *, retry_after: int | str = 1, method: str | None = None, chat_id: int | None = None
    ) -> None:
        self._store(times, Fault(kind=Kind.BUSY, retry_after=retry_after, method=method, chat_id=chat_id))

    def broken(self, times: int = 1, *, code: int = 502, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.BROKEN, code=code, method=method))

    def refused(self, times: int = 1, *, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.REFUSED, method=method))

    def cut_before(self, times: int = 1, *, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.CUT_BEFORE, method=method))

    def cut_after(self, times: int = 1, *, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.CUT_AFTER, method=method))

    def none(self, times: int = 1, *, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.NONE, method=method))

    def nonsense(self, times: int = 1, *, method: str | None = None) -> None:
        self._store(times, Fault(kind=Kind.NONSENSE, method=method))

    def by_chance(self, *, seed: int, busy: float = 0.0, broken: float = 0.0, method: str | None = None) -> None:
        """Let this part of the calls fail from now on; 0 and 0 ends it."""
        self._random = Random(seed)
        faults = (Fault(kind=Kind.BUSY, method=method), busy), (Fault(kind=Kind.BROKEN, method=method), broken)
        self._chances = tuple((fault, chance) for fault, chance in faults if chance)

    def take(self, call: Call) -> Fault | None:
        for fault in self._stored:
            if fault.concerns(call):
                self._stored.remove(fault)
                return None if fault.kind is Kind.NONE else fault
        return self._by_chance(call)

    def _by_chance(self, call: Call) -> Fault | None:
        concerned = [(fault, chance) for fault, chance in self._chances if fault.concerns(call)]
        drawn = self._random.random() if concerned else 1.0
        for fault, chance in concerned:
            if drawn < chance:
                return fault
            drawn -= chance
        return None

    def _store(self, times: int, fault: Fault) -> None:
        self._stored.extend([fault] * times)


@dataclass(slots=True)
class Limits:
    """The limits of sending; None where the peer only counts.

    Source: Bots FAQ, "My bot is hitting limits": "avoid sending more than one message per second" in a chat, "not
    able to send more than 20 messages per minute" to a group, bulk messages not "more than 30 messages per second".
    """

    per_second: int | None = None
    per_chat_second: int | None = None
    per_group_minute: int | None = None

    def check(self, call: Call, journal: Journal, now: datetime) -> None:
        if not call.weight:
            return
        chat_id = call.chat_id if isinstance(call.chat_id, int) else None
        group_limit = self.per_group_minute if chat_id is not None and chat_id < 0 else None
        over = (
            (self.per_second, _SECOND, None),
            (self.per_chat_second, _SECOND, chat_id),
            (group_limit, _MINUTE, chat_id),
        )
        for limit, window, whose in over:
            if limit is not None and journal.recent(window, now, chat_id=whose) + call.weight > limit:
                raise busy(int(window.total_seconds()))
