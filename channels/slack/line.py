"""Socket Mode: the connection that events come over, watched, so that one that is lost shows and is made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from channels.slack.pace import Pace
from domain.errors import TransientError
from domain.ports.services import Log

LOST = "slack_line_lost"


@dataclass(slots=True, kw_only=True)
class Line:
    """One connection after another, as the library makes them.

    `heard` is told at each look whether there is one; `missed` is set for each new one, since nothing came before it.
    """

    socket: AsyncSocketModeHandler
    heard: Callable[[bool], None]
    missed: asyncio.Event
    log: Log
    pace: Pace
    _held: object = None
    """The connection as it was looked at last."""

    async def hold(self) -> None:
        """Connect, and see that the connection stays, until cancelled.

        Raises:
            TransientError: it was lost, and did not come back within a minute.
        """
        connecting = asyncio.ensure_future(self.socket.connect_async())  # type: ignore[no-untyped-call]  # gives none
        lost = 0
        try:
            await asyncio.wait({connecting}, timeout=self.pace.watch.total_seconds())
            while lost * self.pace.watch < self.pace.renewed:
                lost = 0 if await self._is_open() else lost + 1
                await asyncio.sleep(self.pace.watch.total_seconds())
            raise TransientError(LOST)
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await self.socket.close_async()  # type: ignore[no-untyped-call]  # likewise

    async def _is_open(self) -> bool:
        client = self.socket.client
        held = client.current_session if await client.is_connected() else None
        self.heard(held is not None)
        if held is not self._held:
            self._held = held
            self._note(is_open=held is not None)
        return held is not None

    def _note(self, *, is_open: bool) -> None:
        if is_open:
            self.log.info("slack_connected")
            self.missed.set()
        else:
            self.log.warning("slack_line_lost")
