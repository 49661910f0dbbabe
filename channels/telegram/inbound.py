"""Raw updates of the Bot API as what Hilum hears; no call, no class of the library, nothing stored.

What is nothing to us (pins, colours, other bots) becomes an empty `Heard`; what has not the form that the Bot API
gives it raises, and is parked by whoever asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.telegram.fields import Raw, UntranslatableError
from channels.telegram.mention import with_colleague
from channels.telegram.presses import press_in
from domain.messages import Address, Attachment, AttachmentKind, InboundMessage, Origin
from domain.text import IdentifiableText

CHANNEL_NAME = "telegram"
UPDATE_KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
"""What is asked of the service; "chat_member" comes only where it is asked for by name."""

_UNREADABLE = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "story": "video",
    "sticker": "sticker",
    "dice": "sticker",
    **dict.fromkeys(("contact", "location", "venue", "poll", "checklist", "paid_media", "game"), "other"),
}
_COMMAND = re.compile(r"(/\w{1,32})@(\w{1,64})(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an update says: a message, a press to be answered, or that a room is not what it was.

    `changed` is a room whose people or rights have changed, `moved` one that has another id now.
    """

    message: InboundMessage | None = None
    query_id: str = ""
    changed: Address | None = None
    moved: tuple[Address, Address] | None = None


_NOTHING = Heard()


def heard(update: Mapping[str, object], *, at: datetime, username: str) -> Heard:
    """Return what an update says.

    Args:
        at: when it came.
        username: the bot's own, by which a command in a group is for it.
    Raises:
        UntranslatableError: it has not the form of an update.
    """
    raw = Raw(update)
    number = raw.needed_number("update_id")
    for name in ("my_chat_member", "chat_member"):
        if raw.has(name):
            return _membership(raw.needed(name))
    if raw.has("callback_query"):
        return _press(raw.needed("callback_query"), at)
    if raw.has("edited_message"):
        return _Message(raw.needed("edited_message"), at, username, edit=number).heard()
    return _Message(raw.needed("message"), at, username).heard() if raw.has("message") else _NOTHING


def address(external_id: int) -> Address:
    return Address(channel=CHANNEL_NAME, external_id=str(external_id))


def _membership(changed: Raw) -> Heard:
    """Somebody joined or left, or our rights have changed; whoever blocks us is found out when we write to them."""
    chat = changed.needed("chat")
    return _NOTHING if _is_private(chat) else Heard(changed=address(chat.needed_number("id")))


def _press(query: Raw, at: datetime) -> Heard:
    """A pressed button; the message under it may be too old for anything but its place.

    Source: Bot API, CallbackQuery, message: MaybeInaccessibleMessage.
    """
    query_id, press, under = query.text("id"), press_in(query.text("data")), query.inside("message")
    if not query_id:
        raise query.wrong("id")
    if press is None or under is None:
        return Heard(query_id=query_id)
    message = InboundMessage(
        channel=CHANNEL_NAME,
        external_id=f"press.{query_id}",
        sender=address(query.needed("from").needed_number("id")),
        received_at=at,
        press=press,
        origin=_origin(under),
    )
    return Heard(message=message, query_id=query_id)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, new or edited; `edit` is the number of the update that brought the new version."""

    raw: Raw
    at: datetime
    username: str
    edit: int | None = None

    def heard(self) -> Heard:
        chat = self.raw.needed("chat")
        room = address(chat.needed_number("id"))
        if (moved := _moved(self.raw, room)) is not None:
            return Heard(moved=moved)
        if self.raw.has("new_chat_members") or self.raw.has("left_chat_member"):
            return Heard(changed=room)
        sender = self.raw.inside("from")
        if sender is None or sender.is_set("is_bot") or self.raw.has("sender_chat"):
            # A channel, another bot, or an administrator who hides behind the group: nobody whom we know.
            return _NOTHING
        return self._said(sender)

    def _said(self, sender: Raw) -> Heard:
        text, attachments = self._text(), self._attachments()
        unreadable = next((kind for name, kind in _UNREADABLE.items() if self.raw.has(name)), "")
        if text is None or not (text or attachments or unreadable):
            return _NOTHING
        chat, number = self.raw.needed("chat").needed_number("id"), self.raw.needed_number("message_id")
        message = InboundMessage(
            channel=CHANNEL_NAME,
            external_id=f"{chat}.{number}" if self.edit is None else f"{chat}.{number}.{self.edit}",
            sender=address(sender.needed_number("id")),
            received_at=self.at,
            text=IdentifiableText(text) if text else None,
            attachments=() if unreadable else attachments,
            origin=_origin(self.raw, is_edit=self.edit is not None),
            unreadable=unreadable,
        )
        return Heard(message=message)

    def _text(self) -> str | None:
        """Return what was written, a command without the bot's name; None where it is for another bot."""
        text = with_colleague(self.raw)
        command = _COMMAND.match(text)
        if command is None:
            return text.strip()
        if self.username and command[2].casefold() != self.username.casefold():
            return None
        return f"{command[1]}{text[command.end() :]}".strip()

    def _attachments(self) -> tuple[Attachment, ...]:
        """Return the largest size of a photo, or the file.

        Source: Bot API, Message, photo: "available sizes of the photo".
        """
        photos = self.raw.several("photo")
        if photos:
            return (_attachment(max(photos, key=_pixels), AttachmentKind.PHOTO),)
        document = self.raw.inside("document")
        return () if document is None else (_attachment(document, AttachmentKind.FILE),)


def _attachment(file: Raw, kind: AttachmentKind) -> Attachment:
    reference = file.text("file_id")
    if not reference:
        raise file.wrong("file_id")
    # An edit of the words alone gives the same file another reference to fetch it by.
    # Source: Bot API, PhotoSize, file_unique_id: "supposed to be the same over time".
    unique = file.text("file_unique_id")
    return Attachment(reference=reference, kind=kind, size_bytes=file.number("file_size"), unique=unique)


def _pixels(size: Raw) -> int:
    return (size.number("width") or 0) * (size.number("height") or 0)


def _moved(message: Raw, room: Address) -> tuple[Address, Address] | None:
    """Source: Bot API, Message: both the old group and the new supergroup say it."""
    new, old = message.number("migrate_to_chat_id"), message.number("migrate_from_chat_id")
    if new is not None:
        return room, address(new)
    return None if old is None else (address(old), room)


def _origin(message: Raw, *, is_edit: bool = False) -> Origin:
    chat = message.needed("chat")
    is_private = _is_private(chat)
    thread = message.number("message_thread_id") if message.is_set("is_topic_message") else None
    return Origin(
        reference=str(message.needed_number("message_id")),
        room="" if is_private else str(chat.needed_number("id")),
        thread="" if is_private or thread is None else str(thread),
        replied_to=_replied_to(message, thread),
        group=message.text("media_group_id"),
        is_edit=is_edit,
    )


def _replied_to(message: Raw, thread: int | None) -> str:
    """Return what is replied to; in a topic that is the message which opened it, where somebody replies to nothing."""
    answered = message.inside("reply_to_message")
    if answered is None:
        return ""
    number = answered.needed_number("message_id")
    return "" if number == thread else str(number)


def _is_private(chat: Raw) -> bool:
    return chat.text("type") == "private"


__all__ = ["CHANNEL_NAME", "UPDATE_KINDS", "Heard", "UntranslatableError", "address", "heard"]
