"""Keeps a channel listening: what it cannot mend by itself is logged, shown by /healthz, and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.logs import place_of
from domain.errors import PermanentError, TransientError
from domain.ports.listening import ListeningChannel
from domain.ports.services import Log

AGAIN_AFTER = timedelta(seconds=5)
MENDED_AFTER = timedelta(minutes=1)
"""A service that refuses our token is asked again after so long: an operator may have mended it over there."""
PROVED_AFTER = timedelta(seconds=40)
"""Longer than a call may last: a service that refused our token, and has not by then, takes it again."""
CLOSED_WITHIN = timedelta(seconds=2)
DEFECT = "defect"
"""What /healthz says of a channel that stopped by a fault of ours; the log says where."""


@dataclass(slots=True, kw_only=True)
class Listener:
    """One channel of this process; `fault` says why it is not listening, empty while it is."""

    channel: ListeningChannel
    log: Log
    fault: str = ""
    closing: timedelta = CLOSED_WITHIN
    proved: timedelta = PROVED_AFTER
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def trouble(self) -> str:
        """Return why the channel hears nothing, or has not for minutes; empty while it does."""
        return self.fault or self.channel.trouble

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            wait = await self._listen()
            await self.sleep(wait.total_seconds())

    async def close(self) -> None:
        """Let go of connections, once nothing is sent by them any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.closing.total_seconds()):
                await self.channel.close()

    async def _listen(self) -> timedelta:
        """Listen until that ends; return when to begin again.

        A defect in one channel takes neither the pages nor the other channels along; what it did not take in was not
        acknowledged, so that its service brings it again.
        """
        mended = asyncio.get_running_loop().call_later(self.proved.total_seconds(), self._forget)
        try:
            (ended,) = await asyncio.gather(self.channel.listen(), return_exceptions=True)
        finally:
            mended.cancel()
        if ended is None or isinstance(ended, TransientError):
            self._forget()
        if isinstance(ended, TransientError):
            self.log.warning("channel_waits", channel=self.channel.name, error=ended.code)
            return ended.retry_after or AGAIN_AFTER
        if isinstance(ended, PermanentError):
            self.fault = ended.code
            self.log.error("channel_refused", channel=self.channel.name, error=ended.code)
            return MENDED_AFTER
        if ended is not None:
            self.fault = DEFECT
            kind = type(ended).__name__
            self.log.error("channel_failed", channel=self.channel.name, error_type=kind, where=place_of(ended))
        return AGAIN_AFTER

    def _forget(self) -> None:
        self.fault = ""
