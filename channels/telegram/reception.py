"""Taking one raw update in: translated and committed, or parked; only then is it anybody's to acknowledge."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.fields import UntranslatableError, whole
from channels.telegram.inbound import CHANNEL_NAME, Heard, heard
from domain.commands_services import WatchRooms
from domain.errors import HilumError, UserError
from domain.ids import QuestionId
from domain.messages import Address, InboundMessage
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction

_UNREADABLE = "update_unreadable"


@dataclass(slots=True)
class Reception:
    """`username` is the bot's own, once it is known."""

    client: Client
    services: ChannelServices
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
            self._answer(found.query_id)

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        """Take in an update that was parked; see `ReplayingChannel`."""
        try:
            found = self._heard(json.loads(raw), at=received_at)
            if found.message is not None:
                await self._accept(found.message)
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
                await self._accept(found.message)
            except UserError as error:
                await self._park(update, reason=error.code, sender=found.message.sender)
        await self._follow(found)

    async def _accept(self, message: InboundMessage) -> None:
        """Take a message in; what replies in one's own conversation to what was said of a question is about it."""
        sender, origin = message.sender, message.origin
        if origin.replied_to and not (origin.room or origin.is_edit or message.press):
            about = await self.services.store.read(lambda transaction: _sent_at(transaction, sender, origin.replied_to))
            message = replace(message, in_reply_to=about)
        await self.services.intake.accept(message)

    async def _follow(self, found: Heard) -> None:
        """Note that a room is not what it was."""
        # Whoever looks into a room that has moved is told where it is now, and has everything follow it there.
        room = found.changed or (found.moved and found.moved[0])
        if room is not None:
            await self.services.store.write(lambda transaction: self._watch(transaction, room))

    def _watch(self, transaction: Transaction, room: Address) -> None:
        watch = WatchRooms(at=self.services.clock(), channel=room.channel, room=room.external_id)
        transaction.jobs.add(watch)

    async def park_body(self, body: bytes) -> None:
        """Keep what is no update at all; nobody can bring it again in a better form.

        Raises:
            TransientError: the database is away; nothing was kept.
        """
        self.services.log.warning("update_parked", channel=CHANNEL_NAME, reason="body")
        known, raw = hashlib.sha256(body).hexdigest(), body.decode("utf-8", "replace")
        await self.services.intake.park(CHANNEL_NAME, known, raw, reason=_UNREADABLE)

    async def _park(self, update: object, *, reason: str, sender: Address | None = None) -> None:
        # Every letter as it is: what stands for a digit has to be found by whoever cuts numbers out of it.
        raw = whole(json.dumps(update, sort_keys=True, ensure_ascii=False))
        number = update.get("update_id") if isinstance(update, Mapping) else None
        known = f"update.{number}" if isinstance(number, int) else hashlib.sha256(raw.encode()).hexdigest()
        await self.services.intake.park(CHANNEL_NAME, known, raw, reason=reason, sender=sender)

    def _answer(self, query_id: str) -> None:
        """Stop the waiting sign of a button, beside the work: nothing depends on it.

        Source: Bot API, CallbackQuery: "Telegram clients will display a progress bar until you call
        answerCallbackQuery".
        """
        task = asyncio.create_task(self._answered(query_id))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answered(self, query_id: str) -> None:
        try:
            async with translated():
                await self.client.bot.answer_callback_query(query_id)
        except HilumError as error:
            self.services.log.info("press_unanswered", channel=CHANNEL_NAME, error=error.code)


def _sent_at(transaction: Transaction, reader: Address, reference: str) -> QuestionId | None:
    """Return which question a message of ours was about; words below a draft are words for it in any case."""
    question_id = transaction.sent.question_at(reader, reference)
    if question_id is None or transaction.questions.get(question_id).number is None:
        return None
    return question_id
