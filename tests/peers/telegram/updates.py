"""What waits for the bot: the queue of updates, and getUpdates on it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import RLock
from typing import Any

from aiogram.methods import GetUpdates
from aiogram.types import Update

from tests.peers.telegram.clock import Clock
from tests.peers.telegram.refusals import RefusedError, conflict

KEPT_FOR = timedelta(hours=24)
PRESSES_KEPT_FOR = timedelta(seconds=150)
"""Source: github.com/tdlib/telegram-bot-api, Client.cpp: `add_update(UpdateType::CallbackQuery, …, 150, …)`."""
RENUMBERED_AFTER = timedelta(days=7)
_FUTURE = 10
"""Source: github.com/tdlib/td, TQueue.cpp: an id of more than `tail_id + 10` is "in the future"."""
_PRESSES, _MEMBERSHIPS = "callback_query", ("my_chat_member", "chat_member")
LONGEST_POLL_SECONDS = 50
_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
_OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One update as it goes over the wire; `chat_id` says whose order it keeps, presses that of who pressed."""

    update_id: int
    chat_id: int
    body: dict[str, Any]
    ends: datetime

    @property
    def line(self) -> tuple[str, int]:
        """Return what it waits behind when it is brought: its like of the same chat.

        Source: github.com/tdlib/telegram-bot-api, Client.cpp: messages, presses (`user_id + (3 << 33)`) and changes of
        members each have a `webhook_queue_id` of their own.
        """
        if _PRESSES in self.body:
            return "press", self.chat_id
        return "membership" if any(kind in self.body for kind in _MEMBERSHIPS) else "message", self.chat_id


@dataclass(slots=True)
class UpdateQueue:
    """Updates that the bot has not confirmed.

    Source: Getting updates: "Incoming updates are stored on the server until the bot receives them either way,
    but they will not be kept longer than 24 hours"; Update, update_id: "Update identifiers start from a certain
    positive number and increase sequentially", and "If there are no new updates for at least a week, then identifier
    of the next update will be chosen randomly instead of sequentially": here a lower one.
    """

    clock: Clock
    allowed: tuple[str, ...] = ()
    loop: asyncio.AbstractEventLoop | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    webhook_url: str = ""
    handed: Counter[int] = field(default_factory=Counter)
    """How often each update was handed over by getUpdates."""
    _waiting: list[Waiting] = field(default_factory=list)
    _next: int = 870_001
    _newest_at: datetime | None = None
    _chance: Random = field(default_factory=lambda: Random(1))
    _poll: asyncio.Future[None] | None = None
    _lock: RLock = field(default_factory=RLock)

    def add(self, kind: str, content: object, *, chat_id: int) -> int | None:
        """Store an update of this kind, if the bot wants its kind; return its id.

        Source: getUpdates, allowed_updates: "Specify an empty list to receive all update types except chat_member,
        message_reaction, and message_reaction_count (default)".
        """
        wanted = kind in self.allowed if self.allowed else kind not in _ON_REQUEST
        if not wanted:
            return None
        update = Update.model_validate({"update_id": self._number(), kind: content})
        body = update.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
        return self._store(body, chat_id=chat_id)

    def add_raw(self, body: dict[str, Any], *, chat_id: int = 0) -> int:
        """Store what no schema knows, under the next id."""
        return self._store({"update_id": self._number()} | body, chat_id=chat_id)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve from this event loop; what waits already is news to it."""
        self.loop = loop
        self.news = asyncio.Event()
        self.news.set()

    @property
    def is_polled(self) -> bool:
        """Say whether a poll is waiting for news now."""
        return self._poll is not None

    def pending(self) -> list[Waiting]:
        with self._lock:
            now = self.clock.now()
            self._waiting = [each for each in self._waiting if now < each.ends]
            return list(self._waiting)

    def confirm(self, update_id: int) -> None:
        with self._lock:
            self._waiting = [each for each in self._waiting if each.update_id != update_id]

    def drop_all(self) -> None:
        with self._lock:
            self._waiting.clear()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Source: getUpdates, allowed_updates: "If not specified, the previous setting will be used"."""
        if kinds is not None:
            self.allowed = tuple(kinds)

    def end_poll(self, why: RefusedError) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(why)
        self._poll = None

    async def answer(self, call: GetUpdates) -> list[dict[str, Any]]:
        """Answer getUpdates, waiting for news if there is none.

        Source: getUpdates: "This method will not work if an outgoing webhook is set up"; timeout: "Timeout in
        seconds for long polling. Defaults to 0, i.e. usual short polling". Of two that wait at once, the server
        ends the elder with 409.
        """
        if self.webhook_url:
            raise conflict(_WEBHOOK)
        self.allow(call.allowed_updates)
        self._forget(call.offset or 0)
        if not self.pending() and call.timeout:
            await self._wait(min(call.timeout, LONGEST_POLL_SECONDS))
        found = self.pending()[: _limit(call)]
        self.handed.update(each.update_id for each in found)
        return [each.body for each in found]

    async def _wait(self, seconds: float) -> None:
        self.end_poll(conflict(_OTHER_POLLER))
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            await asyncio.wait_for(poll, seconds)
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None

    def _forget(self, offset: int) -> None:
        """Source: getUpdates, offset: "An update is considered confirmed as soon as getUpdates is called with an
        offset higher than its update_id. The negative offset can be specified to retrieve updates starting from
        -offset update from the end of the updates queue. All previous updates will be forgotten". An offset that is
        in the future confirms nothing: the server answers it from the head of the queue.
        """
        with self._lock:
            pending = self.pending()
            if offset > self._next + _FUTURE:
                return
            self._waiting = pending[offset:] if offset < 0 else [each for each in pending if each.update_id >= offset]

    def _number(self) -> int:
        with self._lock:
            now = self.clock.now()
            if self._newest_at is not None and now - self._newest_at >= RENUMBERED_AFTER:
                self._next = self._chance.randrange(1, self._next // 2)
            self._newest_at = now
            self._next += 1
            return self._next - 1

    def _store(self, body: dict[str, Any], *, chat_id: int) -> int:
        ends = self.clock.now() + (PRESSES_KEPT_FOR if _PRESSES in body else KEPT_FOR)
        with self._lock:
            self._waiting.append(Waiting(update_id=body["update_id"], chat_id=chat_id, body=body, ends=ends))
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self._wake)
        return int(body["update_id"])

    def _wake(self) -> None:
        self.news.set()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)


def _limit(call: GetUpdates) -> int:
    """Source: getUpdates, limit: "Values between 1-100 are accepted. Defaults to 100"."""
    return min(max(call.limit or 100, 1), 100)
