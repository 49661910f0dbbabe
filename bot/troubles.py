"""Looks every half minute which channels of this process do not work, and has it noted for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from bot.listening import Listener
from domain.errors import HilumError
from domain.outage import NOTED_EVERY
from domain.ports.services import Services
from handlers.troubles import note_trouble

SENDING = "service_away"
"""What is noted of a channel by which nothing can be sent, though nothing is said of hearing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleWatch:
    """`silent` names the channels whose services answer no call."""

    services: Services
    listeners: Sequence[Listener]
    silent: Callable[[], Collection[str]]
    owner: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """Look until cancelled."""
        while self.listeners:
            await self.look()
            await self.sleep(NOTED_EVERY.total_seconds())

    async def look(self) -> None:
        """Note of each channel how it is now; while the database is away, nothing."""
        silent = self.silent()
        for each in self.listeners:
            name = each.channel.name
            code = each.trouble or (SENDING if name in silent else "")
            try:
                await note_trouble(self.services, name, code=code, owner=self.owner)
            except HilumError as error:
                self.services.log.warning("trouble_not_noted", channel=name, error=error.code)
