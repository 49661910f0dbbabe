"""A society on Telegram: its people in their private chats and in the panel's forum, the real channel between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - as a type
from typing import Any

import pytest
from aiogram.types import ChatMemberOwner, Message

from bot.supervisor import listen
from domain.ids import QuestionId
from domain.member import Language
from domain.messages import Action, Address
from domain.ports.listening import ListeningChannel
from tests.fakes.connected import address_of, connect, reach, served
from tests.fakes.faults import CrashError
from tests.fakes.scripted import Scripted
from tests.fakes.society import CATALOGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society, found_society
from tests.peers.telegram.groups import Group
from tests.peers.telegram.peer import TelegramPeer
from tests.peers.telegram.people import Person

A_MOMENT = timedelta(seconds=6)
"""So long it takes until everything was said that follows from something: an album is whole, a room is up to date."""


@dataclass(slots=True)
class Line:
    """The channel, as it listens."""

    peer: TelegramPeer
    society: Society
    socket: Socket | None = None
    """Where updates are brought to; without one they are asked for."""
    channel: ListeningChannel | None = None
    listening: asyncio.Task[None] | None = None

    def open(self) -> None:
        table = {"token": self.peer.token, "api_url": self.peer.url}
        if self.socket is not None:
            hook = {"webhook_url": f"{address_of(self.socket)}/hooks/telegram", "webhook_secret": "s" * 32}
            table |= hook
        self.channel = connect(self.society, telegram=table)["telegram"]
        self.listening = asyncio.create_task(self.channel.listen())

    async def close(self) -> None:
        assert self.channel is not None
        assert self.listening is not None
        self.listening.cancel()
        with suppress(asyncio.CancelledError, CrashError):
            await self.listening
        await self.channel.close()

    @property
    def is_dead(self) -> bool:
        return self.listening is not None and self.listening.done()


@dataclass(slots=True, kw_only=True)
class TelegramTown:
    """`first` and `second` are on call; `office` owns the forum."""

    peer: TelegramPeer
    line: Line
    script: Scripted
    asker: Person
    first: Person
    second: Person
    office: Person
    forum: Group

    @property
    def society(self) -> Society:
        return self.script.society

    async def settle(self, wait: timedelta = A_MOMENT) -> None:
        """Let everything be heard and done."""
        await self.heard()
        await self.society.advance(wait)

    async def heard(self) -> None:
        """Wait until everything that was said is committed, or the program is dead."""
        await self.peer.until(lambda: self.line.is_dead or not self.peer.updates.pending())

    async def restart(self) -> None:
        """Start the program anew on the same data, once the leases of the dead have run out."""
        await self.line.close()
        self.society.restart()
        self.line.open()
        await self.society.queue.return_expired(self.society.now)

    async def at(self, clock: str) -> None:
        """Let it become so late, in Seoul."""
        await self.script.at(clock)

    async def write(self, person: Person, text: str) -> Message:
        said = person.writes(text)
        await self.settle()
        return said

    async def press(self, person: Person, action: Action) -> None:
        """Press the newest button of an action that this person sees."""
        self.tap(person, action)
        await self.settle()

    def tap(self, person: Person, action: Action) -> None:
        """Press without waiting for anything; in a room of two languages the button says both."""
        label = CATALOGUE.label(action, self.script.language)
        message, shown = _newest(person, label)
        person.presses(message, shown)

    async def draft(self) -> QuestionId:
        return (await self.society.draft(MEMBER)).id

    async def look(self) -> None:
        """Have the asker look at the images on our page, and find no name on them."""
        await self.society.confirm_all(MEMBER, await self.draft())

    async def later(self, wait: timedelta) -> None:
        """Let days go by, at the service as well."""
        self.peer.clock.advance(wait)
        await self.settle(wait)

    def in_topic(self, person: Person) -> Person:
        return person.at(self.forum, self.topic)

    @property
    def topic(self) -> int:
        """The one topic that there is."""
        (topic,) = self.forum.topics()
        return topic.thread_id

    def buttons(self, person: Person) -> list[str]:
        """Return what the newest buttons say that a person sees."""
        return next(found for message in reversed(person.sees()) if (found := _labels(message)))


@asynccontextmanager
async def telegram_town(
    folder: Path, language: Language, database_url: str | None = None, *, by_webhook: bool = False, **given: Any
) -> AsyncIterator[TelegramTown]:
    """Found a society whose people are on Telegram; its panel has no room there yet."""
    script = Scripted(await found_society(folder, database_url, **given), language)
    await script.begin()
    try:
        with pytest.MonkeyPatch.context() as patch:
            # The library is told to speak of time in timedeltas for as long as this lasts.
            patch.setenv("PTB_TIMEDELTA", "true")
            async with TelegramPeer() as peer:
                town = await _peopled(peer, script)
                async with _connected(town.line, listen("127.0.0.1", 0) if by_webhook else None):
                    yield town
    finally:
        script.society.close()


@asynccontextmanager
async def _connected(line: Line, socket: Socket | None) -> AsyncIterator[None]:
    line.socket = socket
    line.open()
    assert line.channel is not None
    async with nullcontext() if socket is None else served(line.society, line.channel, socket):
        try:
            yield
        finally:
            await line.close()


async def take_room(town: TelegramTown) -> None:
    """Have the coordinator make the forum the panel's room."""
    await town.write(town.office.at(town.forum), "/panel chest")


async def _peopled(peer: TelegramPeer, script: Scripted) -> TelegramTown:
    asker, first, second, office = (peer.person(name) for name in ("Minji", "Taeho", "Yuna", "Sora"))
    for each in (asker, first, second, office):
        each.starts()
    forum = peer.forum("Chest Panel", first, second)
    _give(forum, office)
    peer.updates.drop_all()
    people = {MEMBER: asker, PANELIST: first, SECOND: second, COORDINATOR: office}
    await reach(script.society, {member: _address(person) for member, person in people.items()})
    line = Line(peer, script.society)
    return TelegramTown(
        peer=peer, line=line, script=script, asker=asker, first=first, second=second, office=office, forum=forum
    )


def _give(forum: Group, office: Person) -> None:
    """Let somebody own a forum in the place of whoever founded it, so that nobody is in it who is not of the panel."""
    del forum.room.members[forum.owner.id]
    forum.owner = office.user
    forum.room.members[office.id] = ChatMemberOwner(user=office.user, is_anonymous=False)


def _address(person: Person) -> Address:
    return Address(channel="telegram", external_id=str(person.id))


def _newest(person: Person, label: str) -> tuple[Message, str]:
    for message in reversed(person.sees()):
        shown = next((each for each in _labels(message) if label in each.split("/")), None)
        if shown is not None:
            return message, shown
    raise LookupError(f"{person.user.first_name} sees no button {label}")


def _labels(message: Message) -> list[str]:
    rows = [] if message.reply_markup is None else message.reply_markup.inline_keyboard
    return [button.text for row in rows for button in row]
