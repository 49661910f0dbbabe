"""Saying something in a chat: pictures first, then the text in as many messages as it needs, buttons under the last.

What is said by several calls can be cut off between them. Whoever tries the same delivery again goes on where it
ended, as long as this process lives; where it says something else by then, what had been posted is taken back first.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from telegram import InputMediaPhoto, LinkPreviewOptions, Message, ReplyParameters

from channels.begun import Begun
from channels.telegram.client import Client
from channels.telegram.errors import UNREADABLE, translated
from channels.telegram.flood import Flood
from channels.telegram.inbound import CHANNEL_NAME
from channels.telegram.outbound import Shaped, shaped
from channels.telegram.pictures import Pictures
from channels.telegram.removing import Removing
from domain.delivery import OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import ImageId
from domain.messages import Address
from domain.ports.services import Log
from domain.tries import Tries

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REMEMBERED = 1_000
_REFUSED = "telegram_refused"
_LEAST_OF_ALBUM = 2
_AT_ONCE, _AT_ONCE_IN_GROUP = 3, 1
"""So many calls of one message go to a chat without a pause."""
_WAITS_FOR_PICTURES = 3
"""So often words that are about their pictures are tried with them, and then go alone."""
_UNCLEAR = 2
"""So often something is posted that the service says it has posted, in words that nobody can read."""
_MENDED_BY_AN_OPERATOR = "telegram_token"
"""It says nothing of the message, which goes on where it ended."""


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
    lacks_images: bool = False
    """Its pictures may be brought later."""

    @property
    def reference(self) -> str:
        return ",".join(str(number) for number in (*self.pictures, *self.texts))


def numbers_in(reference: str) -> tuple[int, ...]:
    """Return the ids of messages in a reference of ours."""
    return tuple(int(part) for part in reference.split(",") if part.isdigit())


_Step = Callable[[], Awaitable[Sequence[Message]]]


@dataclass(slots=True)
class _Progress:
    """What was posted of a message until now, by step: its pictures, none where it has none, and then each text."""

    images: tuple[ImageId, ...]
    texts: tuple[str, ...]
    steps: list[tuple[int, ...]] = field(default_factory=list)
    lacks_images: bool = False

    @property
    def texts_left(self) -> int:
        return len(self.texts) - max(len(self.steps) - 1, 0)


@dataclass(slots=True, kw_only=True)
class _Saying:
    """One try of a message: where, how it looks, what is there already, and how many calls it has made."""

    place: Place
    message: OutgoingMessage
    look: Shaped
    begun: _Progress
    is_card: bool
    calls: int = 0

    @property
    def key(self) -> tuple[str, Place]:
        return self.message.delivery_id, self.place

    @property
    def common(self) -> dict[str, Any]:
        """What each of its posts has in common."""
        return {
            "message_thread_id": self.place.topic,
            "reply_parameters": self.place.reply,
            "disable_notification": self.message.is_silent,
        }


@dataclass(slots=True)
class Posting:
    client: Client
    pictures: Pictures
    flood: Flood
    log: Log
    page_address: str = ""
    between: timedelta = timedelta(seconds=1)
    """Source: Bots FAQ: "avoid sending more than one message per second" in a chat, short bursts aside."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _begun: OrderedDict[tuple[str, Place], _Progress] = field(default_factory=OrderedDict)
    _in_vain: Tries = field(default_factory=lambda: Tries(_WAITS_FOR_PICTURES))
    _unclear: Tries = field(default_factory=lambda: Tries(_UNCLEAR))

    async def say(self, place: Place, message: OutgoingMessage, *, is_card: bool = False) -> Said:
        """Post a message.

        Args:
            is_card: it will be edited, so it is one text, and no caption of its picture.
        Raises:
            TransientError, PermanentError: as `translated` says; what was posted before is remembered.
        """
        look = shaped(message, page_address=self.page_address, is_card=is_card)
        begun = await self._remembered(message, place, look=look)
        return await self._say(_Saying(place=place, message=message, look=look, begun=begun, is_card=is_card))

    @contextmanager
    def limited(self, what: Hashable) -> Iterator[None]:
        """Give up on what the service says it has done, again and again, in words that nobody can read."""
        try:
            yield
        except TransientError as error:
            if error.code != UNREADABLE or self._unclear.count_try(what):
                raise
            raise PermanentError(UNREADABLE) from error
        self._unclear.forget(what)

    async def _say(self, saying: _Saying) -> Said:
        look, begun, done = saying.look, saying.begun, saying.begun.steps
        drawn = () if done else await self._drawn(saying)
        self.flood.make_room(saying.place.chat_id, len(drawn) + begun.texts_left)
        if len(drawn) == 1 and look.fits_caption and not saying.is_card:
            done += [(), await self._captioned(saying, drawn[0])]
            drawn = ()
        if not done:
            done.append(await self._album(saying, drawn))
            await self._note(saying, done[0])
        try:
            for number in range(len(done) - 1, len(look.texts)):
                done.append(await self._text(saying, number))
                if begun.texts_left:
                    await self._note(saying, done[-1])
        except PermanentError as error:
            if error.code != _MENDED_BY_AN_OPERATOR:
                await self._drop(saying.place, saying.message, begun)
            raise
        self._begun.pop(saying.key, None)
        self._in_vain.forget(saying.key)
        texts = tuple(number for step in done[1:] for number in step)
        return Said(pictures=done[0], texts=texts, lacks_images=begun.lacks_images)

    async def _drawn(self, saying: _Saying) -> tuple[bytes, ...]:
        """Return the pictures of a message. Words wait for none, but in a group's thread, where they are about them.

        Raises:
            TransientError("pictures_late"): they may be drawn later.
        """
        drawn = await self.pictures.of(saying.message.images)
        frames = tuple(frame.body for frame in drawn.frames)
        if not drawn.is_late:
            return frames
        if not saying.is_card and saying.place.chat_id < 0 and self._in_vain.count_try(saying.key):
            raise TransientError("pictures_late")
        # All those of a card come behind it.
        saying.begun.lacks_images = saying.is_card
        return () if saying.is_card else frames

    async def _drop(self, place: Place, message: OutgoingMessage, begun: _Progress) -> None:
        """Take back what was posted of a message whose rest is refused for good: nobody comes back for it.

        Raises:
            TransientError: it lies there still; whoever tries the message again comes here again.
        """
        numbers = tuple(number for step in begun.steps for number in step)
        if numbers:
            with suppress(PermanentError), self.flood.minding(place.chat_id):
                await Removing(self.client).remove(place.chat_id, numbers)
        self._begun.pop((message.delivery_id, place), None)

    def make_room(self, chat_id: int, card: OutgoingMessage) -> None:
        """Let a group take a card with its pictures, or name the time at which it does; see `Flood`."""
        self.flood.make_room(chat_id, self.pictures.most(card.images) + 1)

    async def _note(self, saying: _Saying, numbers: tuple[int, ...]) -> None:
        """Keep at once what stands there of a message whose rest is still to come.

        It can be taken back even if another process goes on, which begins anew. The last part is for others to keep:
        it says that the message is there.
        """
        message, chat_id = saying.message, saying.place.chat_id
        reference = Said(texts=numbers).reference
        if not numbers or (message.question_id is None and message.quoted is None):
            return
        if chat_id < 0:
            await self._in_room(saying.place, message).note(reference.split(","))
        else:
            await self.pictures.store.write(lambda transaction: transaction.sent.note(message.delivery_id, reference))

    async def _run(self, saying: _Saying, step: _Step) -> tuple[int, ...]:
        """Make one call that posts, and return the ids of what it posted."""
        chat_id = saying.place.chat_id
        if saying.calls >= (_AT_ONCE_IN_GROUP if chat_id < 0 else _AT_ONCE):
            await self.pause(self.between.total_seconds())
        saying.calls += 1
        with self.limited(saying.key), self.flood.minding(chat_id):
            async with translated():
                posted = await step()
            if not posted:
                raise TransientError(UNREADABLE, is_unsure=True)
        self.flood.taken(chat_id, len(posted))
        return tuple(message.message_id for message in posted)

    async def _remembered(self, message: OutgoingMessage, place: Place, *, look: Shaped) -> _Progress:
        """Return what was posted of a message before it was cut off.

        Where it has other words or images by then, such as none of a wrong patient's, what was posted goes first.
        """
        key = (message.delivery_id, place)
        begun = self._begun.get(key)
        if begun is None and place.chat_id < 0:
            await self._take_out_begun(place, message)
        if begun is not None and (begun.images, begun.texts) != (message.images, look.texts):
            await Removing(self.client).remove(place.chat_id, tuple(n for step in begun.steps for n in step))
            begun = None
        begun = begun or _Progress(images=message.images, texts=look.texts)
        self._begun[key] = begun
        self._begun.move_to_end(key)
        while len(self._begun) > _REMEMBERED:
            self._begun.popitem(last=False)
        return begun

    async def _take_out_begun(self, place: Place, message: OutgoingMessage) -> None:
        """Take out of a group what a process that is gone has posted of a message that it did not end."""

        async def take_back(parts: Sequence[str]) -> None:
            await Removing(self.client).remove(place.chat_id, numbers_in(",".join(parts)))

        await self._in_room(place, message).take_out(take_back, lasting={"not_deletable"})

    def _in_room(self, place: Place, message: OutgoingMessage) -> Begun:
        room = Address(channel=CHANNEL_NAME, external_id=str(place.chat_id))
        return Begun(store=self.pictures.store, log=self.log, room=room, message=message)

    async def _captioned(self, saying: _Saying, picture: bytes) -> tuple[int, ...]:
        """Post a picture with the text below it; the text alone where the service refuses the picture."""
        caption = {"caption": saying.look.texts[0], "reply_markup": saying.look.keyboard}
        try:
            return await self._photo(saying, picture, **caption)
        except PermanentError as error:
            if error.code != _REFUSED:
                raise
        self._log_refused(1)
        return await self._text(saying, 0)

    async def _photo(self, saying: _Saying, picture: bytes, **below: Any) -> tuple[int, ...]:
        async def post() -> Sequence[Message]:
            common = saying.common | below
            return (await self.client.bot.send_photo(saying.place.chat_id, picture, protect_content=True, **common),)

        return await self._run(saying, post)

    async def _album(self, saying: _Saying, pictures: Sequence[bytes]) -> tuple[int, ...]:
        """Post pictures that nobody may save or forward; those that the service refuses never hold up the text."""
        if len(pictures) < _LEAST_OF_ALBUM:
            return await self._one_by_one(saying, pictures)

        async def post() -> Sequence[Message]:
            media = [InputMediaPhoto(picture) for picture in pictures]
            chat_id = saying.place.chat_id
            return await self.client.bot.send_media_group(chat_id, media, protect_content=True, **saying.common)

        try:
            return await self._run(saying, post)
        except PermanentError as error:
            if error.code == UNREADABLE:
                # Once more, and they would stand there three times.
                self._log_refused(len(pictures))
                return ()
            if error.code != _REFUSED:
                raise
        # It refuses an album for one of them.
        return await self._one_by_one(saying, pictures)

    async def _one_by_one(self, saying: _Saying, pictures: Sequence[bytes]) -> tuple[int, ...]:
        """Post each picture alone; what the service refuses, or does not take any more, is left out."""
        numbers: list[int] = []
        for picture in pictures:
            try:
                numbers += await self._photo(saying, picture)
            except PermanentError as error:
                if error.code not in (_REFUSED, UNREADABLE):
                    raise
            except TransientError:
                if not numbers:
                    raise
                # Tried again from the start they would stand there twice.
                break
        if len(numbers) < len(pictures):
            self._log_refused(len(pictures) - len(numbers))
        return tuple(numbers)

    def _log_refused(self, pictures: int) -> None:
        self.log.warning("pictures_refused", channel=CHANNEL_NAME, images=pictures)

    async def _text(self, saying: _Saying, number: int) -> tuple[int, ...]:
        look = saying.look
        is_last = number == len(look.texts) - 1

        async def post() -> Sequence[Message]:
            sent = await self.client.bot.send_message(
                saying.place.chat_id,
                look.texts[number],
                reply_markup=(look.keyboard or look.asks) if is_last else None,
                protect_content=bool(saying.message.images),
                link_preview_options=NO_PREVIEW,
                **saying.common,
            )
            return (sent,)

        return await self._run(saying, post)
