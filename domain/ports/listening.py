"""Channels whose services speak to us: how the running program gives them what they need, and starts and asks them.

A channel at a service is built by `bot` as `TelegramChannel(options, ChannelServices(…))`, `SlackChannel(…)` likewise,
from `channels/<service>/channel.py`; its options are in `channels/<service>/options.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ports.channel import Channel
from domain.ports.deidentifier import Renderer
from domain.ports.intake import Intake
from domain.ports.services import Log, Wording
from domain.ports.store import Store
from domain.ports.webhook import Webhook
from domain.room import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelServices:
    """Everything a channel at a service is given. `owner` names this process, for leases.

    `page_address` is where the web pages are: a question is at /questions/<id> there, for members alone.
    """

    store: Store
    intake: Intake
    renderer: Renderer
    wording: Wording
    clock: Callable[[], datetime]
    log: Log
    owner: str
    page_address: str = ""


class ListeningChannel(Channel, Protocol):
    """A channel that hears what people write at its service."""

    @property
    def webhook(self) -> Webhook | None:
        """What its service calls at /hooks/<channel>; None where its options want none."""

    @property
    def trouble(self) -> str:
        """Why nothing has been heard for minutes, though it is tried again and again; empty while all is well."""

    async def listen(self) -> None:
        """Say at the service what Hilum is (commands, descriptions), then take in what comes, until cancelled.

        A service that is away is waited for. Where several processes run, the one with the lease listens. With a
        webhook it sees to it that the webhook is set, and then only waits.

        Raises:
            PermanentError: the service refuses our token; an operator has to mend it.
        """

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part, what was found, and what to do where it is not fine."""

    part: str
    is_fine: bool
    says: str
    mend: str = ""

    def as_row(self) -> dict[str, str | bool]:
        return {"part": self.part, "is_fine": self.is_fine, "says": self.says, "mend": self.mend}


class CheckUp(Protocol):
    """Looks at a service from outside: token, rights, rooms; changes nothing there."""

    async def __call__(self, rooms: Sequence[Room]) -> Sequence[Finding]: ...
