"""The topics of a supergroup: opened, named, closed, removed; what stands in them is in `rooms.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from channels.telegram.client import Client
from channels.telegram.errors import translated, unless_unchanged
from channels.telegram.icons import Icons
from channels.telegram.outbound import shortened
from domain.errors import PermanentError

T = TypeVar("T")

_TITLE_LIMIT = 128
"""Source: Bot API, createForumTopic, name: "Topic name, 1-128 characters"."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Asks for what should be, whatever it has asked for before: another process, or a person, may have changed it.

    What is so already the service leaves alone, and then nobody in the topic reads a line about it.
    """

    client: Client
    icons: Icons

    async def open(self, chat_id: int, title: str) -> int | None:
        """Open a topic; None where topics are off.

        Raises:
            PermanentError: "room_rights", or what `translated` says.
        """

        async def create(icon: str | None) -> int:
            made = await self.client.bot.create_forum_topic(chat_id, _fitting(title), icon_custom_emoji_id=icon)
            return made.message_thread_id

        try:
            topic = await self._with_icon(title, create)
        except PermanentError as error:
            if error.code != "no_topics":
                raise
            return None
        return topic

    async def rename(self, chat_id: int, topic: int, title: str) -> None:
        """Bring title and icon up to date."""

        async def edit(icon: str | None) -> bool:
            return await self.client.bot.edit_forum_topic(
                chat_id, topic, name=_fitting(title), icon_custom_emoji_id=icon
            )

        async with unless_unchanged():
            await self._with_icon(title, edit)

    async def set_closed(self, chat_id: int, topic: int, *, is_closed: bool) -> None:
        bot = self.client.bot
        async with unless_unchanged():
            await (bot.close_forum_topic if is_closed else bot.reopen_forum_topic)(chat_id, topic)

    async def remove(self, chat_id: int, topic: int) -> bool:
        """Delete a topic with everything in it, gone already or not.

        Returns:
            False where topics were turned off since: what stood in it stands in the group now.
        """
        try:
            async with translated():
                await self.client.bot.delete_forum_topic(chat_id, topic)
        except PermanentError as error:
            if error.code not in ("thread_gone", "no_topics"):
                raise
            return error.code == "thread_gone"
        return True

    async def _with_icon(self, title: str, call: Callable[[str | None], Awaitable[T]]) -> T:
        """Make a call with the icon that a title wants; without it where the service no longer has that icon."""
        icon = await self.icons.of(title)
        try:
            async with translated():
                return await call(icon)
        except PermanentError as error:
            if error.code != "telegram_refused" or icon is None:
                raise
        async with translated():
            return await call(None)


def _fitting(title: str) -> str:
    return shortened(title, _TITLE_LIMIT) or "…"
