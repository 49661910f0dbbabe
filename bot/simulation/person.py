"""What all simulated people have in common: they hear a message or miss it, think, and press a button or write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from domain.delivery import OutgoingMessage
from domain.hours import QuietHours
from domain.ids import MemberId, QuestionId
from domain.member import Member
from domain.messages import Action
from domain.paging import VOICE
from domain.question import Question

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_SHORTEST = timedelta(seconds=8)
_SEEN_AWAKE = {"sms": 0.8, VOICE: 0.9}
_SEEN_ASLEEP = {"sms": 0.45, VOICE: 0.75}
_CHAT_AWAKE, _CHAT_ASLEEP = 0.6, 0.1
_BUSY = 0.2

Deed = Callable[[], Awaitable[None]]


class World(Protocol):
    """What people can do in the simulation, and know of it."""

    @property
    def now(self) -> datetime: ...
    def at(self, instant: datetime, deed: Deed) -> None:
        """Have something happen later."""

    async def press(
        self, member: Member, action: Action, *, question_id: QuestionId | None, token: str | None, text: str = ""
    ) -> None: ...
    async def say(self, member: Member, text: str, *, to: QuestionId | None = None) -> None: ...
    async def look_at(self, question_id: QuestionId) -> Question:
        """As the desk shows it."""

    async def labelled(self, labels: tuple[int, ...]) -> tuple[Question, ...]: ...
    async def desk(self) -> tuple[Question, ...]:
        """Open questions, the longest waiting first."""

    def colleague_of(self, member: Member, dice: Random) -> Member: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as it reached a handset."""

    channel: str
    message: OutgoingMessage

    @property
    def key(self) -> str:
        return self.message.key

    def offers(self, action: Action) -> bool:
        return any(choice.action is action for choice in self.message.choices)


class Person:
    """One simulated person with dice of their own."""

    def __init__(self, world: World, member: Member, *, dice: Random, quiet: QuietHours) -> None:
        self.world = world
        self.member = member
        self.dice = dice
        self._quiet = quiet

    @property
    def id(self) -> MemberId:
        return self.member.id

    def hear(self, heard: Heard) -> None:
        """Take note of a message; what they do about it comes later."""

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def is_asleep(self) -> bool:
        return self._quiet.hold(self.member.local(self.world.now))

    def sees(self, heard: Heard) -> bool:
        """Whether a message is noticed at all; asleep, mostly by those whose phone rings."""
        if self.is_asleep():
            return self.chance(_SEEN_ASLEEP.get(heard.channel, _CHAT_ASLEEP))
        return self.chance(_SEEN_AWAKE.get(heard.channel, _CHAT_AWAKE))

    def some(self, typical: timedelta) -> timedelta:
        """Return a while of about so long; longer where they happen to be busy."""
        busy = 3 if self.chance(_BUSY) else 1
        seconds = self.dice.expovariate(1 / (busy * typical.total_seconds()))
        return max(_SHORTEST, timedelta(seconds=round(seconds)))

    def later(self, typical: timedelta, deed: Deed) -> None:
        self.world.at(self.world.now + self.some(typical), deed)

    async def press(self, heard: Heard, action: Action, *, text: str = "") -> None:
        """Press a button under a message."""
        message = heard.message
        await self.world.press(self.member, action, question_id=message.question_id, token=message.token, text=text)

    async def do(self, action: Action, question_id: QuestionId, *, text: str = "") -> None:
        """Do something on the desk, without a message's button."""
        await self.world.press(self.member, action, question_id=question_id, token=None, text=text)


def weighted(dice: Random, weights: Mapping[str, int]) -> str:
    [chosen] = dice.choices(list(weights), weights=list(weights.values()))
    return chosen
