"""Hearing what comes: our own getUpdates loop, in which an update is committed before it is confirmed; or the webhook.

The library's Updater confirms what it has fetched before anybody has handled it, and stops for ever at an update
that it cannot read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.inbound import CHANNEL_NAME, UPDATE_KINDS
from channels.telegram.introduction import Introduction
from channels.telegram.options import TelegramOptions
from channels.telegram.reception import Reception
from domain.errors import HilumError, PermanentError, TransientError
from domain.outage import Outage
from domain.ports.listening import ChannelServices

LEASE_NAME = CHANNEL_NAME
CONFLICT = "telegram_conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long is waited for what.

    A lease outlives one poll, and not much more: so long a program that was killed is missed. Should two processes
    poll for a moment, the service ends one of the polls, and what came twice is taken once.
    """

    poll: timedelta = timedelta(seconds=8)
    lease: timedelta = timedelta(seconds=12)
    first_wait: timedelta = timedelta(seconds=1)
    longest_wait: timedelta = timedelta(seconds=60)
    beside: timedelta = timedelta(seconds=3)
    """Until a process that has not the lease asks for it again."""
    between: timedelta = timedelta(seconds=1)
    """Between two calls of one message to one chat."""


@dataclass(slots=True)
class Listening:
    client: Client
    options: TelegramOptions
    services: ChannelServices
    reception: Reception
    pace: Pace
    _offset: int | None = None
    _is_chosen: bool = False
    """Whether the service was told how updates come to us."""
    _is_introduced: bool = False
    _introduce_at: datetime | None = None
    _introducing: asyncio.Task[None] | None = None
    _outage: Outage = field(default_factory=Outage)

    @property
    def trouble(self) -> str:
        return self._outage.shown(self.services.clock())

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            PermanentError("telegram_token"): the service refuses our token.
        """
        wait = self.pace.first_wait
        try:
            while True:
                try:
                    pause = await self._round()
                    wait = self.pace.first_wait
                    self._went_well()
                except TransientError as error:
                    self.services.log.warning("telegram_waits", channel=CHANNEL_NAME, error=error.code)
                    self._went_wrong(error)
                    pause = error.retry_after or wait
                    wait = min(wait * 2, self.pace.longest_wait)
                except PermanentError as error:
                    pause = self._patience_with(error)
                await asyncio.sleep(pause.total_seconds())
        finally:
            if self._introducing is not None:
                self._introducing.cancel()
                await asyncio.gather(self._introducing, return_exceptions=True)
            await self._release()

    async def _round(self) -> timedelta:
        """Do what is next, and return after what time to do it again."""
        if not self.reception.username:
            async with translated():
                self.reception.username = (await self.client.bot.get_me()).username or ""
        if not await self._has_lease():
            # What another process confirms meanwhile need not be asked for again.
            self._offset = None
            return self.pace.beside
        await self._choose_way()
        self._introduce_beside()
        return self.pace.longest_wait if self.options.webhook_url else await self._poll()

    async def _choose_way(self) -> None:
        """Tell the service how updates come to us; it may have been told otherwise since."""
        bot, address = self.client.bot, self.options.webhook_url
        async with translated():
            if not address:
                if not self._is_chosen:
                    await bot.delete_webhook()
            elif not (self._is_chosen and (await bot.get_webhook_info()).url == address):
                await bot.set_webhook(
                    address, secret_token=self.options.webhook_secret, allowed_updates=list(UPDATE_KINDS)
                )
        self._is_chosen = True

    def _introduce_beside(self) -> None:
        """Say what we are, by a dozen calls or two, while the first question is heard already."""
        now = self.services.clock()
        is_under_way = self._introducing is not None and not self._introducing.done()
        if self._is_introduced or is_under_way or (self._introduce_at is not None and now < self._introduce_at):
            return
        self._introducing = asyncio.create_task(self._introduce())

    async def _introduce(self) -> None:
        """The service takes changes of this seldom; a token that it refuses the next poll meets as well."""
        try:
            await Introduction(self.client, self.services.wording).say()
        except HilumError as error:
            self.services.log.warning("introduction_waits", channel=CHANNEL_NAME, error=error.code)
            wait = error.retry_after if isinstance(error, TransientError) else None
            self._introduce_at = self.services.clock() + (wait or self.pace.longest_wait)
            return
        self._is_introduced = True

    async def _poll(self) -> timedelta:
        """Ask for what is new, confirming with that what was committed; an update that fails is asked for again."""
        updates = await self.client.updates(self._offset, kinds=UPDATE_KINDS, wait=self.pace.poll)
        former = self._offset
        await self._take(updates)
        # What has no number cannot be confirmed, and would be brought again at once, for ever.
        return self.pace.beside if updates and self._offset == former else timedelta(0)

    async def _take(self, updates: Sequence[object]) -> None:
        """Take updates in, and note from which number on is asked next: a lower one after a quiet week.

        Source: Bot API, Update, update_id: "If there are no new updates for at least a week, then identifier of the
        next update will be chosen randomly instead of sequentially".
        """
        for update in updates:
            await self.reception.take(update)
            number = update.get("update_id") if isinstance(update, dict) else None
            if isinstance(number, int):
                self._offset = number + 1

    async def _has_lease(self) -> bool:
        now, owner = self.services.clock(), self.services.owner
        until = now + self.pace.lease
        return await self.services.store.write(
            lambda transaction: transaction.leases.take(LEASE_NAME, owner=owner, now=now, until=until)
        )

    async def _release(self) -> None:
        owner = self.services.owner
        try:
            await self.services.store.write(lambda transaction: transaction.leases.release(LEASE_NAME, owner=owner))
        except HilumError as error:
            self.services.log.warning("lease_kept", channel=CHANNEL_NAME, error=error.code)

    def _patience_with(self, error: PermanentError) -> timedelta:
        """Go on after what another bot program or a webhook of others does to us; not with a token that is none."""
        if error.code == "telegram_token":
            raise error
        self.services.log.warning("telegram_refused", channel=CHANNEL_NAME, error=error.code)
        self._went_wrong(error)
        self._is_chosen = False
        # An address that is no good stays so until somebody changes it.
        return self.pace.longest_wait if error.code == "webhook_refused" else self.pace.beside

    def _went_well(self) -> None:
        """Whoever shares our token gets every other poll: one that goes well ends nothing then."""
        if self._outage.code != CONFLICT:
            self._outage = Outage()

    def _went_wrong(self, error: HilumError) -> None:
        self._outage = self._outage.failed(error.code, self.services.clock())
