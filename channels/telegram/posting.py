"""Saying something in a chat: pictures first, then the text in as many messages as it needs, buttons under the last.

What is said by several calls can be cut off between them. Whoever tries the same delivery again goes on where it
ended, as long as this process lives; where it says something else by then, what had been posted is taken back first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram import InputMediaPhoto, LinkPreviewOptions, Message, ReplyParameters

from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.flood import Flood
from channels.telegram.outbound import Shaped, shaped
from channels.telegram.pictures import Pictures
from channels.telegram.removing import Removing
from domain.delivery import OutgoingMessage
from domain.errors import PermanentError
from domain.ids import ImageId

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A chat, or a topic or a chain of replies in it."""

    chat_id: int
    topic: int | None = None
    reply_to: int | None = None

    @property
    def reply(self) -> ReplyParameters | None:
        return None if self.reply_to is None else ReplyParameters(message_id=self.reply_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The ids of what was posted: of its pictures, and of its texts in their order."""

    pictures: tuple[int, ...] = ()
    texts: tuple[int, ...] = ()

    @property
    def reference(self) -> str:
        return ",".join(str(number) for number in (*self.pictures, *self.texts))


def numbers_in(reference: str) -> tuple[int, ...]:
    """Return the ids of messages in a reference of ours."""
    return tuple(int(part) for part in reference.split(",") if part.isdigit())


_Step = Callable[[], Awaitable[Sequence[Message]]]


@dataclass(slots=True)
class _Begun:
    """What was posted of a message until now, by step: its pictures, none where it has none, and then each text."""

    images: tuple[ImageId, ...]
    texts: tuple[str, ...]
    steps: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def texts_left(self) -> int:
        return len(self.texts) - max(len(self.steps) - 1, 0)


@dataclass(slots=True)
class Posting:
    client: Client
    pictures: Pictures
    flood: Flood
    page_address: str = ""
    _begun: OrderedDict[tuple[str, Place], _Begun] = field(default_factory=OrderedDict)

    async def say(self, place: Place, message: OutgoingMessage, *, is_card: bool = False) -> Said:
        """Post a message.

        Args:
            is_card: it will be edited, so it is one text, and no caption of its picture.
        Raises:
            TransientError, PermanentError: as `translated` says; what was posted before is remembered.
        """
        look = shaped(message, page_address=self.page_address, is_card=is_card)
        begun = await self._remembered(message, place, look=look)
        done = begun.steps
        drawn = () if done else await self.pictures.of(message.images)
        self.flood.make_room(place.chat_id, len(drawn) + begun.texts_left)
        if len(drawn) == 1 and look.fits_caption and not is_card:
            done += [(), await self._captioned(place, drawn[0], message, look=look)]
            drawn = ()
        if not done:
            done.append(await self._album(place, drawn, is_silent=message.is_silent))
            await self._note_pictures(place, message, numbers=done[0])
        for number in range(len(done) - 1, len(look.texts)):
            done.append(await self._text(place, message, look=look, number=number))
        self._begun.pop((message.delivery_id, place), None)
        return Said(pictures=done[0], texts=tuple(number for step in done[1:] for number in step))

    def make_room(self, chat_id: int, card: OutgoingMessage) -> None:
        """Let a group take a card with its pictures, or name the time at which it does; see `Flood`."""
        self.flood.make_room(chat_id, self.pictures.most(card.images) + 1)

    async def _note_pictures(self, place: Place, message: OutgoingMessage, *, numbers: tuple[int, ...]) -> None:
        """Keep at once which pictures lie with a member, so that they can be taken back whatever happens now."""
        if place.chat_id < 0 or not numbers or message.question_id is None:
            return
        reference = Said(pictures=numbers).reference
        await self.pictures.store.write(lambda transaction: transaction.sent.note(message.delivery_id, reference))

    async def run(self, chat_id: int, step: _Step) -> tuple[int, ...]:
        """Make one call that posts, and return the ids of what it posted."""
        with self.flood.minding(chat_id):
            async with translated():
                posted = await step()
        self.flood.taken(chat_id, len(posted))
        return tuple(message.message_id for message in posted)

    async def _remembered(self, message: OutgoingMessage, place: Place, *, look: Shaped) -> _Begun:
        """Return what was posted of a message before it was cut off.

        Where it has other words or images by then, such as none of a wrong patient's, what was posted goes first.
        """
        key = (message.delivery_id, place)
        begun = self._begun.get(key)
        if begun is not None and (begun.images, begun.texts) != (message.images, look.texts):
            await Removing(self.client).remove(place.chat_id, tuple(n for step in begun.steps for n in step))
            begun = None
        begun = begun or _Begun(images=message.images, texts=look.texts)
        self._begun[key] = begun
        self._begun.move_to_end(key)
        while len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
        return begun

    async def _captioned(
        self, place: Place, picture: bytes, message: OutgoingMessage, *, look: Shaped
    ) -> tuple[int, ...]:
        """Post a picture with the text below it; the text alone where the service refuses the picture."""
        try:
            return await self._photo(place, picture, message, look=look)
        except PermanentError as error:
            if error.code != "telegram_refused":
                raise
            return await self._text(place, message, look=look, number=0)

    async def _photo(self, place: Place, picture: bytes, message: OutgoingMessage, *, look: Shaped) -> tuple[int, ...]:
        async def post() -> Sequence[Message]:
            sent = await self.client.bot.send_photo(
                place.chat_id,
                picture,
                caption=look.texts[0],
                reply_markup=look.keyboard,
                message_thread_id=place.topic,
                reply_parameters=place.reply,
                disable_notification=message.is_silent,
                protect_content=True,
            )
            return (sent,)

        return await self.run(place.chat_id, post)

    async def _album(self, place: Place, pictures: Sequence[bytes], *, is_silent: bool) -> tuple[int, ...]:
        """Post pictures that nobody may save or forward; those that the service refuses never hold up the text."""
        if not pictures:
            return ()
        common: dict[str, Any] = {
            "message_thread_id": place.topic,
            "reply_parameters": place.reply,
            "disable_notification": is_silent,
            "protect_content": True,
        }

        async def post() -> Sequence[Message]:
            if len(pictures) == 1:
                return (await self.client.bot.send_photo(place.chat_id, pictures[0], **common),)
            media = [InputMediaPhoto(picture) for picture in pictures]
            return await self.client.bot.send_media_group(place.chat_id, media, **common)

        try:
            return await self.run(place.chat_id, post)
        except PermanentError as error:
            if error.code != "telegram_refused":
                raise
            return ()

    async def _text(self, place: Place, message: OutgoingMessage, *, look: Shaped, number: int) -> tuple[int, ...]:
        is_last = number == len(look.texts) - 1

        async def post() -> Sequence[Message]:
            sent = await self.client.bot.send_message(
                place.chat_id,
                look.texts[number],
                reply_markup=look.keyboard if is_last else None,
                message_thread_id=place.topic,
                reply_parameters=place.reply,
                disable_notification=message.is_silent,
                protect_content=bool(message.images),
                link_preview_options=NO_PREVIEW,
            )
            return (sent,)

        return await self.run(place.chat_id, post)
