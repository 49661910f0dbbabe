"""A panel's supergroup: a topic for each question, or a chain of replies where topics are off.

The thread of a chain of replies is its first message, the card.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from telegram import ChatMember

from channels.telegram.client import Client
from channels.telegram.errors import UNREADABLE, translated, unless_unchanged
from channels.telegram.openness import is_open
from channels.telegram.outbound import shaped
from channels.telegram.posting import NO_PREVIEW, Place, Posting, numbers_in
from channels.telegram.removing import Removing
from channels.telegram.rights import missing_rights
from channels.telegram.topics import Topics
from domain.delivery import OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.messages import Address
from domain.ports.channel import Placed, RoomView

_CODES = {"no_topics": "thread_gone", "chat_gone": "room_gone", "address_blocked": "room_gone"}
_PRESENT = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})


@dataclass(frozen=True, slots=True)
class Rooms:
    """What `RoomChannel` asks for."""

    posting: Posting
    topics: Topics

    async def open_thread(self, room: Address, view: RoomView) -> Placed:
        """Open a topic, in which the first `show` puts card and pictures: what was posted lies where we look for it."""
        chat_id = chat_id_of(room)
        with self._in_room(chat_id):
            self.posting.make_room(chat_id, view.card)
            with self.posting.limited((view.card.delivery_id, chat_id)):
                topic = await self.topics.open(chat_id, view.title)
            if topic is not None:
                return Placed(thread=str(topic), card="")
            return await self._with_card(chat_id, Placed(thread="", card=""), view.card)

    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        chat_id = chat_id_of(room)
        with self._in_room(chat_id):
            self.posting.flood.make_room(chat_id, 1)
            placed = await self._titled(chat_id, placed, view)
            if not placed.card:
                return await self._with_card(chat_id, placed, view.card)
            placed = await self._show_card(chat_id, placed, view.card)
            self.posting.flood.taken(chat_id)
        return placed

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        chat_id = chat_id_of(room)
        with self._in_room(chat_id):
            try:
                return (await self.posting.say(_place(chat_id, placed), message)).reference
            except PermanentError as error:
                if error.code != "thread_gone" or _topic(placed) is None or not placed.card:
                    raise
            # Topics may have been turned off, and then the card still stands in the group.
            return (await self.posting.say(_place(chat_id, _as_chain(placed)), message)).reference

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        """Remove a topic; where Hilum may not, its own messages at least, which need no right.

        Raises:
            PermanentError: "room_rights": a topic stays, with what others have written in it.
        """
        chat_id, topic = chat_id_of(room), _topic(placed)
        whole = (placed.card, *references)
        numbers = tuple(dict.fromkeys(number for each in whole for number in numbers_in(each)))
        with self._in_room(chat_id):
            try:
                if topic is not None and await self.topics.remove(chat_id, topic):
                    return
            except PermanentError as error:
                if error.code == "room_rights":
                    await self._take_back_own(chat_id, numbers)
                raise
            await Removing(self._client).remove(chat_id, numbers)

    async def roster(self, room: Address, known: frozenset[str]) -> frozenset[str]:
        """Return who of `known` is in a room, and how many others are.

        Source: Bot API: there is no list of members, only getChatMember and getChatMemberCount, which counts us too.
        Raises:
            PermanentError: "room_public": others than its members can read there; "room_rights": Hilum may not do
                there what it has to.
        """
        chat_id = chat_id_of(room)
        with self._in_room(chat_id):
            await self._check(chat_id)
            present = {each for each in sorted(known) if each.isdigit() and await self._is_in(chat_id, int(each))}
            async with translated():
                count = await self._client.bot.get_chat_member_count(chat_id)
        if not isinstance(count, int):
            # As the library hands it on: it says nothing of who is there.
            raise TransientError(UNREADABLE)
        others = max(0, count - len(present) - 1)
        return frozenset(present | {f"?{number}" for number in range(1, others + 1)})

    async def _take_back_own(self, chat_id: int, numbers: tuple[int, ...]) -> None:
        """Some may stay: the topic does so anyway, and that is told."""
        try:
            await Removing(self._client).remove(chat_id, numbers)
        except PermanentError as error:
            if error.code not in ("not_deletable", "room_rights"):
                raise

    async def _with_card(self, chat_id: int, placed: Placed, card: OutgoingMessage) -> Placed:
        """Post the card, with its pictures above it: in its topic, or as the first message of a chain of replies."""
        said = await self.posting.say(Place(chat_id=chat_id, topic=_topic(placed)), card, is_card=True)
        number = str(said.texts[-1])
        others = tuple(str(each) for each in said.pictures)
        return Placed(thread=placed.thread or number, card=number, others=others, lacks_images=said.lacks_images)

    @contextmanager
    def _in_room(self, chat_id: int) -> Iterator[None]:
        """Say of a group what was said of chats in general, and whom a busy service holds up."""
        try:
            with self.posting.flood.minding(chat_id):
                yield
        except PermanentError as error:
            if error.code == "telegram_token":
                raise TransientError(error.code) from error
            if error.code in _CODES:
                raise PermanentError(_CODES[error.code]) from error
            raise

    @property
    def _client(self) -> Client:
        return self.posting.client

    async def _check(self, chat_id: int) -> None:
        """Look at the group, and at what the bot may do there: it may be told of others where it is a plain member.

        Raises:
            PermanentError: "room_public", "room_rights": as `roster` says.
        """
        async with translated():
            chat = await self._client.bot.get_chat(chat_id)
            own = await self._client.bot.get_chat_member(chat_id, self._client.bot_id)
        if is_open(chat):
            raise PermanentError("room_public")
        if missing_rights(own, has_topics=bool(chat.is_forum)) != ():
            raise PermanentError("room_rights")

    async def _is_in(self, chat_id: int, user_id: int) -> bool:
        try:
            async with translated():
                member = await self._client.bot.get_chat_member(chat_id, user_id)
        except PermanentError as error:
            if error.code != "user_unknown":
                raise
            return False
        return member.status in _PRESENT or bool(getattr(member, "is_member", False))

    async def _titled(self, chat_id: int, placed: Placed, view: RoomView) -> Placed:
        """Bring title and state of the topic up to date; where topics were turned off, a chain of replies is left."""
        topic = _topic(placed)
        if topic is None:
            return placed
        try:
            if not view.is_closed:
                await self.topics.set_closed(chat_id, topic, is_closed=False)
            await self.topics.rename(chat_id, topic, view.title)
            if view.is_closed:
                await self.topics.set_closed(chat_id, topic, is_closed=True)
        except PermanentError as error:
            if error.code != "no_topics":
                raise
            return _as_chain(placed)
        return placed

    async def _show_card(self, chat_id: int, placed: Placed, card: OutgoingMessage) -> Placed:
        look = shaped(card, page_address=self.posting.page_address, is_card=True)
        try:
            async with unless_unchanged():
                await self._client.bot.edit_message_text(
                    look.texts[0],
                    chat_id=chat_id,
                    message_id=int(placed.card),
                    reply_markup=look.keyboard,
                    link_preview_options=NO_PREVIEW,
                )
        except PermanentError as error:
            if error.code not in ("message_gone", "not_editable"):
                raise
            return await self._card_anew(chat_id, placed, card)
        return placed

    async def _card_anew(self, chat_id: int, placed: Placed, card: OutgoingMessage) -> Placed:
        """Somebody has deleted the card: it is posted again; without the first message a chain of replies is gone."""
        if _topic(placed) is None:
            raise PermanentError("thread_gone")
        return await self._with_card(chat_id, placed, replace(card, images=()))


def chat_id_of(address: Address) -> int:
    """Return a chat's number.

    Raises:
        PermanentError("address_unknown"): it is none of this service.
    """
    try:
        return int(address.external_id)
    except ValueError as error:
        raise PermanentError("address_unknown") from error


def _topic(placed: Placed) -> int | None:
    return int(placed.thread) if placed.thread.isdigit() and placed.thread != placed.card else None


def _place(chat_id: int, placed: Placed) -> Place:
    topic = _topic(placed)
    return Place(chat_id=chat_id, topic=topic, reply_to=int(placed.card) if topic is None else None)


def _as_chain(placed: Placed) -> Placed:
    return replace(placed, thread=placed.card)
