"""People who write to Hilum at a service's peer, in this process: what they wrote, what was taken, what came again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from tests.peers.slack.courier import Delivery
from tests.peers.slack.emulator import running_emulator
from tests.peers.slack.peer import Slack, running_slack
from tests.peers.slack.people import Person as SlackPerson
from tests.peers.telegram.peer import TelegramPeer
from tests.peers.telegram.people import Person as TelegramPerson

SERVICES = ("telegram", "slack")
PATIENCE_SECONDS = 600.0
SLACKS_PAUSES = (0.0, 60.0, 300.0)
"""Between Slack's attempts: at once, after a minute, after five; then it is given up, and has to be read back."""


class People(Protocol):
    @property
    def settings(self) -> dict[str, str]:
        """What the program is told of the service."""

    @property
    def ids(self) -> list[str]: ...
    async def heard(self) -> None:
        """Wait until somebody listens."""

    async def write(self, number: int, text: str) -> None: ...
    async def settled(self) -> None:
        """Wait until the service has nothing more to bring."""

    @property
    def resent(self) -> int:
        """How often something was brought again."""

    @property
    def given_up(self) -> frozenset[str]:
        """The ids of those whose words the service no longer tries to bring."""

    @property
    def reads_back(self) -> str:
        """What the program logs once it has read back what was given up; empty where nothing ever is."""


@dataclass(slots=True, kw_only=True)
class TelegramPeople:
    peer: TelegramPeer
    people: list[TelegramPerson]

    @property
    def settings(self) -> dict[str, str]:
        return {
            "HILUM_CHANNELS__TELEGRAM__TOKEN": self.peer.token,
            "HILUM_CHANNELS__TELEGRAM__API_URL": self.peer.url,
        }

    @property
    def ids(self) -> list[str]:
        return [str(person.id) for person in self.people]

    async def heard(self) -> None:
        await self.peer.until(lambda: self.peer.journal.calls("getUpdates"), seconds=PATIENCE_SECONDS)

    async def write(self, number: int, text: str) -> None:
        self.people[number].writes(text)

    async def settled(self) -> None:
        await self.peer.until(lambda: not self.peer.updates.pending(), seconds=PATIENCE_SECONDS)

    @property
    def resent(self) -> int:
        return sum(times - 1 for times in self.peer.updates.handed.values())

    @property
    def given_up(self) -> frozenset[str]:
        return frozenset()

    @property
    def reads_back(self) -> str:
        return ""


@dataclass(slots=True, kw_only=True)
class SlackPeople:
    slack: Slack
    people: list[SlackPerson] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "HILUM_CHANNELS__SLACK__BOT_TOKEN": self.slack.installation.bot_token,
            "HILUM_CHANNELS__SLACK__APP_TOKEN": self.slack.installation.app_token,
            "HILUM_CHANNELS__SLACK__SIGNING_SECRET": self.slack.installation.signing_secret,
            "HILUM_CHANNELS__SLACK__API_URL": self.slack.api_url,
        }

    @property
    def ids(self) -> list[str]:
        return [person.user_id for person in self.people]

    async def heard(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.slack.socket.opened:  # noqa: ASYNC110 - the peer tells nobody
                await asyncio.sleep(0.05)

    async def write(self, number: int, text: str) -> None:
        await self.people[number].writes(text)

    async def settled(self) -> None:
        self.slack.courier.patience = PATIENCE_SECONDS
        await self.slack.courier.settled()

    @property
    def resent(self) -> int:
        wrote = (delivery for delivery in self.slack.deliveries if self._is_theirs(delivery))
        return sum(max(0, len(delivery.attempts) - 1) for delivery in wrote)

    @property
    def given_up(self) -> frozenset[str]:
        wrote = (delivery for delivery in self.slack.deliveries if self._is_theirs(delivery))
        return frozenset(str(delivery.event["user"]) for delivery in wrote if not delivery.is_acknowledged)

    @property
    def reads_back(self) -> str:
        return "slack_read_back"

    def _is_theirs(self, delivery: Delivery) -> bool:
        """Return whether it is what somebody wrote; the app's own messages are events as well."""
        event = delivery.payload.get("event", {})
        return event.get("type") == "message" and event.get("user") in self.ids


@asynccontextmanager
async def people_at(channel: str, count: int, *, pace: float = 1.0) -> AsyncIterator[People]:
    """Start a service's peer with so many people, and stop it at the end; the pace is that of Slack's pauses."""
    if channel == "telegram":
        async with TelegramPeer() as peer:
            yield TelegramPeople(peer=peer, people=[peer.person(f"Fictus {number}") for number in range(count)])
        return
    with running_emulator() as emulator:
        async with running_slack(emulator) as slack:
            found = SlackPeople(slack=slack, people=[await slack.person(f"fictus{number}") for number in range(count)])
            for person in found.people:
                await person.direct_messages()
            slack.workspace.waits = False
            slack.courier.pauses = tuple(pace * pause for pause in SLACKS_PAUSES)
            yield found
