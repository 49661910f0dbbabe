"""Server-sent events: one follower a process wakes every open stream when the database has changed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.errors import TransientError
from domain.member import Member
from domain.ports.store import Transaction
from web.problems import ProblemError
from web.services import WebServices
from web.views.feed import Asked, Feed, Mark, News, Told

_NET_SECONDS = 1.0
_PAUSE_SECONDS = 0.02
_SESSION_CHECK_EVERY = timedelta(seconds=2)
_WAITING_EVENTS = 500


@dataclass(eq=False, slots=True, kw_only=True)
class Stream:
    """One open page: how far it has been told, and what waits to be sent to it."""

    token_hash: str
    member: Member
    mark: Mark
    checked_at: datetime
    waiting: deque[News] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def end(self) -> None:
        """Send nothing more; what waited is told again from the page's own mark."""
        self.is_over = True
        self.waiting.clear()
        self.woken.set()

    def take(self, told: Told) -> None:
        self.mark = told.mark
        self.waiting.extend(told.news)
        if told.news:
            self.woken.set()


class Streams:
    """All open streams of this process."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        self._open: set[Stream] = set()
        self._stirred = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None
        self._change: asyncio.Task[bool] | None = None
        self._is_closed = False

    async def follow(self, *, member: Member, token_hash: str, mark: Mark) -> AsyncIterator[News]:
        """Yield what is new for a member after a mark, until the session or the program ends."""
        stream = Stream(token_hash=token_hash, member=member, mark=mark, checked_at=self._services.clock())
        self._join(stream)
        try:
            while True:
                while stream.waiting:
                    yield stream.waiting.popleft()
                if stream.is_over:
                    return
                stream.woken.clear()
                await stream.woken.wait()
        finally:
            self._open.discard(stream)
            self._stirred.set()

    def check_room(self, member: Member) -> None:
        """Raise the problem "too_many_streams" where a member has as many pages open as may be."""
        mine = sum(stream.member.id == member.id for stream in self._open)
        if mine >= self._services.options.streams_per_member:
            raise ProblemError(429, "too_many_streams", retry_after=30)

    def close(self) -> None:
        """End every stream and take no more; pages come back to the next process where they left off."""
        self._is_closed = True
        for stream in self._open:
            stream.end()
        if self._follower is not None:
            self._follower.cancel()

    def _join(self, stream: Stream) -> None:
        if self._is_closed:
            stream.end()
            return
        self._open.add(stream)
        self._stirred.set()
        if self._follower is None:
            self._follower = asyncio.create_task(self._run(), name="stream-follower")
            self._follower.add_done_callback(self._report)

    async def _run(self) -> None:
        try:
            while self._open:
                try:
                    await self._advance()
                except TransientError:
                    await asyncio.sleep(_NET_SECONDS)
        finally:
            self._follower = None
            if self._change is not None:
                self._change.cancel()
                self._change = None
            for stream in self._open:
                stream.end()

    async def _advance(self) -> None:
        """Tell every stream what is new, then wait for a change unless some are still behind."""
        if self._change is None:
            # Begun before the reading: a commit that the reading just misses is then a change.
            self._change = asyncio.create_task(self._services.store.changed(within=_NET_SECONDS))
            await asyncio.sleep(0)
        self._stirred.clear()
        if await self._tell_all():
            return
        stirred = asyncio.create_task(self._stirred.wait())
        try:
            await asyncio.wait({self._change, stirred}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stirred.cancel()
        if self._change.done():
            change, self._change = self._change, None
            if change.result():
                # Commits come in bunches; one reading serves all that fall into the pause.
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _tell_all(self) -> bool:
        now = self._services.clock()
        streams = [s for s in self._open if not s.is_over and len(s.waiting) < _WAITING_EVENTS]
        asked = [_asked(stream, now) for stream in streams]

        def read(transaction: Transaction) -> list[Told]:
            feed = Feed(transaction)
            return [feed.tell(each) for each in asked]

        is_behind = False
        for stream, question, told in zip(streams, asked, await self._services.store.read(read), strict=True):
            if question.token_hash is not None and not self._still_stands(stream, told, now):
                stream.end()
                continue
            stream.take(told)
            is_behind = is_behind or told.is_behind
        return is_behind

    def _still_stands(self, stream: Stream, told: Told, now: datetime) -> bool:
        """Look at the session without touching it: an open page alone keeps nothing unlocked."""
        found, options = told.found, self._services.options
        if found is None or found.has_expired(now) or found.is_idle(now, options.idle_limit):
            return False
        stream.member, stream.checked_at = found.member, now
        return True

    def _report(self, follower: asyncio.Task[None]) -> None:
        if not follower.cancelled() and (error := follower.exception()) is not None:
            self._services.log.error("stream_follower_stopped", error=type(error).__name__)


def _asked(stream: Stream, now: datetime) -> Asked:
    is_due = now - stream.checked_at >= _SESSION_CHECK_EVERY
    return Asked(
        member=stream.member,
        mark=stream.mark,
        token_hash=stream.token_hash if is_due else None,
    )
