"""A society in a Slack workspace: its people in their conversations with the app and in the panel's private channel.

Events come by HTTP, into the real pages on loopback, or by Socket Mode.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.supervisor import listen
from domain.ids import PanelId, QuestionId
from domain.member import Language
from domain.messages import Action, Address
from domain.ports.listening import ListeningChannel
from domain.room import Room
from handlers.room_words import save_room
from tests.fakes.connected import address_of, connect, reach, served
from tests.fakes.scripted import Scripted
from tests.fakes.society import CATALOGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society, found_society
from tests.peers.slack.emulator import Emulator
from tests.peers.slack.peer import Slack, running_slack
from tests.peers.slack.people import Person
from tests.peers.slack.pressing import action_of
from tests.peers.slack.workspace import Post

A_MOMENT = timedelta(seconds=6)
"""So long it takes until everything was said that follows from something."""


@dataclass(slots=True, kw_only=True)
class SlackTown:
    """`first` and `second` are on call; `room` is the id of the panel's channel."""

    slack: Slack
    script: Scripted
    asker: Person
    first: Person
    second: Person
    office: Person
    room: str

    @property
    def society(self) -> Society:
        return self.script.society

    async def settle(self, wait: timedelta = A_MOMENT) -> None:
        """Let everything be done that people have asked for, and its echoes be heard."""
        await self.society.advance(wait)
        await self.slack.courier.settled()

    async def at(self, clock: str) -> None:
        """Let it become so late, in Seoul."""
        await self.script.at(clock)

    async def write(self, person: Person, text: str, *, channel: str = "", thread: str = "") -> Post:
        said = await person.writes(text, channel=channel, thread=thread)
        await self.settle()
        return said

    async def press(self, person: Person, action: Action, *, channel: str = "") -> None:
        """Press the newest button of an action that somebody sees, with the app or in a channel."""
        label = self.label(action)
        posts = await self.all(person, channel)
        newest = next(post for post in reversed(posts) if _has(post, label))
        await person.presses(label, newest)
        await self.settle()

    async def all(self, person: Person, channel: str = "") -> list[Post]:
        """Return a conversation with its threads, each behind the message that it begins with."""
        found = []
        for post in await person.sees(channel):
            if post.content.get("reply_count"):
                found += await person.sees(post.channel, thread=post.ts)
            elif post.content.get("thread_ts") in (None, post.ts):
                found.append(post)
        return found

    async def texts(self, person: Person, channel: str = "") -> list[str]:
        """Return all that can be read in a conversation."""
        return [words_of(post) for post in await self.all(person, channel)]

    async def card(self) -> Post:
        """Return the one question's card in the panel's channel."""
        posts = await self.first.sees(self.room)
        return next(post for post in posts if "Q417" in words_of(post) and "bot_id" in post.content)

    def label(self, action: Action) -> str:
        return CATALOGUE.label(action, self.script.language)

    async def draft(self) -> QuestionId:
        return (await self.society.draft(MEMBER)).id

    async def look(self) -> None:
        """Have the asker look at the images on our page, and find no name on them."""
        await self.society.confirm_all(MEMBER, await self.draft())


@asynccontextmanager
async def slack_town(
    emulator: Emulator,
    folder: Path,
    language: Language,
    *,
    database_url: str | None = None,
    by_socket: bool = False,
) -> AsyncIterator[SlackTown]:
    """Found a society whose people are in a workspace, its panel in a private channel there."""
    script = Scripted(await found_society(folder, database_url), language)
    await script.begin()
    try:
        async with slack_beside(emulator, script, by_socket=by_socket) as town:
            yield town
    finally:
        script.society.close()


@asynccontextmanager
async def slack_beside(emulator: Emulator, script: Scripted, *, by_socket: bool = False) -> AsyncIterator[SlackTown]:
    """Give a society that is there already a workspace, with its people and its panel's channel in it.

    Args:
        by_socket: events come by Socket Mode.
    """
    async with running_slack(emulator) as slack:
        app = slack.installation
        way = {"app_token": app.app_token} if by_socket else {"signing_secret": app.signing_secret}
        table = {"bot_token": app.bot_token, "api_url": slack.api_url, **way}
        channel = connect(script.society, slack=table)["slack"]
        async with _heard(slack, channel) if by_socket else _served(script.society, slack, channel):
            try:
                yield await _peopled(slack, script)
            finally:
                await channel.close()


def words_of(post: Post) -> str:
    """Return everything that is read in a message: what its blocks say, in their order."""
    if not post.blocks:
        return post.text
    return "\n".join(_words(post.blocks))


def labels_of(post: Post) -> list[str]:
    """Return what the buttons of a message say."""
    rows = [block["elements"] for block in post.blocks if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


async def _peopled(slack: Slack, script: Scripted) -> SlackTown:
    asker, first, second, office = [await slack.person(name) for name in ("minji", "taeho", "yuna", "sora")]
    room = await slack.channel("panel-chest", first, second, office)
    people = {MEMBER: asker, PANELIST: first, SECOND: second, COORDINATOR: office}
    addresses = {each: Address(channel="slack", external_id=person.user_id) for each, person in people.items()}
    await reach(script.society, addresses)
    place = Room(
        panel_id=PanelId("chest"), address=Address(channel="slack", external_id=room), language=script.language
    )
    services = script.society.services
    await script.society.change(lambda transaction: save_room(services, transaction, place))
    await script.society.advance(A_MOMENT)
    return SlackTown(slack=slack, script=script, asker=asker, first=first, second=second, office=office, room=room)


@asynccontextmanager
async def _heard(slack: Slack, channel: ListeningChannel) -> AsyncIterator[None]:
    """Have the channel connect by Socket Mode."""
    listening = asyncio.create_task(channel.listen())
    try:
        await asyncio.wait_for(slack.socket.arrivals.get(), slack.courier.patience)
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


@asynccontextmanager
async def _served(society: Society, slack: Slack, channel: ListeningChannel) -> AsyncIterator[None]:
    """Serve the pages with the channel's webhook, where Slack brings events."""
    socket = listen("127.0.0.1", 0)
    slack.courier.address = f"{address_of(socket)}/hooks/slack"
    async with served(society, channel, socket):
        yield


def _has(post: Post, label: str) -> bool:
    try:
        action_of(post.blocks, label)
    except LookupError:
        return False
    return True


def _words(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        inner = (each for name, each in value.items() if name != "value")
        return own + [words for each in inner if not isinstance(each, str) for words in _words(each)]
    return [words for each in value for words in _words(each)] if isinstance(value, list) else []
