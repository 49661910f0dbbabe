"""Taking one raw update in: translated and committed, or parked; only then is it anybody's to acknowledge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from channels.marks import keyed_mark
from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.fields import UntranslatableError, whole
from channels.telegram.inbound import CHANNEL_NAME, Heard, heard
from domain.commands_services import WatchRooms
from domain.delivery import Priority
from domain.errors import HilumError, UserError
from domain.messages import Address, InboundMessage
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction
from domain.prompts import prompt_key

_UNREADABLE = "update_unreadable"


@dataclass(slots=True)
class Reception:
    """`username` is the bot's own, once it is known; `key` that of the names of what says none."""

    client: Client
    services: ChannelServices
    key: str
    username: str = ""
    _answers: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, update: object) -> None:
        """Make an update durable; the same one again changes nothing.

        Raises:
            TransientError: the database is away; nothing was taken.
        """
        try:
            found = self._heard(update, at=self.services.clock())
        except UntranslatableError as error:
            self.services.log.warning("update_parked", channel=CHANNEL_NAME, reason=error.code)
            await self._park(update, reason=_UNREADABLE)
            return
        await self._note(update, found)
        if found.query_id:
            self._answer(found)

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        """Take in an update that was parked; see `ReplayingChannel`."""
        try:
            found = self._heard(json.loads(raw), at=received_at)
            if found.message is not None:
                await self.services.intake.accept(found.message)
        except (ValueError, RecursionError, UntranslatableError, UserError):
            return False
        await self._follow(found)
        return True

    async def close(self) -> None:
        """Leave nothing running behind."""
        for answer in tuple(self._answers):
            answer.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def _heard(self, update: object, *, at: datetime) -> Heard:
        if not isinstance(update, Mapping):
            raise UntranslatableError("update")
        return heard(update, at=at, username=self.username)

    async def _note(self, update: object, found: Heard) -> None:
        if found.message is not None:
            try:
                await self.services.intake.accept(found.message)
            except UserError as error:
                await self._park(update, reason=error.code, sender=found.message.sender)
        await self._follow(found)

    async def _follow(self, found: Heard) -> None:
        """Note that a room is not what it was."""
        # Whoever looks into a room that has moved is told where it is now, and has everything follow it there.
        room = found.changed or (found.moved and found.moved[0])
        if room is not None:
            await self.services.store.write(lambda transaction: self._watch(transaction, room))

    def _watch(self, transaction: Transaction, room: Address) -> None:
        if transaction.rooms.get(room) is None:
            # The bot may be in groups that are no panel's.
            return
        watch = WatchRooms.soon(room, self.services.clock())
        transaction.jobs.add(watch, due_at=watch.at, priority=Priority.URGENT, gate=CHANNEL_NAME)

    async def park_body(self, body: bytes) -> None:
        """Keep what is no update at all; nobody can bring it again in a better form.

        Raises:
            TransientError: the database is away; nothing was kept.
        """
        self.services.log.warning("update_parked", channel=CHANNEL_NAME, reason="body")
        raw = body.decode("utf-8", "replace")
        await self.services.intake.park(CHANNEL_NAME, self._marked(raw), raw, reason=_UNREADABLE)

    async def _park(self, update: object, *, reason: str, sender: Address | None = None) -> None:
        # Every letter as it is: what stands for a digit has to be found by whoever cuts numbers out of it.
        raw = whole(json.dumps(update, sort_keys=True, ensure_ascii=False))
        number = update.get("update_id") if isinstance(update, Mapping) else None
        known = f"update.{number}" if isinstance(number, int) else self._marked(raw)
        await self.services.intake.park(CHANNEL_NAME, known, raw, reason=reason, sender=sender)

    def _marked(self, raw: str) -> str:
        return f"raw.{keyed_mark(raw, key=self.key)}"

    def _answer(self, found: Heard) -> None:
        """Stop the waiting sign of a button, beside the work: nothing depends on it.

        Source: Bot API, CallbackQuery: "Telegram clients will display a progress bar until you call
        answerCallbackQuery".
        """
        task = asyncio.create_task(self._answered(found))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answered(self, found: Heard) -> None:
        try:
            said = await self._where_to_write(found.message)
            async with translated():
                await self.client.bot.answer_callback_query(found.query_id, said)
        except HilumError as error:
            self.services.log.info("press_unanswered", channel=CHANNEL_NAME, error=error.code)

    async def _where_to_write(self, message: InboundMessage | None) -> str | None:
        """Return, of a button in a group that needs words, where they are asked for; None for any other.

        What one of the panel writes in a topic all the others read: an opinion under seal as well.
        """
        press = None if message is None else message.press
        if message is None or press is None or not message.origin.room or prompt_key(press.action) is None:
            return None
        sender = message.sender
        reader = await self.services.store.read(lambda transaction: transaction.members.by_address(sender))
        return None if reader is None else self.services.wording.text("telegram.asked_alone", reader, {})
