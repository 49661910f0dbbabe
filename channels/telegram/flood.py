"""What the service's limits mean here: whom "too many requests" holds up, and how much a group has taken of late."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.errors import TransientError

BUSY = "telegram_busy"
_WHOLE_BOT_FROM = 3
"""So many private chats refused with nothing taken in between: it is not about any one of them."""
_MINUTE = timedelta(minutes=1)
_GROUP_MINUTE = 19
"""Source: Bots FAQ: "not able to send more than 20 messages per minute" to a group; each picture counts as one."""


@dataclass(slots=True)
class Flood:
    """Remembers which private chats were refused since something was last taken, and what groups took."""

    clock: Callable[[], datetime]
    _refused: set[int] = field(default_factory=set)
    _taken: dict[int, deque[tuple[datetime, int]]] = field(default_factory=dict)
    """By group, when it took how many messages in the last minute."""

    def make_room(self, chat_id: int, messages: int) -> None:
        """Let so many messages pass, or name the time at which a group takes them: an album is more than one.

        What is more than a minute holds goes once a minute is empty. Each process counts for itself; where several
        run, the service counts for all of them.

        Raises:
            TransientError("telegram_busy"): not yet.
        """
        if chat_id >= 0:
            return
        now, taken = self.clock(), self._recent(chat_id)
        over = sum(count for _, count in taken) + messages - _GROUP_MINUTE
        free_at = now
        for at, count in taken:
            if over <= 0:
                break
            over -= count
            free_at = at + _MINUTE
        if free_at > now:
            raise TransientError(BUSY, retry_after=free_at - now, is_local=True)

    def taken(self, chat_id: int, messages: int = 1) -> None:
        """Note that the service took messages of ours."""
        self._refused.clear()
        if chat_id < 0:
            self._recent(chat_id).append((self.clock(), messages))

    @contextmanager
    def minding(self, chat_id: int) -> Iterator[None]:
        """Say of each "too many requests" whom it holds up: this conversation, or everybody.

        Source: Bots FAQ, "My bot is hitting limits": limits of a chat, of a group and of the whole bot.
        """
        try:
            yield
        except TransientError as error:
            if error.code != BUSY or error.is_local:
                raise
            if chat_id < 0:
                # A group has a limit of its own, and several are full at once when their panels are busy.
                raise TransientError(BUSY, retry_after=error.retry_after, is_local=True) from error
            self._refused.add(chat_id)
            is_local = len(self._refused) < _WHOLE_BOT_FROM
            raise TransientError(BUSY, retry_after=error.retry_after, is_local=is_local) from error

    def _recent(self, chat_id: int) -> deque[tuple[datetime, int]]:
        taken = self._taken.setdefault(chat_id, deque())
        while taken and taken[0][0] <= self.clock() - _MINUTE:
            taken.popleft()
        return taken
