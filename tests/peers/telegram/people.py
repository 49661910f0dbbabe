"""People as a test plays them: what they write, send, press, edit, forward and block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from mimetypes import guess_type
from typing import Any, Protocol

from aiogram.types import (
    CallbackQuery,
    ChatMemberBanned,
    ChatMemberMember,
    InlineKeyboardButton,
    Message,
    MessageEntity,
    MessageOriginUser,
    User,
)

from tests.peers.telegram.rooms import Room
from tests.peers.telegram.service import Press, Service, alone
from tests.peers.telegram.texts import commands_in, length_of
from tests.peers.telegram.threads import place_of

_CONTENT = ("text", "entities", "photo", "document", "voice", "caption", "caption_entities")
_MIME_TYPES = {"dcm": "application/dicom", "heic": "image/heic"}
Item = bytes | tuple[str, bytes]


class Place(Protocol):
    """What a person can be at."""

    @property
    def room(self) -> Room: ...


class ContentProtectedError(Exception):
    """The app offers no forwarding of this message."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at one place: their private chat with the bot, or where `at` puts them."""

    service: Service
    user: User
    room: Room
    topic: int | None = None

    @property
    def id(self) -> int:
        return self.user.id

    def at(self, group: Place, topic: int | None = None) -> Person:
        """Return the same person in a group, in a topic of it or in General."""
        return replace(self, room=group.room, topic=topic)

    def starts(self, payload: str = "") -> Message:
        """Open the private chat, by a link with a payload if there is one.

        Source: Bot Features, Deep linking: "A-Z, a-z, 0-9, _ and - are allowed" and "up to 64 characters long".
        """
        assert re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload)
        return self.writes(f"/start {payload}".strip())

    def writes(self, text: str, *, reply_to: Message | int | None = None) -> Message:
        return self.sends(reply_to=reply_to, text=text, entities=commands_in(text))

    def names(self, other: Person, *, behind: str) -> Message:
        """Write a command, and behind it somebody whom the app completes.

        Source: MessageEntity, type: "text_mention" (for users without usernames).
        """
        name = other.user.first_name
        mention = MessageEntity(
            type="text_mention", offset=length_of(behind) + 1, length=length_of(name), user=other.user
        )
        return self.sends(text=f"{behind} {name}", entities=[*(commands_in(behind) or ()), mention])

    def replies(self, text: str) -> Message:
        """Write into the field that the app has opened: it is a reply to the newest message that asked for one.

        Source: ForceReply: "Telegram clients will display a reply interface to the user (act as if the user has
        selected the bot's message and tapped 'Reply')".
        """
        assert self.room.asking, "nothing has opened the field for a reply"
        return self.writes(text, reply_to=max(self.room.asking))

    def sends_photo(self, data: bytes, *, caption: str | None = None, reply_to: Message | int | None = None) -> Message:
        return self.sends(reply_to=reply_to, photo=self.service.files.photo(data), **_caption(caption))

    def sends_document(
        self, data: bytes, *, name: str, mime_type: str | None = None, caption: str | None = None
    ) -> Message:
        """Send a file as it is: DICOM, HEIC, PDF."""
        return self.sends(document=self._document(data, name, mime_type), **_caption(caption))

    def sends_album(self, items: Sequence[Item], *, caption: str | None = None, caption_on: int = 0) -> list[Message]:
        """Send photos (bytes), or files (name and bytes), as one album: one message and one update each.

        Source: Message, media_group_id: "The unique identifier inside this chat of a media message group this
        message belongs to".
        """
        group = str(13_000_000_000 + next(self.service.numbers))
        return [
            self.sends(media_group_id=group, **self._item(item), **_caption(caption if number == caption_on else None))
            for number, item in enumerate(items)
        ]

    def sends_voice(self, *, seconds: int = 3) -> Message:
        return self.sends(voice=self.service.files.voice(b"OggS" + bytes(100 * seconds), seconds=seconds))

    @alone
    def sends(self, /, *, reply_to: Message | int | None = None, **content: Any) -> Message:
        """Send any content, given as fields of aiogram's Message."""
        self._open()
        number = reply_to.message_id if isinstance(reply_to, Message) else reply_to
        answered = self.room.messages[number] if number is not None else None
        place = place_of(self.room, thread_id=self.topic, answered=answered)
        message = self.service.post(self.room, self.user, **place, **content)
        self.service.hear(self.room, message)
        return message

    @alone
    def edits(
        self, message: Message, *, text: str | None = None, caption: str | None = None, photo: bytes | None = None
    ) -> Message:
        """Change the words of a message, or put another photo into it.

        Source: Update, edited_message: "New version of a message that is known to the bot and was edited".
        """
        new: dict[str, Any] = {"text": text} if text is not None else {"caption": caption or message.caption}
        if photo is not None:
            new["photo"] = self.service.files.photo(photo)
        changed = self.room.messages[message.message_id].model_copy(
            update=new | {"edit_date": int(self.service.clock.now().timestamp())}
        )
        self.room.replace(changed)
        self.service.hear(self.room, changed, kind="edited_message")
        return changed

    @alone
    def forwards(self, message: Message) -> Message:
        """Send on what stands elsewhere to where this person is.

        Source: Message, has_protected_content: "True, if the message can't be forwarded"; forward_origin:
        "Information about the original message for forwarded messages".
        """
        if message.has_protected_content:
            raise ContentProtectedError
        origin = MessageOriginUser(date=message.date, sender_user=message.from_user or self.user)
        content = {name: getattr(message, name) for name in _CONTENT}
        return self.sends(forward_origin=origin, **content)

    @alone
    def deletes(self, message: Message) -> None:
        """Delete a message; the Bot API has no update that would tell the bot."""
        del self.room.messages[message.message_id]

    @alone
    def presses(self, message: Message | int, label: str) -> Press:
        """Press the button of a message that shows or carries this.

        Source: Update, callback_query: "New incoming callback query"; CallbackQuery, message: "Message sent by the
        bot with the callback button that originated the query".
        """
        number = message if isinstance(message, int) else message.message_id
        shown = self.room.messages[number]
        button = _button(shown, label)
        assert button.callback_data is not None, "this button opens a link"
        press = Press(query_id=str(4_000_000_000 + next(self.service.numbers)), user=self.user)
        self.service.presses[press.query_id] = press
        query = CallbackQuery(
            id=press.query_id,
            from_user=self.user,
            chat_instance=str(self.room.chat.id),
            message=shown,
            data=button.callback_data,
        )
        self.service.updates.add("callback_query", query, chat_id=self.user.id)
        return press

    @alone
    def blocks_bot(self) -> None:
        """Source: Update, my_chat_member: "For private chats, this update is received only when the bot is blocked
        or unblocked by the user".
        """
        gone = ChatMemberBanned(user=self.service.bot, until_date=self.service.clock.second())
        self.service.change_member(self.room, gone, by=self.user)

    @alone
    def unblocks_bot(self) -> None:
        self.service.change_member(self.room, ChatMemberMember(user=self.service.bot), by=self.user)

    @alone
    def sees(self) -> list[Message]:
        """Return the messages that stand where this person is."""
        return messages_in(self.room, self.topic)

    def hears(self) -> list[str]:
        """Return the texts and captions of what the bot said here."""
        said = (each for each in self.sees() if each.from_user is not None and each.from_user.is_bot)
        return [each.text or each.caption or "" for each in said]

    def _open(self) -> None:
        if self.room.is_private and not self.room.is_open:
            self.room.is_open = True

    def _document(self, data: bytes, name: str, mime_type: str | None) -> object:
        guessed = mime_type or _MIME_TYPES.get(name.rpartition(".")[2].lower()) or guess_type(name)[0]
        return self.service.files.document(data, name=name, mime_type=guessed)

    def _item(self, item: Item) -> dict[str, Any]:
        if isinstance(item, bytes):
            return {"photo": self.service.files.photo(item)}
        name, data = item
        return {"document": self._document(data, name, None)}


def messages_in(room: Room, topic: int | None) -> list[Message]:
    """Return a chat's messages, or those of one of its topics."""
    found = sorted(room.messages.values(), key=lambda each: each.message_id)
    if topic is None:
        return found
    return [each for each in found if each.is_topic_message and each.message_thread_id == topic]


def _caption(caption: str | None) -> dict[str, Any]:
    return {} if caption is None else {"caption": caption, "caption_entities": commands_in(caption)}


def _button(message: Message, label: str) -> InlineKeyboardButton:
    buttons = [
        button for row in (message.reply_markup.inline_keyboard if message.reply_markup else []) for button in row
    ]
    found = [button for button in buttons if label in (button.text, button.callback_data)]
    assert found, f"there is no button {label!r} but {[button.text for button in buttons]}"
    return found[0]
