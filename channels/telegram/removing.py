"""Taking back what stands in a chat: deleted, or struck out where the service no longer deletes it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from telegram import InputMediaPhoto

from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.pictures import blank_picture
from domain.errors import PermanentError

_STRUCK_OUT = "—"
_AT_ONCE = 100
"""Source: Bot API, deleteMessages, message_ids: "1-100 identifiers of messages to delete"."""


@dataclass(frozen=True, slots=True)
class Removing:
    client: Client

    async def remove(self, chat_id: int, numbers: tuple[int, ...]) -> None:
        """Take back messages of ours; those that are gone are nothing.

        Source: Bot API, deleteMessage: "A message can only be deleted if it was sent less than 48 hours ago".
        Raises:
            PermanentError: "not_deletable": some of it stays as it is, the rest is gone; or what the chat refuses.
            TransientError: later it may work; what was taken back is not asked for again by the service.
        """
        parts = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
        if not all([await self._remove(chat_id, part) for part in parts]):
            raise PermanentError("not_deletable")

    async def delete(self, chat_id: int, number: int) -> bool:
        """Delete one message, whoever wrote it; False where the service no longer does."""
        try:
            async with translated():
                await self.client.bot.delete_message(chat_id, number)
        except PermanentError as error:
            if error.code not in ("message_gone", "not_deletable"):
                raise
            return error.code == "message_gone"
        return True

    async def _remove(self, chat_id: int, numbers: tuple[int, ...]) -> bool:
        try:
            async with translated():
                await self.client.bot.delete_messages(chat_id, numbers)
        except PermanentError as error:
            if error.code != "not_deletable":
                raise
            # Each is tried, so that one that stays keeps no other.
            return all([await self.delete(chat_id, each) or await self._strike_out(chat_id, each) for each in numbers])
        return True

    async def _strike_out(self, chat_id: int, number: int) -> bool:
        """Leave nothing of a message but its place; whether it was a text or a picture is found by trying."""
        bot = self.client.bot
        code = await _refusal(bot.edit_message_text(_STRUCK_OUT, chat_id=chat_id, message_id=number))
        if code == "no_text":
            blank = InputMediaPhoto(blank_picture(), filename="removed.png")
            code = await _refusal(bot.edit_message_media(blank, chat_id=chat_id, message_id=number))
        return code in ("", "unchanged", "message_gone")


async def _refusal(call: Awaitable[object]) -> str:
    """Make a call, and return the code of what the service said against it; nothing where it did as asked."""
    try:
        async with translated():
            await call
    except PermanentError as error:
        return error.code
    return ""
