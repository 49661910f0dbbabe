"""Reading back what no event has brought: Slack gives an event up after six minutes, but keeps what was written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from channels.slack.calls import Calls
from channels.slack.failures import CUT_OFF, SCOPE_MISSING
from channels.slack.history import History, Place
from channels.slack.inbound import CHANNEL_NAME
from channels.slack.pace import Pace
from channels.slack.payloads import Payload, needed, text_at
from domain.errors import HilumError, PermanentError, TransientError
from domain.history import ReadMark
from domain.outage import SHOWN_AFTER
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction
from domain.room import Suspension

NOT_READ_BACK = "slack_not_read_back"
LEASE_NAME = f"{CHANNEL_NAME}_history"
_OVERLAP = timedelta(minutes=1)
"""So much is read again: what was read already is known, and a message may show a moment after its date."""
_ELSEWHERE = "slack_read_elsewhere"
_OF_MORE = frozenset({"slack_away", CUT_OFF})
"""What keeps more from working than the reading."""
_A_SECOND = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=5)
"""Between two tries while something is out of reach: what was missed is not to wait for an hour after that."""
_UNTIL_MENDED = frozenset({SCOPE_MISSING, "room_rights"})
"""What an operator mends: nothing is passed over until then. Where somebody or a room has gone, nothing is missed."""


@dataclass(slots=True, kw_only=True)
class ReadingBack:
    """Reads each member's conversation and each room from where it was read last; `find` takes in what is found.

    One process at a time, by lease, and beside everything else. What it has read is marked once it is committed: a
    program that dies meanwhile reads the same again, and whatever is known changes nothing.
    """

    calls: Calls
    services: ChannelServices
    find: Callable[[Payload], Awaitable[None]]
    missed: asyncio.Event
    pace: Pace = field(default_factory=Pace)
    _failing_since: datetime | None = None
    _failing_by: str = ""

    @property
    def trouble(self) -> str:
        """Return a fixed word where nothing, or not everything, was read back for minutes; empty while all is."""
        since = self._failing_since
        return self._failing_by if since is not None and self.services.clock() - since >= SHOWN_AFTER else ""

    async def begin(self) -> None:
        """See to it that there is a mark: what was written before Hilum listened for the first time is none of it."""
        first = ReadMark(channel=CHANNEL_NAME, place="", until=self.calls.now)
        await self.services.store.write(lambda transaction: _begin(transaction, first))

    async def run(self) -> None:
        """Read whenever something may have been missed, and every hour, until cancelled."""
        failing, wait = self.pace.pause, self.pace.again
        while True:
            with suppress(TimeoutError):
                # Not `wait_for`, by which Python 3.11 may lose a cancellation.
                async with asyncio.timeout(wait.total_seconds()):
                    await self.missed.wait()
            self.missed.clear()
            # Not even a defect may end the hearing beside it: it is logged, and shown as our trouble.
            (ended,) = await asyncio.gather(self._round(), return_exceptions=True)
            self._judge(ended=ended)
            if ended is True:
                failing, wait = self.pace.pause, self.pace.again
            else:
                # A new connection, which says that something was missed, ends this wait.
                failing, wait = min(2 * failing, self.pace.again, _LONGEST_WAIT), failing
            await asyncio.sleep(self.pace.pause.total_seconds())

    def _judge(self, *, ended: bool | BaseException | None) -> None:
        """Note how a round ended; that another process reads says nothing of ours."""
        self._note(ended)
        code = ended.code if isinstance(ended, HilumError) else ""
        if ended is True:
            self._failing_since = None
        elif ended is not None and code != _ELSEWHERE:
            self._failing_since = self._failing_since or self.services.clock()
            self._failing_by = code if code in _OF_MORE else NOT_READ_BACK

    async def _round(self) -> bool | None:
        """Return whether everything was read; None where another process does it."""
        if not await self.services.store.write(self._take_lease):
            return None
        try:
            return await self._read_all()
        finally:
            with suppress(HilumError):
                await self.services.store.write(
                    lambda transaction: transaction.leases.release(LEASE_NAME, owner=self.services.owner)
                )

    async def _read_all(self) -> bool:
        own = text_at(await self._ask("auth.test"), "user_id")
        began = self.calls.now - _OVERLAP
        history = History(self._ask, own)
        places, marks = await self.services.store.read(_places)
        first, is_whole, messages = marks[""], True, 0
        for place in places:
            since = max(first, marks.get(place.id, first))
            (found,) = await asyncio.gather(self._read(place, history, since=since), return_exceptions=True)
            messages += found if isinstance(found, int) else 0
            is_whole = self._is_over_with(found) and is_whole
        if is_whole:
            await self._mark(Place(id=""), until=began)
            self.services.log.info("slack_read_back", count=len(places), messages=messages)
        return is_whole

    async def _read(self, place: Place, history: History, *, since: datetime) -> int:
        """Take in what was written in a place since an instant; returns how many messages that were."""
        began = self.calls.now - _OVERLAP
        if not place.id:
            place = replace(place, id=await self._conversation_with(place.person))
        found = await history.since(place, since)
        for body in found:
            await self.find(body)
        await self._mark(place, until=max(began, since))
        return len(found)

    async def _conversation_with(self, person: str) -> str:
        return needed(await self._ask("conversations.open", users=person), "channel", "id")

    def _is_over_with(self, ended: int | BaseException) -> bool:
        """Return whether a place needs no further look.

        Raises:
            TransientError: nothing else could be read now either.
        """
        if isinstance(ended, int):
            return True
        if isinstance(ended, TransientError):
            raise ended
        self._note(ended)
        return isinstance(ended, PermanentError) and ended.code not in _UNTIL_MENDED

    def _note(self, ended: object) -> None:
        if isinstance(ended, HilumError):
            self.services.log.warning("slack_not_read", error=ended.code)
        elif isinstance(ended, BaseException):
            self.services.log.error("slack_reading_failed", error_type=type(ended).__name__)

    async def _mark(self, place: Place, *, until: datetime) -> None:
        """Note how far a place was read.

        Raises:
            TransientError: another process reads meanwhile.
        """
        mark = ReadMark(channel=CHANNEL_NAME, place=place.id, person=place.person, until=until)

        def move(transaction: Transaction) -> bool:
            transaction.read_marks.move(mark)
            return self._take_lease(transaction)

        if not await self.services.store.write(move):
            raise TransientError(_ELSEWHERE)

    async def _ask(self, method: str, /, **asked: object) -> Mapping[str, Any]:
        """Call a method, as late as Slack says: reading has time, and begins no place anew for that."""
        while True:
            if not await self.services.store.write(self._take_lease):
                raise TransientError(_ELSEWHERE)
            try:
                return await self.calls(method, **asked)  # type: ignore[arg-type]  # `room` is text wherever it stands
            except TransientError as error:
                if error.code != "slack_busy":
                    raise
                await self._rest(error.retry_after or _A_SECOND)

    async def _rest(self, wait: timedelta) -> None:
        """Wait without letting the lease run out."""
        while wait > timedelta(0):
            nap = min(wait, self.pace.lease / 3)
            await asyncio.sleep(nap.total_seconds())
            wait -= nap
            if not await self.services.store.write(self._take_lease):
                raise TransientError(_ELSEWHERE)

    def _take_lease(self, transaction: Transaction) -> bool:
        now = self.services.clock()
        return transaction.leases.take(LEASE_NAME, owner=self.services.owner, now=now, until=now + self.pace.lease)


def _begin(transaction: Transaction, first: ReadMark) -> None:
    if not any(mark.place == "" for mark in transaction.read_marks.of(first.channel)):
        transaction.read_marks.move(first)


def _places(transaction: Transaction) -> tuple[Sequence[Place], Mapping[str, datetime]]:
    """Return where members write, rooms first, and how far each of these places was read."""
    marks = transaction.read_marks.of(CHANNEL_NAME)
    known = {mark.person: mark.place for mark in marks}
    rooms = [
        Place(id=room.address.external_id)
        for room in transaction.rooms.all()
        if room.address.channel == CHANNEL_NAME and room.suspended is not Suspension.GONE
    ]
    people = [
        Place(id=known.get(address.external_id, ""), person=address.external_id)
        for member in transaction.members.all()
        for address in member.addresses
        if member.active and address.channel == CHANNEL_NAME
    ]
    return (*rooms, *people), {mark.place: mark.until for mark in marks}
